import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAnalytics } from "#server/analytics/service.ts";
import { issueManyLicenses } from "#server/authority/license-batch-input.ts";
import { EVENTS, happened } from "#server/domain/event-catalogue.ts";
import { publicId } from "#server/domain/ids.ts";
import { recordEvents } from "#server/events/outbox.ts";
import { createEventRelay } from "#server/events/relay.ts";
import { JOB_NAMES, type JobName } from "#server/jobs/catalogue.ts";
import { createJobs } from "#server/jobs/jobs.ts";
import { createMailer } from "#server/mail/mailer.ts";
import { createHealth } from "#server/operations/health-service.ts";
import { systemClock } from "#server/platform/clock.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import { createQueues, type Queues } from "#server/platform/queue.ts";
import { createReconciliation } from "#server/reconciliation/service.ts";
import { createRetentionStore } from "#server/retention/retention-store.ts";
import { createRetention } from "#server/retention/service.ts";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, createTenant, type TestTenant } from "#server/testing/fixtures.ts";
import { type RedisServer, startRedis } from "#server/testing/redis.ts";
import { createAccount } from "#server/testing/usage.ts";
import { createJobMetrics } from "./metrics.ts";
import { createProcessors } from "./processors.ts";
import { runJobs } from "./run-jobs.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Patient, because the machine may be busy. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 50_000 });

let redis: RedisServer;
let database: TestDatabase;
let services: Authority;
let tenant: TestTenant;
let license: Awaited<ReturnType<typeof createAccount>>;
let lines: Record<string, unknown>[];
let queues: Queues | undefined;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  database = await createTestDatabase();
  services = createAuthority(database.appUrl, undefined, { isAllowed: () => true });
  tenant = await createTenant(services);
  lines = [];
});
afterEach(async () => {
  await queues?.close();
  await services.close();
  await database.drop();
});

const log = createLogger({
  level: "debug",
  name: "test",
  destination: { write: (line) => void lines.push(JSON.parse(line)) },
});
/** The runs of a job, in order, as each was logged. */
const runs = (name: JobName) => lines.filter(({ job, msg }) => job === name && msg === "job done");

function startWorker(store: "PostgreSQL" | "Redis") {
  /** The services' clock is years ahead of the database's, by which it is decided what is settled. */
  const lookAheadMs = services.clock.now().getTime() - Date.now() + 60_000;
  queues = createQueues({
    databaseUrl: store === "Redis" ? "postgresql://signet_app:x@127.0.0.1:1/signet" : database.appUrl,
    redisUrl: store === "Redis" ? redis.url : undefined,
    log,
    scheduleCheckMs: 200,
  });
  const health = createHealth(services);
  const processors = createProcessors({
    ...services,
    events: createEventRelay({ ...services, marginMs: -lookAheadMs }),
    deliveries: services.deliveries,
    mailer: createMailer({
      ...services,
      log,
      portalUrl: "https://portal.example",
      send: undefined,
    }),
    analytics: createAnalytics(services),
    health,
    reconciliation: createReconciliation({ ...services, log }),
    retention: createRetention({
      database: services.database,
      store: createRetentionStore(services.database.pool, services.clock),
      idempotencyKeys: services.idempotencyStore,
      eventDays: 400,
      webhookDays: 400,
    }),
  });
  runJobs({ queues, processors, log, clock: systemClock, metrics: createJobMetrics(), note: health.noteRun });
  return createJobs(queues);
}

function checkout(holder: string) {
  const { activationId } = license;
  const request = { ...license.caller(), activationId, holder, nonce: randomSecret(16) };
  return services.leases.checkout(tenant.tenantId, request);
}

/** Leaves something to do for every job. */
async function leaveWork() {
  const thirtyDays = { type: "subscription", durationDays: 30, graceDays: 5 } as const;
  license = await createAccount(services, tenant, {}, { seats: 2, ...thirtyDays });
  await license.grant(10);
  // An account of its own: whoever ends a ticket renews that ticket's account on the way.
  await createAccount(services, tenant, { periodCredits: 10, period: "month" });
  await license.issue(4, newUuid());
  await checkout("ann");
  await services.idempotencyStore.take(tenant.tenantId, {
    hash: Buffer.alloc(32, 1),
    request: Buffer.alloc(32, 2),
    attempt: newUuid(),
    leaseSeconds: 30,
    keptSeconds: 86_400,
  });
  // The tenant of the test was made without an audit; a vendor's begins with its making.
  const { actor } = await createVendor(services);
  const catalog = await createCatalog(services, actor);
  const { customerId, policyId } = catalog;
  const sold = await issueOne(services, actor, catalog);
  await services.licenseBatches.issueMany(
    actor,
    issueManyLicenses.parse({
      customerId: publicId("customer", customerId),
      policyId: publicId("policy", policyId),
      count: 2,
      requestId: newUuid(),
    }),
  );
  // So that the batch ends without a license that other jobs would count.
  await services.customers.setArchived(actor, customerId, true);
  await services.database.withTenant(tenant.tenantId, (tx) =>
    services.mails.enqueue(tx, {
      tenantId: tenant.tenantId,
      template: "password-changed",
      payload: { at: "now", disconnected: 0, authenticatorRemoved: false },
      to: "ada@example.com",
      dedupeKey: "once",
    }),
  );
  // Into the morning: digests are written from six o'clock on.
  services.clock.advance(32 * DAY_MS + 8 * HOUR_MS);
  await services.database.withTenant(actor.tenantId, async (tx) => {
    const now = services.clock.now();
    const { example } = EVENTS["pool.exhausted"];
    const about = { ...example, license: { ...example.license, id: publicId("license", sold.id) } };
    const event = happened("pool.exhausted", about, { id: newUuid(), at: now });
    await recordEvents(tx, actor.tenantId, now, [event]);
    await services.notices.tell(tx, actor.tenantId, [event]);
  });
  await services.activations.activate(tenant.tenantId, activateRequest(license.licenseKey, "another"));
  const endpoint = { url: "https://127.0.0.1:1/", description: "" };
  await services.webhooks.create(actor, { ...endpoint, events: ["customer.created"] });
  await services.customers.create(actor, { name: "New", email: null, note: "" });
}

