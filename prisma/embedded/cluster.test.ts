import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { startScratchCluster } from "./scratch.ts";

let directory: string;
let running: Cluster[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "signet-cluster-"));
  chmodSync(directory, 0o711);
});
afterEach(async () => {
  await Promise.all(running.map((cluster) => cluster.stop()));
  running = [];
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<Cluster> {
  const cluster = await startCluster({
    dataDirectory: join(directory, "data"),
    password: "secret",
    durable: true,
  });
  running.push(cluster);
  return cluster;
}

async function ask(cluster: Cluster, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: cluster.url("postgres") });
  // The server may be ended under it on purpose.
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows[0];
}

const postmasterOf = (cluster: Cluster) =>
  Number(readFileSync(join(cluster.dataDirectory, "postmaster.pid"), "utf8").split("\n")[0]);

test("keeps its data from one start to the next, and stops in no time though sessions are open", async () => {
  const first = await start();
  await ask(first, "CREATE TABLE kept AS SELECT 42 AS answer");
  const session = new Client({ connectionString: first.url("postgres") });
  session.on("error", () => undefined);
  await session.connect();
  const started = performance.now();
  await first.stop();
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await ask(await start(), "SELECT answer FROM kept")).toEqual({ answer: 42 });
});

test("takes over from a server that a killed launcher left running", async () => {
  const abandoned = await start();
  const pid = postmasterOf(abandoned);
  const next = await start();
  expect(postmasterOf(next)).not.toBe(pid);
  await abandoned.ended;
  expect(await ask(next, "SELECT 1 AS one")).toEqual({ one: 1 });
});

test("recovers from a crash that left the lock file of a process that is now someone else", async () => {
  const crashed = await start();
  crashed.kill();
  await crashed.ended;
  const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
  writeFileSync(join(crashed.dataDirectory, "postmaster.pid"), `${stranger.pid}\n`);
  expect(await ask(await start(), "SELECT 1 AS one")).toEqual({ one: 1 });
  expect(stranger.exitCode).toBeNull();
  stranger.kill();
});

test("lets nobody in without the password", async () => {
  const cluster = await start();
  const client = new Client({ connectionString: cluster.url("postgres").replace("secret", "wrong") });
  await expect(client.connect()).rejects.toThrow(/password authentication failed/);
});

test("a scratch server removes its directory, and those that killed runs left behind", async () => {
  const abandoned = join(tmpdir(), "signet-scratch-999999999-left");
  mkdirSync(abandoned);
  const cluster = await startScratchCluster();
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(cluster.dataDirectory)).toBe(true);
  await cluster.stop();
  await sleep(0);
  expect(existsSync(cluster.dataDirectory)).toBe(false);
});
