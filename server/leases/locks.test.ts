import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { openSession, type Session, untilWaitedFor } from "#server/testing/waiting.ts";
import { type CheckoutRow, createLeasesStore, type LeasesStore } from "./leases-store.ts";

const DAY_MS = 86_400_000;
let testDatabase: TestDatabase;
let runtime: Runtime;
let store: LeasesStore;
let sessions: Session[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  store = createLeasesStore(runtime.database.pool, runtime.clock);
  sessions = await Promise.all([...Array(4)].map(() => openSession(testDatabase.ownerUrl)));
});
afterAll(async () => {
  for (const session of sessions) await session.end();
  await runtime.close();
  await testDatabase.drop();
});

function session(index: number): Session {
  const found = sessions[index];
  if (found === undefined) throw new Error(`There is no session ${index}.`);
  return found;
}

async function licensed(tenant: TestTenant, seats: number) {
  const license = await createLicense(runtime, tenant, { seats });
  const decision = await runtime.activations.activate(
    tenant.tenantId,
    activateRequest(license.licenseKey, "device"),
  );
  if (decision.outcome === "denied") throw new Error(decision.code);
  const { activationId } = decision.value;
  return {
    ...license,
    ask: (holder: string) => ({
      activation_id: activationId,
      holder,
      holders: undefined,
      borrow_seconds: undefined,
      lease_id: newUuid(),
      event_id: newUuid(),
      correlation_id: "cor_lock",
    }),
    of: (lease: CheckoutRow | undefined) => ({
      lease_id: lease?.lease_id ?? "",
      activation_id: activationId,
      fence: Number(lease?.fence),
      event_id: newUuid(),
      correlation_id: "cor_lock",
    }),
  };
}

/** As the store calls it, on a session of the test's. */
function call(on: Session, name: string, { tenantId }: TestTenant, items: readonly object[]) {
  return on.query(`SELECT * FROM ${name}($1, $2, $3)`, [
    tenantId,
    runtime.clock.now(),
    JSON.stringify(items),
  ]);
}

test("a pool that is made while a checkout waits for another pool lends its seat once", async () => {
  const [watcher, blocker, rival] = [session(0), session(1), session(2)];
  const tenant = await createTenant(runtime);
  const [waitedFor, late] = [await licensed(tenant, 1), await licensed(tenant, 0)];
  // The first call of a tenant notes the database's epoch, which is another lock.
  await store.expire(tenant.tenantId, 1);
  await blocker.query("BEGIN");
  await blocker.query("SELECT 1 FROM pool WHERE license_id = $1 FOR NO KEY UPDATE", [waitedFor.id]);
  const asking = store.checkout(tenant.tenantId, [waitedFor.ask("ada"), late.ask("ada")]);
  await untilWaitedFor(watcher, blocker);

  await runtime.database.withTenant(tenant.tenantId, async (tx) => {
    const where = { tenantId_id: { tenantId: tenant.tenantId, id: late.id } };
    await tx.license.update({ where, data: { effective: { ...late.rules, seats: 1 } } });
    await tx.$executeRaw`SELECT resize_pools(${tenant.tenantId}::uuid, ARRAY[${late.id}::uuid], ${runtime.clock.now()})`;
  });
  await rival.query("BEGIN");
  await call(rival, "checkout_seats", tenant, [late.ask("bob")]);
  await blocker.query("COMMIT");
  // Decided without waiting for the rival, from what it saw when it took its locks.
  const answers = await asking;
  await rival.query("COMMIT");
  expect(answers.map((row) => row.code)).toEqual([null, "feature_not_entitled"]);
  expect(await store.checkout(tenant.tenantId, [late.ask("ada")])).toMatchObject([
    { code: "no_seats_available" },
  ]);
});

test("a checkout waits for no heartbeat that came after it, so heartbeats that never pause cannot starve it", async () => {
  const [watcher, beating, asking, beatingLater] = [session(0), session(1), session(2), session(3)];
  const tenant = await createTenant(runtime);
  const license = await licensed(tenant, 2);
  const [lease] = await store.checkout(tenant.tenantId, [license.ask("ada")]);
  await beating.query("BEGIN");
  await call(beating, "heartbeat_leases", tenant, [license.of(lease)]);
  const checkout = call(asking, "checkout_seats", tenant, [license.ask("bob")]);
  await untilWaitedFor(watcher, beating);
  await beatingLater.query("BEGIN");
  const heartbeat = call(beatingLater, "heartbeat_leases", tenant, [license.of(lease)]);
  await untilWaitedFor(watcher, asking);

  await beating.query("COMMIT");
  expect((await checkout).rows).toMatchObject([{ code: null }]);
  expect((await heartbeat).rows).toMatchObject([{ code: null }]);
  await beatingLater.query("COMMIT");
});

test("leases are extended after a crash in the order of all other locks: a release under way is not caught in a circle", async () => {
  const [watcher, releasing, extending] = [session(0), session(1), session(2)];
  const tenant = await createTenant(runtime);
  const license = await licensed(tenant, 2);
  const leases = await store.checkout(tenant.tenantId, [license.ask("ada"), license.ask("bob")]);
  await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.tenantState.update({
      where: { tenantId: tenant.tenantId },
      data: { databaseStartedAt: new Date(0) },
    }),
  );
  await releasing.query("BEGIN");
  await call(releasing, "release_leases", tenant, [license.of(leases[1])]);
  const heartbeat = call(extending, "heartbeat_leases", tenant, [license.of(leases[0])]);
  await untilWaitedFor(watcher, releasing);
  await call(releasing, "release_leases", tenant, [license.of(leases[0])]);
  await releasing.query("COMMIT");
  expect((await heartbeat).rows).toMatchObject([{ code: "lease_released" }]);
});

test("a sweep waits for the checkout that takes an ended lease's seat, and leaves it to its new holder", async () => {
  const [watcher, rival] = [session(0), session(1)];
  const tenant = await createTenant(runtime);
  const license = await licensed(tenant, 1);
  await store.checkout(tenant.tenantId, [license.ask("ada")]);
  runtime.clock.advance(DAY_MS);
  await rival.query("BEGIN");
  await call(rival, "checkout_seats", tenant, [license.ask("bob")]);
  const sweeping = store.expire(tenant.tenantId, 10);
  await untilWaitedFor(watcher, rival);
  await rival.query("COMMIT");
  expect(await sweeping).toBe(0);
  expect(await store.checkout(tenant.tenantId, [license.ask("cleo")])).toMatchObject([
    { code: "no_seats_available" },
  ]);
});