/** What each job reports of its run when there was work, and when there is none left. */
const OUTCOMES: { readonly [Name in JobName]?: readonly [first: object, second: object] } = {
  "lease-expiry": [{ expired: 1 }, { expired: 0 }],
  "ticket-expiry": [{ expired: 1 }, { expired: 0 }],
  "credit-expiry": [{ renewed: 1 }, { renewed: 0 }],
  "license-transitions": [{ announced: 1 }, { announced: 0 }],
  "event-relay": [{ told: 1 }, { told: 0 }],
  "webhook-delivery": [
    { delivered: 0, failed: 1 },
    { delivered: 0, failed: 0 },
  ],
  "mail-delivery": [
    { sent: 0, failed: 0, expired: 1 },
    { sent: 0, failed: 0, expired: 0 },
  ],
  "staff-digest": [{ written: 1 }, { written: 0 }],
  "license-batches": [{ finished: 1 }, { finished: 0 }],
  // Nobody has that many here.
  "license-tally": [{ tallied: 0 }, { tallied: 0 }],
  "analytics-rollup": [{ hours: expect.any(Number) }, { hours: expect.any(Number) }],
  reconciliation: [
    { checked: 6, begun: 0 },
    { checked: 6, begun: 0 },
  ],
  "health-figures": [{ tenants: 2 }, { tenants: 2 }],
  retention: [{ deleted: 1 }, { deleted: 0 }],
  "audit-checkpoint": [{ sealed: 1 }, { sealed: 0 }],
  "trust-refresh": [{ refreshed: 2 }, { refreshed: 0 }],
};

describe.each(["PostgreSQL", "Redis"] as const)("on %s", (store) => {
  test("every job of the catalogue does its work, and run again finds none left", async () => {
    expect(Object.keys(OUTCOMES).sort()).toEqual([...JOB_NAMES].sort());
    if (store === "Redis") await redis.flush();
    await leaveWork();
    const jobs = startWorker(store);
    for (const name of JOB_NAMES) await eventually(() => runs(name).length).toBeGreaterThan(0);
    for (const name of JOB_NAMES) {
      const before = runs(name).length;
      expect(await jobs.enqueue(name, {})).toBe(true);
      await eventually(() => runs(name).length).toBeGreaterThan(before);
    }
    for (const name of JOB_NAMES) {
      const [first = {}, second = {}] = OUTCOMES[name] ?? [];
      // A run that came by a second way at the same moment may have found nothing, and been done before it.
      expect(runs(name), name).toContainEqual(expect.objectContaining(first));
      expect(runs(name).at(-1), name).toMatchObject(second);
    }
    expect(lines.filter(({ msg }) => msg === "job failed")).toEqual([]);
  }, 180_000);
});

test("Redis killed and come back empty, then flushed: devices notice nothing, and the jobs go on by themselves", async () => {
  license = await createAccount(services, tenant, {}, { seats: 2 });
  await license.grant(1_000);
  const jobs = startWorker("Redis");
  await eventually(() => runs("lease-expiry").length).toBeGreaterThan(0);
  const seat = await checkout("ann");
  if (seat.outcome === "denied") throw new Error(seat.code);
  const { leaseId, fence } = seat.value;

  /** Every hot path once. */
  async function devicesAreServed(device: string) {
    const again = await createAccount(services, tenant);
    expect(again.activationId, device).toEqual(expect.any(String));
    expect(await license.debit(1)).toBe("accepted");
    const { activationId } = license;
    const beat = { ...license.caller(), activationId, leaseId, fence, nonce: randomSecret(16) };
    expect(await services.leases.heartbeat(tenant.tenantId, beat)).toMatchObject({ outcome: "granted" });
  }

  await redis.stop();
  await devicesAreServed("while Redis is dead");
  expect(await jobs.enqueue("lease-expiry", {})).toBe(false);
  const whenKilled = runs("lease-expiry").length;
  redis = await startRedis(redis.port);
  await devicesAreServed("after it came back");
  await eventually(() => runs("lease-expiry").length).toBeGreaterThan(whenKilled);

  const whenFlushed = runs("lease-expiry").length;
  await redis.flush();
  await devicesAreServed("after the flush");
  await eventually(() => runs("lease-expiry").length).toBeGreaterThan(whenFlushed);
}, 180_000);
