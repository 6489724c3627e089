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
import { createOfflineDevice } from "#server/testing/offline-device.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { METER_RULES } from "#server/testing/usage.ts";
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

interface Answer {
  readonly activation?: { readonly id: string };
  /** The response file, where a request file was sent. */
  readonly response?: string;
}

/** Sends a request; the answer, or undefined when the connection broke. */
async function ask(port: number, path: string, body: string): Promise<Answer | undefined> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/v1/${tenant.slug}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const answer: Answer = await reply.json();
    return answer;
  } catch {
    return undefined;
  }
}

const send = async (port: number, body: string) => (await ask(port, "activations", body))?.activation?.id;

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
  // As a client does, whom a busy server turns away for a moment.
  async function again(body: string): Promise<string> {
    return (await send(next.port, body)) ?? again(body);
  }
  const ids = await Promise.all(bodies.map(again));
  await next.stop();
  for (const [body, id] of acknowledged) expect(ids[bodies.indexOf(body)]).toBe(id);
  expect(new Set(ids).size).toBe(devices);
  const row = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId: tenant.tenantId, id: license.id } } }),
  );
  expect(row.activationCount).toBe(devices);
});

test("a server killed while it answers request files has taken one slot and one reservation for each, and every response it gave comes again", async () => {
  const devices = 60;
  const license = await createLicense(runtime, tenant, {
    activationsMax: devices,
    offlineAllowed: true,
    meters: { credits: { ...METER_RULES, periodCredits: devices } },
  });
  const bodies = await Promise.all(
    [...Array(devices).keys()].map(async (n) => {
      const tickets = [{ id: `ticket-${n}`, meter: "credits", amount: 1 }];
      const request = await (await createOfflineDevice(`machine-${n}`)).request(license.licenseKey, {
        tickets,
      });
      return JSON.stringify({ request });
    }),
  );
  const path = "offline/activations";
  const doomed = await startServer();
  const acknowledged = new Map<string, string>();
  const waiting = [...bodies];
  async function sendAll(): Promise<void> {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      const response = (await ask(doomed.port, path, body))?.response;
      if (response === undefined) continue;
      acknowledged.set(body, response);
      if (acknowledged.size === 10) doomed.kill();
    }
  }
  await Promise.all([...Array(10).keys()].map(sendAll));
  expect(acknowledged.size).toBeGreaterThanOrEqual(10);
  expect(acknowledged.size).toBeLessThan(devices);

  const next = await startServer();
  const answers = await Promise.all(bodies.map((body) => ask(next.port, path, body)));
  await next.stop();
  for (const [body, response] of acknowledged) expect(answers[bodies.indexOf(body)]?.response).toBe(response);
  expect(new Set(answers.map((answer) => answer?.activation?.id)).size).toBe(devices);
  const [row, [account]] = await runtime.database.withTenant(tenant.tenantId, async (tx) => [
    await tx.license.findUniqueOrThrow({
      where: { tenantId_id: { tenantId: tenant.tenantId, id: license.id } },
    }),
    await runtime.credits.accounts(tx, tenant.tenantId, license.id),
  ]);
  expect(row.activationCount).toBe(devices);
  expect(account).toMatchObject({ reserved: devices, balance: 0 });
});
