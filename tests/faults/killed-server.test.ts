import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  TEST_MASTER_KEY,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { type Running, startProcess } from "../processes.ts";

let database: TestDatabase;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  // The server decides by the database's own clock, so the license is issued by it too.
  runtime = createRuntime(database.appUrl, new TestClock(new Date()));
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await database.drop();
});

const startServer = (): Promise<Running> =>
  startProcess("server/license-server/main.ts", "LICENSE_SERVER_PORT", "/readyz", {
    NODE_ENV: "production",
    LOG_LEVEL: "error",
    DATABASE_APP_URL: database.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: randomBytes(32).toString("base64"),
  });

/** Sends a request; the answer's activation id, or undefined when the connection broke. */
async function send(port: number, body: string): Promise<string | undefined> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/${tenant.slug}/activations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const answer: { activation?: { id: string } } = await reply.json();
    return answer.activation?.id;
  } catch {
    return undefined;
  }
}

test("a server killed in the middle of requests loses no acknowledged activation, and a retry takes no second slot", async () => {
  const devices = 200;
  const license = await createLicense(runtime, tenant, { activationsMax: devices });
  const bodies = [...Array(devices).keys()].map((n) => {
    const { requestHash, correlationId, ...body } = activateRequest(license.licenseKey, `device-${n}`);
    return JSON.stringify(body);
  });

  const doomed = await startServer();
  const acknowledged = new Map<string, string>();
  const waiting = [...bodies];
  // A few at a time, so that the kill comes in the middle: some were answered, some are under way, some never left.
  async function sendAll(): Promise<void> {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      const id = await send(doomed.port, body);
      if (id === undefined) continue;
      acknowledged.set(body, id);
      if (acknowledged.size === 20) doomed.kill();
    }
  }
  await Promise.all([...Array(10).keys()].map(sendAll));
  expect(acknowledged.size).toBeGreaterThanOrEqual(20);
  expect(acknowledged.size).toBeLessThan(devices);

  const next = await startServer();
  const ids = await Promise.all(bodies.map((body) => send(next.port, body)));
  await next.stop();
  for (const [body, id] of acknowledged) expect(ids[bodies.indexOf(body)]).toBe(id);
  expect(new Set(ids).size).toBe(devices);
  const row = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId: tenant.tenantId, id: license.id } } }),
  );
  expect(row.activationCount).toBe(devices);
});
