import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Cluster } from "#prisma/embedded/cluster.ts";
import { startScratchCluster } from "#prisma/embedded/scratch.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { SignetError } from "#server/domain/errors.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  type TestTenant,
} from "#server/testing/fixtures.ts";

const TTL_MS = 300_000;
const BINDING = { nonce: "n".repeat(16), requestHash: "r".repeat(43), correlationId: "cor_crash" };

let cluster: Cluster;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  // As an operator's server is set, but that what need not wait for the disk does not get there by itself.
  cluster = await startScratchCluster({ synchronous_commit: "on", wal_writer_delay: "10s" });
  await ask("postgres", "CREATE DATABASE crashing");
  const appUrl = new URL(cluster.url("crashing"));
  appUrl.username = "signet_app";
  appUrl.password = "app";
  await migrate({ ownerUrl: cluster.url("crashing"), appUrl: appUrl.href });
  runtime = createRuntime(appUrl.href);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await cluster.stop();
});

async function ask(database: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: cluster.url(database) });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** As the kernel does when memory runs out: PostgreSQL then ends every session and recovers, without starting anew. */
async function killOneSession(): Promise<void> {
  const client = new Client({ connectionString: cluster.url("crashing") });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const [session] = rows;
  if (session === undefined) throw new Error("a session without a process");
  const ended = new Promise((resolve) => client.once("end", resolve));
  process.kill(session.pid, "SIGKILL");
  await ended;
  const answers = () =>
    ask("crashing", "SELECT 1").then(
      () => true,
      () => false,
    );
  await vi.waitUntil(answers, { timeout: 10_000, interval: 50 });
}

/** As any client does: a connection that the crash broke is found out by using it, and a retry is always safe. */
async function again<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries === 10 || !(error instanceof SignetError) || error.code !== "outcome_unknown") throw error;
    }
  }
}

test("a crash of the database loses nobody the seat that an acknowledged heartbeat has kept", async () => {
  const { licenseKey } = await createLicense(runtime, tenant, { seats: 1, activationsMax: 2 });
  const device = async (name: string): Promise<string> => {
    const decision = await runtime.activations.activate(tenant.tenantId, activateRequest(licenseKey, name));
    if (decision.outcome === "denied") throw new Error(decision.code);
    return decision.value.activationId;
  };
  const [holder, other] = [await device("holder"), await device("other")];
  const checkout = (activationId: string, name: string) =>
    runtime.leases.checkout(tenant.tenantId, { activationId, holder: name, ...BINDING });

  const lease = await checkout(holder, "ada");
  if (lease.outcome === "denied") throw new Error(lease.code);
  const { leaseId, fence } = lease.value;
  runtime.clock.advance(TTL_MS - 1_000);
  const kept = await runtime.leases.heartbeat(tenant.tenantId, {
    leaseId,
    activationId: holder,
    fence,
    ...BINDING,
  });
  expect(kept.outcome).toBe("granted");

  await killOneSession();
  runtime.clock.advance(2_000);
  expect(await again(() => checkout(other, "bob"))).toMatchObject({
    outcome: "denied",
    code: "no_seats_available",
  });
  const beat = () =>
    runtime.leases.heartbeat(tenant.tenantId, { leaseId, activationId: holder, fence, ...BINDING });
  expect(await again(beat)).toMatchObject({ outcome: "granted", value: { fence } });
});
