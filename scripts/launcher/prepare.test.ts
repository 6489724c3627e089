import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { verifyPassword } from "#server/auth/passwords.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { type Home, openHome } from "./home.ts";
import { seed } from "./prepare.ts";

/** In the order in which the seed fills them. */
const TABLES = ['"user"', "tenant", "product", "policy_version", "customer", "license"];

let database: TestDatabase;
let owner: Client;
let directory: string;
let home: Home;

beforeEach(async () => {
  vi.spyOn(console, "log").mockReturnValue();
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  directory = mkdtempSync(join(tmpdir(), "signet-seed-"));
  ({ home } = openHome(directory));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await owner.end();
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

function start(signal = new AbortController().signal) {
  const env = {
    ...process.env,
    DATABASE_APP_URL: database.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: "s".repeat(32),
    SIGNET_DEMO_SECRET: "made once",
  };
  return seed(home, database.ownerUrl, env, signal);
}

async function count(table: string): Promise<number> {
  const { rows } = await owner.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0]?.n ?? 0;
}

/** Ctrl-C as soon as `table` has a row. */
async function interruptedOnce(table: string): Promise<void> {
  const shutdown = new AbortController();
  let ended = false;
  const started = start(shutdown.signal)
    .then(
      () => "completed",
      () => "interrupted",
    )
    .finally(() => {
      ended = true;
    });
  while (!ended && (await count(table)) === 0);
  shutdown.abort(new Error("Ctrl-C"));
  expect(await started, table).toBe("interrupted");
}

test("a first start that was interrupted, at whatever step, goes on at the next, and locks nobody out", async () => {
  for (const table of TABLES) await interruptedOnce(table);

  const demo = await start();
  expect(demo?.signIns.map(({ label }) => label)).toEqual(["Admin", "Customer"]);
  for (const { email, password } of demo?.signIns ?? []) {
    const { rows } = await owner.query(`SELECT password_hash FROM "user" WHERE email = $1`, [email]);
    expect(await verifyPassword(rows[0]?.password_hash, password), email).toBe(true);
  }
  expect(await count("license")).toBe(3);
  const told = JSON.parse(readFileSync(home.demo, "utf8"));
  expect(told.complete).toBe(true);
  expect(new Set(told.licenses.map(({ key }: { key: string }) => key)).size).toBe(3);
  expect(statSync(home.demo).mode & 0o777).toBe(0o600);

  // Complete, so that the third start does not even ask: nothing made by it would come back.
  await owner.query(`DELETE FROM customer_member`);
  expect(await start()).toEqual(demo);
  expect(await count("customer_member")).toBe(0);
}, 120_000);

test("a database in which others made a tenant is left alone", async () => {
  await owner.query(
    `INSERT INTO tenant (id, slug, name, mode) VALUES (gen_random_uuid(), 'theirs', 'Theirs', 'production')`,
  );
  expect(await start()).toBeUndefined();
  expect(await count('"user"')).toBe(0);
});
