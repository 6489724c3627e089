import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { happened } from "#server/domain/event-catalogue.ts";
import { recordEvents } from "#server/events/outbox.ts";
import { createIdempotencyStore } from "#server/idempotency/idempotency-store.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { createAccount } from "#server/testing/usage.ts";
import { createRetentionStore } from "./retention-store.ts";
import { createRetention } from "./service.ts";

const DAY_MS = 86_400_000;
let database: TestDatabase;
let owner: Client;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  runtime = createRuntime(database.appUrl);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await owner.end();
  await database.drop();
});

function retentionOf(days: number) {
  const { database: connections, clock } = runtime;
  return createRetention({
    database: connections,
    store: createRetentionStore(connections.pool, clock),
    idempotencyKeys: createIdempotencyStore(connections.pool, clock),
    eventDays: days,
    webhookDays: 7,
  });
}

const count = async (table: "runtime_event" | "ledger_entry" | "lease") => {
  const { rows } = await owner.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM ${table} WHERE tenant_id = $1`,
    [tenant.tenantId],
  );
  return rows[0]?.n ?? 0;
};

const figuresAreFinalUntil = (until: Date) =>
  owner.query(
    `INSERT INTO rollup_watermark VALUES ($1, $2)
     ON CONFLICT (tenant_id) DO UPDATE SET complete_until = excluded.complete_until`,
    [tenant.tenantId, until],
  );

test("decisions and ended leases go once they are old and counted, the ledger and what is held stay", async () => {
  const began = runtime.clock.now();
  const license = await createAccount(runtime, tenant, {}, { seats: 2 });
  await license.grant(10);
  await license.debit(1);
  const take = (holder: string) =>
    runtime.leases.checkout(tenant.tenantId, {
      ...license.caller(),
      activationId: license.activationId,
      holder,
      nonce: "n".repeat(16),
    });
  const seat = await take("ada");
  if (seat.outcome === "denied") throw new Error(seat.code);
  const { leaseId, fence } = seat.value;
  await runtime.leases.release(tenant.tenantId, {
    ...license.caller(),
    leaseId,
    fence,
    activationId: license.activationId,
  });
  await take("bob");
  const [events, entries] = [await count("runtime_event"), await count("ledger_entry")];
  expect(events).toBeGreaterThan(3);

  runtime.clock.advance(50 * DAY_MS);
  await license.debit(1);
  expect(await retentionOf(40).deleteExpired()).toEqual({ deleted: 0 });
  await figuresAreFinalUntil(began);
  expect(await retentionOf(40).deleteExpired()).toEqual({ deleted: 0 });
  await figuresAreFinalUntil(runtime.clock.now());
  expect(await retentionOf(60).deleteExpired()).toEqual({ deleted: 0 });
  expect(await retentionOf(40).deleteExpired()).toEqual({ deleted: events + 1 });
  expect(await retentionOf(40).deleteExpired()).toEqual({ deleted: 0 });

  expect(await count("runtime_event")).toBe(1);
  expect(await count("lease")).toBe(1);
  expect(await count("ledger_entry")).toBe(entries + 1);
  await license.checkLedger();
});

test("whatever number of days is asked for, the last month's decisions stay", async () => {
  const license = await createAccount(runtime, tenant);
  await figuresAreFinalUntil(new Date(runtime.clock.now().getTime() + 100 * DAY_MS));
  runtime.clock.advance(30 * DAY_MS);
  await license.debit(1);
  const before = await count("runtime_event");
  await retentionOf(0).deleteExpired();
  expect(await count("runtime_event")).toBe(before);
  runtime.clock.advance(2 * DAY_MS);
  await retentionOf(0).deleteExpired();
  expect(await count("runtime_event")).toBe(1);
});

test("the application deletes no decision by itself, and nothing of another tenant", async () => {
  const other = await createTenant(runtime);
  await expect(
    runtime.database.withTenant(other.tenantId, (tx) => tx.$executeRaw`DELETE FROM runtime_event`),
  ).rejects.toThrow(/permission denied/);
  const before = await count("runtime_event");
  const store = createRetentionStore(runtime.database.pool, runtime.clock);
  await owner.query("INSERT INTO rollup_watermark VALUES ($1, now() + interval '100 years')", [
    other.tenantId,
  ]);
  runtime.clock.advance(400 * DAY_MS);
  expect(await store.deleteOldEvents(other.tenantId, 31, 1_000)).toBe(0);
  expect(await count("runtime_event")).toBe(before);
});

test("events that were told go after their time, with what was delivered of them; younger than a week none does", async () => {
  const { database: connections, clock } = runtime;
  const { tenantId } = tenant;
  const store = createRetentionStore(connections.pool, clock);
  const tell = () =>
    connections.withTenant(tenantId, async (tx) => {
      const event = happened("webhook.test", { sentBy: "Olive" }, { id: newUuid(), at: clock.now() });
      await recordEvents(tx, tenantId, clock.now(), [event]);
      return event.id;
    });
  const old = await tell();
  await connections.withTenant(tenantId, async (tx) => {
    const [endpointId, id, now] = [newUuid(), newUuid(), clock.now()];
    const secret = { secretCipher: new Uint8Array(), secretMadeAt: now };
    await tx.webhookEndpoint.create({
      data: {
        tenantId,
        id: endpointId,
        url: "https://example.com",
        events: ["*"],
        ...secret,
        createdAt: now,
      },
    });
    const ended = { status: "delivered", createdAt: now, endedAt: now } as const;
    await tx.webhookDelivery.create({
      data: { tenantId, id, endpointId, eventId: old, eventType: "webhook.test", ...ended },
    });
    await tx.webhookAttempt.create({ data: { tenantId, deliveryId: id, number: 1, at: now, durationMs: 5 } });
  });
  clock.advance(6.9 * DAY_MS);
  const young = await tell();
  expect(await store.deleteOldWebhooks(tenantId, 0, 1_000)).toBe(0);
  clock.advance(0.2 * DAY_MS);
  expect(await store.deleteOldWebhooks(tenantId, 0, 1_000)).toBe(1);
  const left = await connections.withTenant(tenantId, async (tx) => [
    await tx.domainEvent.findMany({ select: { id: true } }),
    await tx.webhookDelivery.count(),
    await tx.webhookAttempt.count(),
  ]);
  expect(left).toEqual([[{ id: young }], 0, 0]);
});

test("sessions that nobody uses go after eight days, and what happened to ways in after 400", async () => {
  const { database: connections, clock } = runtime;
  const { prisma } = connections;
  const user = { id: newUuid(), email: `${newUuid()}@example.com`, name: "Ada" };
  await prisma.user.create({ data: user });
  const [userId, now] = [user.id, clock.now()];
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const session = (lastSeenAt: Date) => {
    return { id: newUuid(), userId, network: "", userAgent: "", createdAt: ago(20), lastSeenAt };
  };
  const happening = (at: Date) => ({ id: newUuid(), userId, at, kind: "two_factor_on", about: "" });
  const [unused, used] = [session(ago(8.1)), session(ago(7.9))];
  const [old, young] = [happening(ago(401)), happening(ago(399))];
  await prisma.userSession.createMany({ data: [unused, used] });
  await prisma.accountEvent.createMany({ data: [old, young] });
  expect(await createRetentionStore(connections.pool, clock).deleteOldSignIns(1_000)).toBe(2);
  const left = { where: { userId }, select: { id: true } };
  expect(await prisma.userSession.findMany(left)).toEqual([{ id: used.id }]);
  expect(await prisma.accountEvent.findMany(left)).toEqual([{ id: young.id }]);
});
