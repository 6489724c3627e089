import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { type RedisServer, startRedis } from "../testing/redis.ts";
import { createLogger } from "./log.ts";
import { createQueues, type Delivery, type Queues } from "./queue.ts";

/** Waits for a state that other processes bring about; patient, because the machine may be busy. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

const ONCE = { attempts: 1, backoffMs: 10 };
const NOWHERE = "postgresql://signet_app:x@127.0.0.1:1/signet";
const silent = createLogger({ level: "silent", name: "test" });

let database: TestDatabase;
let redis: RedisServer;
const opened: Queues[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([createTestDatabase(), startRedis()]);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((queues) => queues.close()));
});
afterAll(async () => {
  await redis.stop();
  await database.drop();
});

function open(store: "PostgreSQL" | "Redis"): Queues {
  const queues = createQueues({
    databaseUrl: store === "Redis" ? NOWHERE : database.appUrl,
    redisUrl: store === "Redis" ? redis.url : undefined,
    log: silent,
    scheduleCheckMs: 100,
  });
  opened.push(queues);
  return queues;
}

describe.each(["PostgreSQL", "Redis"] as const)("on %s", (store) => {
  test("a job sent by one process is run by another, with its data", async () => {
    const run: unknown[] = [];
    const [web, worker] = [open(store), open(store)];
    expect(await web.send("hello", { answer: 42 }, ONCE)).toBe(true);
    worker.consume("hello", 1, async ({ data }) => void run.push(data));
    await eventually(() => run).toEqual([{ answer: 42 }]);
  });

  test("a job that throws is run again, as often as was asked for", async () => {
    const runs: number[] = [];
    const queues = open(store);
    queues.consume("flaky", 1, async ({ attempt }: Delivery) => {
      runs.push(attempt);
      throw new Error(`attempt ${attempt} fails`);
    });
    await queues.send("flaky", {}, { attempts: 3, backoffMs: 20 });
    await eventually(() => runs).toEqual([1, 2, 3]);
  });

  test("no more jobs run at once than the queue allows", async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const queues = open(store);
    queues.consume("narrow", 2, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      done++;
    });
    await Promise.all(Array.from({ length: 8 }, () => queues.send("narrow", {}, ONCE)));
    await eventually(() => done).toBe(8);
    expect(most).toBe(2);
  });

  test("a schedule comes round by itself, and two processes that ask for the same one share it", async () => {
    const times: number[] = [];
    const [first, second] = [open(store), open(store)];
    first.schedule("rounds", 300, { from: "schedule" }, ONCE);
    second.schedule("rounds", 300, { from: "schedule" }, ONCE);
    first.consume("rounds", 1, async () => void times.push(performance.now()));
    await eventually(() => times.length).toBeGreaterThanOrEqual(4);
    const span = (times.at(-1) ?? 0) - (times[1] ?? 0);
    expect(span / (times.length - 2)).toBeGreaterThan(200);
  });

  test("close waits for the job that is running", async () => {
    let finished = false;
    const queues = open(store);
    const started = new Promise<void>((resolve) => {
      queues.consume("slow", 1, async () => {
        resolve();
        await new Promise((done) => setTimeout(done, 200));
        finished = true;
      });
    });
    await queues.send("slow", {}, ONCE);
    await started;
    await queues.close();
    expect(finished).toBe(true);
  });
});

describe("trouble with the store", () => {
  test("PostgreSQL ending every session is outlived: later jobs are sent and run", async () => {
    const run: unknown[] = [];
    const queues = open("PostgreSQL");
    queues.consume("survivor", 1, async ({ data }) => void run.push(data));
    await queues.send("survivor", 1, ONCE);
    await eventually(() => run).toEqual([1]);
    await endSessions();
    await eventually(() => queues.send("survivor", 2, ONCE)).toBe(true);
    await eventually(() => run).toEqual([1, 2]);
  });

  test("PostgreSQL that refuses connections at first: jobs are sent and run once it lets us in", async () => {
    const run: unknown[] = [];
    const name = new URL(database.appUrl).pathname.slice(1);
    await asOwner(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
    const queues = open("PostgreSQL");
    queues.consume("patient", 1, async ({ data }) => void run.push(data));
    queues.schedule("patient", 60_000, "scheduled", ONCE);
    expect(await queues.send("patient", "too early", ONCE)).toBe(false);
    await asOwner(`GRANT CONNECT ON DATABASE ${name} TO PUBLIC`);
    expect(await queues.send("patient", "sent", ONCE)).toBe(true);
    await eventually(() => [...run].sort()).toEqual(["scheduled", "sent"]);
  });

  test("Redis killed and started again, empty: nothing throws, and jobs are sent and run once it is back", async () => {
    const run: unknown[] = [];
    const queues = open("Redis");
    queues.consume("survivor", 1, async ({ data }) => void run.push(data));
    await queues.send("survivor", 1, ONCE);
    await eventually(() => run).toEqual([1]);
    await redis.stop();
    expect(await queues.send("survivor", 2, ONCE)).toBe(false);
    redis = await startRedis(redis.port);
    await eventually(() => queues.send("survivor", 3, ONCE)).toBe(true);
    await eventually(() => run).toContain(3);
  }, 180_000);

  test("Redis flushed: the schedules it has forgotten are noted again", async () => {
    const times: number[] = [];
    const queues = open("Redis");
    queues.schedule("forgotten", 200, {}, ONCE);
    queues.consume("forgotten", 1, async () => void times.push(performance.now()));
    await eventually(() => times.length).toBeGreaterThan(1);
    await redis.flush();
    const flushedMs = performance.now();
    await eventually(() => times.filter((time) => time > flushedMs + 500).length).toBeGreaterThan(1);
  }, 180_000);

  test("Redis killed while nothing runs: closing does not hang", async () => {
    const queues = open("Redis");
    queues.schedule("idle", 60_000, {}, ONCE);
    const ran = new Promise<void>((resolve) => queues.consume("idle", 1, async () => resolve()));
    await ran;
    await redis.stop();
    const begunMs = performance.now();
    await queues.close();
    expect(performance.now() - begunMs).toBeLessThan(5_000);
    redis = await startRedis(redis.port);
  });

  test.each([
    ["PostgreSQL", { databaseUrl: NOWHERE }],
    ["Redis", { databaseUrl: NOWHERE, redisUrl: "redis://127.0.0.1:1" }],
  ])(
    "%s that cannot be reached at all: sending says so in time, and closing does not hang",
    async (_store, urls) => {
      const queues = createQueues({ ...urls, log: silent });
      queues.consume("nowhere", 1, async () => undefined);
      queues.schedule("nowhere", 1_000, {}, ONCE);
      expect(await queues.send("nowhere", {}, ONCE)).toBe(false);
      await queues.close();
      expect(await queues.send("nowhere", {}, ONCE)).toBe(false);
    },
  );
});

test("the queue's tables are in their own schema, and none is among Signet's", async () => {
  const { rows } = await asOwner(
    "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE relname IN ('job', 'scheduler')",
  );
  expect(rows).toEqual([{ schema: "bullmq" }, { schema: "bullmq" }]);
});

const endSessions = () =>
  asOwner(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'signet_app' AND datname = current_database()",
  );

async function asOwner(sql: string) {
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  return owner.query(sql).finally(() => owner.end());
}
