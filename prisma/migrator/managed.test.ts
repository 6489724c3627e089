import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../embedded/cluster.ts";
import { startScratchCluster } from "../embedded/scratch.ts";
import { migrate } from "./migrate.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startScratchCluster();
});
afterAll(() => cluster.stop());

async function run(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function as(user: string, password: string): string {
  const url = new URL(cluster.url("managed"));
  url.username = user;
  url.password = password;
  return url.href;
}

test("an owner who is no superuser, as managed PostgreSQL gives, suffices; the processes' role can use what it makes", async () => {
  await run(
    cluster.url("postgres"),
    "CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'one'",
    "CREATE DATABASE managed OWNER landlord",
  );
  const ownerUrl = as("landlord", "one");
  const appUrl = as("signet_app", "two");
  expect((await migrate({ ownerUrl, appUrl, masterKeyCheck: "key" })).applied.length).toBeGreaterThan(0);
  expect((await migrate({ ownerUrl, appUrl, masterKeyCheck: "key" })).applied).toEqual([]);
  await run(appUrl, "SELECT 1 FROM tenant", "SELECT 1 FROM instance");
  await expect(run(appUrl, "CREATE TABLE mine (id int)")).rejects.toThrow(/permission denied/);
});

test("a new master key's password is set, and an operator's own is left alone", async () => {
  const ownerUrl = as("landlord", "one");
  await migrate({ ownerUrl });
  await run(as("signet_app", "two"), "SELECT 1");
  await migrate({ ownerUrl, appUrl: as("signet_app", "three") });
  await run(as("signet_app", "three"), "SELECT 1");
  await expect(run(as("signet_app", "two"), "SELECT 1")).rejects.toThrow(/password authentication failed/);
});
