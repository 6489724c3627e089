import { afterAll, beforeAll, expect, test } from "vitest";
import { openTrustBundle } from "#sdk/verify.ts";
import { KEY_USES, type KeyUse } from "#sdk/wire.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { DAY_MS } from "./bundle.ts";
import type { Tx } from "./publisher.ts";

let testDatabase: TestDatabase;
let clock: TestClock;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
});
afterAll(() => testDatabase.drop());

async function begin() {
  clock = new TestClock("2030-01-01");
  runtime = createRuntime(testDatabase.appUrl, clock);
  tenant = await createTenant(runtime);
  return runtime.close;
}
const within = <Value>(work: (tx: Tx) => Promise<Value>) =>
  runtime.database.withTenant(tenant.tenantId, work);
const keys = () => within((tx) => runtime.trust.rotation.keys(tx, tenant.tenantId));
const states = async (use: KeyUse) =>
  (await keys()).filter((key) => key.use === use).map((key) => key.status);
const announce = (use: KeyUse) => within((tx) => runtime.trust.rotation.announce(tx, tenant.tenantId, use));
const activate = (use: KeyUse, early = false) =>
  within((tx) => runtime.trust.rotation.activate(tx, tenant.tenantId, use, { early }));
const privateParts = () =>
  within((tx) => tx.signingKey.findMany({ where: { tenantId: tenant.tenantId } })).then((rows) =>
    rows.filter(({ privateCipher }) => privateCipher !== null).map(({ status }) => status),
  );

test.each(KEY_USES)(
  "a new %s key is listed a bundle's life long before it signs; the one before it only verifies from then on",
  async (use) => {
    const close = await begin();
    await announce(use);
    expect(await states(use)).toEqual(["active", "announced"]);
    await expect(announce(use)).rejects.toThrow(/already announced/);
    clock.advance(30 * DAY_MS - 1);
    await expect(activate(use)).rejects.toThrow(/2030-01-31T00:00:00.000Z/);
    expect(await states(use)).toEqual(["active", "announced"]);
    clock.advance(1);
    expect(await activate(use)).toMatchObject({ early: false });
    expect(await states(use)).toEqual(["retired", "active"]);
    expect(new Set(await privateParts())).toEqual(new Set(["active"]));
    await close();
  },
);

test("a key can be made to sign early, and the answer says that it was", async () => {
  const close = await begin();
  await announce("lease");
  expect(await activate("lease", true)).toMatchObject({ early: true });
  expect(await states("lease")).toEqual(["retired", "active"]);
  await close();
});

test("the job moves keys through their whole lives by itself, and running it twice changes nothing", async () => {
  const close = await begin();
  const run = async () => {
    const results = await Promise.all([runtime.trust.refreshExpiring(), runtime.trust.refreshExpiring()]);
    const after = await keys();
    await runtime.trust.refreshExpiring();
    expect(await keys()).toEqual(after);
    return results.reduce((sum, { refreshed }) => sum + refreshed, 0);
  };
  const seen: string[] = [];
  for (let day = 0; day <= 3 * 365 + 40; day += 20) {
    await run();
    const now = (await states("lease")).join(" ");
    if (seen.at(-1) !== now) seen.push(now);
    clock.advance(20 * DAY_MS);
  }
  expect(seen).toEqual(["active", "active announced", "retired active", "destroyed active"]);
  await close();
}, 180_000);

test("a key compromised before, while or after it signs is disowned, and an active one is followed at once", async () => {
  const close = await begin();
  await announce("ticket");
  const compromise = async (status: string) => {
    const found = (await keys()).find((key) => key.use === "ticket" && key.status === status);
    await within((tx) => runtime.trust.rotation.compromise(tx, tenant.tenantId, found?.kid ?? ""));
    return found?.kid;
  };
  const announced = await compromise("announced");
  expect(await states("ticket")).toEqual(["active", "compromised"]);
  const active = await compromise("active");
  expect(await states("ticket")).toEqual(["compromised", "compromised", "active"]);
  const { jws } = await runtime.trust.currentBundle(tenant.tenantId);
  const bundle = await openTrustBundle(jws, await runtime.trust.rootKey(tenant.tenantId), {
    now: clock.now().getTime(),
  });
  for (const kid of [announced, active]) expect(bundle.isKeyRevoked(kid ?? "")).toBe(true);
  await expect(
    within((tx) => runtime.trust.rotation.compromise(tx, tenant.tenantId, active ?? "")),
  ).rejects.toThrow(/already/);
  await close();
});

test("two rotations at once announce one key", async () => {
  const close = await begin();
  const both = await Promise.allSettled([announce("receipt"), announce("receipt")]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await states("receipt")).toEqual(["active", "announced"]);
  await close();
});
