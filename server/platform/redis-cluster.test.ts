import { once } from "node:events";
import { Redis } from "ioredis";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRedisCluster } from "../testing/redis-cluster.ts";
import { createRedisCounters } from "./counters.ts";
import { createLogger } from "./log.ts";
import { createQueues } from "./queue.ts";
import { openCluster } from "./redis-cluster.ts";
import { parseRedisUrl } from "./redis-url.ts";

const log = createLogger({ level: "silent", name: "test" });
const ONCE = { attempts: 1, backoffMs: 10 };
/** Enough keys that every node has some of them. */
const KEYS = Array.from({ length: 24 }, (_, index) => `key-${index}`);

const LAST_SLOT_OF_SECOND_NODE = 10_922;

let cluster: Awaited<ReturnType<typeof startRedisCluster>>;

beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster.stop());

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });

test("jobs go through a Redis Cluster: sent by one process, run by another, and sent by a schedule", async () => {
  const run: unknown[] = [];
  const open = () =>
    createQueues({ databaseUrl: "postgresql://127.0.0.1:1/none", redisUrl: cluster.url, log });
  const [web, worker] = [open(), open()];
  worker.consume("hello", 1, async ({ data }) => void run.push(data));
  worker.schedule("hello", 300, "scheduled", ONCE);
  expect(await web.send("hello", "sent", ONCE)).toBe(true);
  await eventually(() => new Set(run)).toEqual(new Set(["sent", "scheduled"]));
  await eventually(() => run.length).toBeGreaterThan(3);
  expect(await web.waiting("hello")).toBeTypeOf("number");
  await Promise.all([web.close(), worker.close()]);
}, 60_000);

test("two processes share their counts through all nodes of a cluster, and each goes on alone where a node has died", async () => {
  const told: string[] = [];
  const listener = pino({}, { write: (line: string) => told.push(JSON.parse(line).msg) });
  const both = [createRedisCounters(cluster.url, listener), createRedisCounters(cluster.url, log)];
  const [first, second] = both.map((counters) => counters.counter("shared", 600));
  let before = 0;
  // The two counts of a key grow by four from one round to the next where they are one, and by two where they are not.
  await eventually(async () => {
    const counts = await Promise.all(KEYS.flatMap((key) => [first?.count(key), second?.count(key)]));
    const now = counts.reduce((sum, each) => sum + (each?.counted ?? 0), 0);
    const grown = now - before;
    before = now;
    return grown;
  }).toBe(4 * KEYS.length);

  const [living, , dying] = cluster.nodes;
  const asked = new Redis(living?.url ?? "");
  const slots = await Promise.all(KEYS.map((key) => asked.cluster("KEYSLOT", `signet:rate:alone:${key}`)));
  asked.disconnect();
  const lost = KEYS.filter((_, index) => (slots[index] ?? 0) > LAST_SLOT_OF_SECOND_NODE);
  const kept = KEYS.find((key) => !lost.includes(key)) ?? "";
  expect(lost.length).toBeGreaterThan(2);
  await dying?.stop();
  const alone = both[0]?.counter("alone", 600);
  for (let round = 1; round <= 3; round++)
    for (const key of lost) {
      expect((await alone?.count(key))?.counted).toBe(round);
      await alone?.count(kept);
    }
  // Requests that fail among others that succeed are no reason to say both of each.
  expect(told).toEqual([expect.stringMatching(/^Redis does not answer/)]);
  for (const each of both) each.close();
}, 60_000);

test("a node is connected to by the name in the address, which its certificate carries", async () => {
  const address = parseRedisUrl("rediss+cluster://localhost:1");
  if (address?.kind !== "cluster") throw new Error("That is the address of a cluster.");
  const connection = openCluster(address, {}, { lazyConnect: true, clusterRetryStrategy: null });
  const added = once(connection, "+node");
  connection.on("error", () => undefined);
  connection.connect().catch(() => undefined);
  expect((await added)[0].options).toMatchObject({ host: "localhost", tls: {} });
  connection.disconnect();
});

test("an address of a cluster is read with its credentials, TLS and IPv6; what is none is refused", () => {
  expect(parseRedisUrl("rediss+cluster://ada:p%40ss@one:7000,[::1],three:7002")).toEqual({
    kind: "cluster",
    nodes: [
      { host: "one", port: 7000 },
      { host: "::1", port: 6379 },
      { host: "three", port: 7002 },
    ],
    login: { username: "ada", password: "p@ss", tls: {} },
  });
  for (const text of [
    "redis+cluster://",
    "redis+cluster://a:x",
    "redis+cluster://a,",
    "redis+cluster://:%zz@a",
    "http://a",
    "a:6379",
  ])
    expect(parseRedisUrl(text), text).toBeUndefined();
});
