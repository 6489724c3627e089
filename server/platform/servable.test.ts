import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "#prisma/embedded/cluster.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { TEST_MASTER_KEY } from "../testing/fixtures.ts";
import { masterKeyCheck } from "./master-key.ts";

let database: TestDatabase;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query("INSERT INTO instance (master_key_check) VALUES ($1)", [masterKeyCheck(TEST_MASTER_KEY)]);
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

/** Runs a process of the product as by hand, until it ends by itself. */
async function end(program: string, change: Record<string, string> = {}) {
  const path = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  const ports = { PORT: String(await freePort()), LICENSE_SERVER_PORT: String(await freePort()) };
  const env = {
    NODE_ENV: "production" as const,
    LOG_FORMAT: "text",
    DATABASE_APP_URL: database.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: "s".repeat(32),
    ...ports,
    ...change,
  };
  const child = spawn(process.execPath, [path], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

test("no process serves a database whose restore was not finished, and each says how to finish it", async () => {
  await owner.query("UPDATE instance SET restored_at = 'epoch'");
  const programs = ["server/license-server/main.ts", "workers/main.ts", "scripts/web.ts"];
  const ended = await Promise.all(programs.map((program) => end(program)));
  await owner.query("UPDATE instance SET restored_at = NULL");
  const refusal = { code: 1, output: expect.stringMatching(/^[^\n]+npm run restore -- --filled\.\n$/) };
  expect(ended).toEqual([refusal, refusal, refusal]);
  expect((await owner.query("SELECT 1 FROM process_presence")).rows).toEqual([]);
}, 60_000);

test("no process serves a database of another master key or of an earlier version, and each says what to set or run", async () => {
  const otherKey = Buffer.alloc(32, 8).toString("base64");
  const unmigrated = new URL(database.appUrl);
  unmigrated.pathname = "/postgres";
  // As of the version before: all that this one knows was applied but the newest.
  const { rowCount } = await owner.query(
    `UPDATE _prisma_migrations SET rolled_back_at = now()
      WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
  );
  expect(rowCount).toBe(1);
  const [wrongKey, tooEarly, inPart] = await Promise.all([
    end("workers/main.ts", { SIGNET_MASTER_KEY: otherKey }),
    end("workers/main.ts", { DATABASE_APP_URL: unmigrated.href }),
    end("workers/main.ts"),
  ]);
  expect(wrongKey).toEqual({
    code: 1,
    output: expect.stringContaining("SIGNET_MASTER_KEY is not the key this database is sealed under; set it"),
  });
  const refusal = { code: 1, output: expect.stringContaining("run npm run migrate") };
  expect([tooEarly, inPart]).toEqual([refusal, refusal]);
}, 60_000);
