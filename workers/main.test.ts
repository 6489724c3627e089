import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JOB_NAMES } from "#server/jobs/catalogue.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function start(environment: Record<string, string>) {
  const env = { NODE_ENV: "production" as const, ...environment };
  const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = once(child, "close").then(([code]) => ({ code, output }));
  return { child, exited, output: () => output };
}

const complete = () => ({
  DATABASE_APP_URL: database.appUrl,
  SIGNET_MASTER_KEY: Buffer.alloc(32, 1).toString("base64"),
  NEXTAUTH_SECRET: "s".repeat(32),
  LOG_LEVEL: "debug",
});

test("the worker process runs every scheduled job of an empty installation, and ends cleanly on SIGTERM", async () => {
  const worker = start(complete());
  const done = () =>
    [...worker.output().matchAll(/"job":"([\w-]+)".*"msg":"job done"/g)].map((match) => match[1]);
  await expect.poll(() => done().sort(), { timeout: 15_000 }).toEqual([...JOB_NAMES].sort());
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toMatchObject({ code: 0 });
});

test("an incomplete environment is one sentence, not a stack trace, and a non-zero exit", async () => {
  const { SIGNET_MASTER_KEY: _, ...rest } = complete();
  expect(await start(rest).exited).toEqual({
    code: 1,
    output: expect.stringMatching(/^The environment variable SIGNET_MASTER_KEY must [^\n]+\.\n$/),
  });
});
