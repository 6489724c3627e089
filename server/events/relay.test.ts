import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EVENTS } from "#server/domain/event-catalogue.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createRuntime, createTenant } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";
import { createEventRelay } from "./relay.ts";

const HOUR_MS = 3_600_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A runtime by a clock that begins some hours before the database's, and what was told of it. */
async function past(hours: number) {
  const begin = new Date(Math.floor(Date.now() / HOUR_MS - hours) * HOUR_MS);
  const runtime = createRuntime(database.appUrl, new TestClock(begin));
  const relay = createEventRelay({ ...runtime, notices: { tell: async () => {} }, marginMs: 0 });
  const tenant = await createTenant(runtime);
  const told = () =>
    runtime.database.withTenant(tenant.tenantId, (tx) =>
      tx.domainEvent.findMany({ orderBy: [{ at: "asc" }, { type: "asc" }] }),
    );
  return { runtime, relay, tenant, told };
}

test("activations are told one by one, what runs short once an hour or grant, and none of it twice", async () => {
  const { runtime, relay, tenant, told } = await past(4);
  const account = await createAccount(runtime, tenant, {}, { seats: 1 });
  const { tenantId } = tenant;
  const checkout = (holder: string) =>
    runtime.leases.checkout(tenantId, {
      ...account.caller(),
      activationId: account.activationId,
      holder,
      nonce: randomSecret(16),
    });
  const again = activateRequest(account.licenseKey, "device");
  await runtime.activations.activate(tenantId, again);
  await account.grant(1_000);
  await account.debit(899);
  await account.debit(2);
  runtime.clock.advance(HOUR_MS);
  for (const holder of ["ann", "bob", "cyd"]) await checkout(holder);
  for (const _ of [1, 2]) expect(await account.debit(500)).toBe("insufficient_credits");
  runtime.clock.advance(HOUR_MS);
  expect(await account.debit(500)).toBe("insufficient_credits");
  await runtime.activations.deactivate(tenantId, {
    activationId: account.activationId,
    correlationId: "cor_vendor",
    byVendor: true,
  });

  expect(await relay.tell()).toEqual({ told: 6 });
  expect(await relay.tell()).toEqual({ told: 0 });
  const events = await told();
  for (const { type, data } of events)
    expect(EVENTS[type as "license.created"].data.parse(data), type).toEqual(data);
  expect(events.map(({ type }) => type).sort()).toEqual([
    "activation.created",
    "activation.deactivated",
    "credits.exhausted",
    "credits.exhausted",
    "credits.low",
    "pool.exhausted",
  ]);
  expect(events.find(({ type }) => type === "credits.low")?.data).toMatchObject({
    license: { id: publicId("license", account.id) },
    meter: "credits",
    balance: 99,
    lastGranted: 1_000,
  });
  const deactivated = events.find(({ type }) => type === "activation.deactivated");
  expect(deactivated?.correlationId).toBe("cor_vendor");
  await runtime.close();
});

test("a decision that commits late is told of all the same, and what was decided before the last day is not", async () => {
  const { runtime, relay, tenant, told } = await past(30);
  const account = await createAccount(runtime, tenant);
  const insert = `INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, facts, license_id, activation_id, correlation_id)
    VALUES ($1, $2, transaction_timestamp(), 'activate', 'granted', '{"knownDevice": false}', $3, $4, 'cor_late')`;
  const app = new Client({ connectionString: database.appUrl });
  await app.connect();
  const id = newUuid();
  await app.query("BEGIN");
  await app.query("SELECT set_config('signet.tenant_id', $1, true)", [tenant.tenantId]);
  await app.query(insert, [tenant.tenantId, id, account.id, account.activationId]);
  expect(await relay.tell()).toEqual({ told: 0 });
  await app.query("COMMIT");
  await app.end();
  expect(await relay.tell()).toEqual({ told: 1 });
  expect(await told()).toMatchObject([{ id, type: "activation.created" }]);
  await runtime.close();
});
