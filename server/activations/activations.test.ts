import { afterAll, beforeAll, expect, test } from "vitest";
import { parseLicenseKey } from "#sdk/license-key.ts";
import type { ActivationClaims } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
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
import { TestClock } from "#server/testing/test-clock.ts";
import { type ActivateItem, createActivationsStore } from "./activations-store.ts";

const DAY_MS = 86_400_000;
let testDatabase: TestDatabase;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

const activate = (licenseKey: string, device: string, change = {}) =>
  runtime.activations.activate(tenant.tenantId, activateRequest(licenseKey, device, change));

async function granted(licenseKey: string, device: string, change = {}) {
  const decision = await activate(licenseKey, device, change);
  if (decision.outcome === "denied") throw new Error(`denied: ${decision.code}`);
  return decision.value;
}

async function refreshed(activationId: string): Promise<ActivationClaims> {
  const binding = { requestHash: "r".repeat(43), correlationId: "cor_refreshed" };
  const request = { activationId, nonce: "n".repeat(16), ...binding };
  const decision = await runtime.activations.refresh(tenant.tenantId, request);
  if (decision.outcome === "denied") throw new Error(`denied: ${decision.code}`);
  return claimsOf(decision.value.token);
}

async function code(licenseKey: string, device = "any", change = {}) {
  const decision = await activate(licenseKey, device, change);
  return decision.outcome === "denied" ? decision.code : "granted";
}

const readLicense = (id: string) =>
  runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId: tenant.tenantId, id } } }),
  );

function claimsOf(token: string): ActivationClaims {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

/** The SQL function itself, past the batcher that would try a refused batch again item by item. */
async function direct(licenseKey: string) {
  const cipher = await runtime.vault.cipher(tenant.tenantId);
  const parsed = parseLicenseKey(licenseKey);
  if (!parsed.ok) throw new Error(parsed.reason);
  const item = (device: string): ActivateItem => ({
    key_hash: cipher.keyedHash("license-key", parsed.body).toString("hex"),
    product: "renderer",
    id: newUuid(),
    event_id: newUuid(),
    fingerprint: device,
    components: [`machine=${device}`],
    thumbprint: "thumbprint",
    name: undefined,
    platform: undefined,
    app_version: undefined,
    sdk_version: undefined,
    correlation_id: "cor_direct",
  });
  return { store: createActivationsStore(runtime.database.pool, runtime.clock), item };
}

test("the same device gets the same activation again, and takes no second slot", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, {
    activationsMax: 1,
    fingerprintMatch: "all",
  });
  const first = await granted(licenseKey, "laptop");
  const again = await granted(licenseKey, "laptop");
  expect(again.activationId).toBe(first.activationId);
  expect([first.created, again.created]).toEqual([true, false]);
  expect((await readLicense(id)).activationCount).toBe(1);
});

test("fifty devices racing for the last free slot: exactly one gets it", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, { activationsMax: 3 });
  await granted(licenseKey, "one");
  await granted(licenseKey, "two");
  // Two servers, so that batches of different processes meet at the same license.
  const other = createRuntime(testDatabase.appUrl, runtime.clock);
  const decisions = await Promise.all(
    [...Array(50).keys()].map((n) =>
      (n % 2 ? runtime : other).activations.activate(
        tenant.tenantId,
        activateRequest(licenseKey, `racer-${n}`),
      ),
    ),
  );
  await other.close();
  const denied = decisions.flatMap((decision) => (decision.outcome === "denied" ? [decision.code] : []));
  expect(denied).toEqual(Array(49).fill("activation_limit_reached"));
  expect((await readLicense(id)).activationCount).toBe(3);
});

test("servers that decide about one license at once wait for each other, so that no batch has to be refused and tried again", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, { activationsMax: 30 });
  const { store, item } = await direct(licenseKey);
  const batch = (n: number) => [...Array(10).keys()].map((i) => item(`direct-${n}-${i}`));
  const answers = await Promise.all(
    [...Array(8).keys()].map((n) => store.activate(tenant.tenantId, batch(n))),
  );
  expect(answers.flat().filter((row) => row.code === null).length).toBe(30);
  expect((await readLicense(id)).activationCount).toBe(30);
});

test("a device that is in one batch three times gets one activation, and the last free slot goes to who came first", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, {
    activationsMax: 2,
    fingerprintMatch: "all",
  });
  const { store, item } = await direct(licenseKey);
  const batch = ["a", "b", "a", "c", "b", "a"].map(item);
  const rows = await store.activate(tenant.tenantId, batch);
  expect(rows.map((row) => row.activation_id)).toEqual(
    [0, 1, 0, undefined, 1, 0].map((n) => batch[n ?? -1]?.id ?? null),
  );
  expect(rows.map((row) => row.created)).toEqual([true, true, false, false, false, false]);
  expect((await readLicense(id)).activationCount).toBe(2);
});

test("one device sending fifty requests at once gets one activation", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, { activationsMax: 50 });
  const grants = await Promise.all([...Array(50).keys()].map(() => granted(licenseKey, "impatient")));
  expect(new Set(grants.map((grant) => grant.activationId)).size).toBe(1);
  expect(grants.filter((grant) => grant.created).length).toBe(1);
  expect((await readLicense(id)).activationCount).toBe(1);
});

test("two looks of one new device that come in one batch are one activation, and take one slot", async () => {
  const { licenseKey } = await createLicense(runtime, tenant, {
    activationsMax: 2,
    fingerprintMatch: "most",
  });
  const { fingerprint } = activateRequest(licenseKey, "new");
  const { fingerprint: other } = activateRequest(licenseKey, "repaired");
  // Whoever comes first is decided alone, and the two in one batch.
  const [, before, after] = await Promise.all([
    granted(licenseKey, "first"),
    granted(licenseKey, "new"),
    granted(licenseKey, "new", { fingerprint: { ...fingerprint, disk: other.disk } }),
  ]);
  expect(after.activationId).toBe(before.activationId);
});

test("the token binds license, device, features, nonce and request, and says when it ends", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, {
    features: { "export-4k": true },
    activationTokenTtlSeconds: 3600,
  });
  const request = activateRequest(licenseKey, "bound");
  const decision = await runtime.activations.activate(tenant.tenantId, request);
  if (decision.outcome === "denied") throw new Error(decision.code);
  const claims = claimsOf(decision.value.token);
  expect(claims).toMatchObject({
    iss: publicId("tenant", tenant.tenantId),
    aud: "renderer",
    license: publicId("license", id),
    features: { "export-4k": true },
    nonce: request.nonce,
    req: request.requestHash,
    cid: request.correlationId,
    trust: 1,
  });
  expect(claims.exp - claims.iat).toBe(3600);
  expect(decision.value.expiresAt.getTime()).toBe(claims.exp * 1000);
});

test("each refusal has its own code, and a suspended or revoked license is refused on the very next request", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant);
  const change = (data: object) =>
    runtime.database.withTenant(tenant.tenantId, (tx) =>
      tx.license.update({ where: { tenantId_id: { tenantId: tenant.tenantId, id } }, data }),
    );
  expect(await code(licenseKey, "a", { product: "other" })).toBe("product_mismatch");
  const unknown = (await createLicense(runtime, await createTenant(runtime))).licenseKey;
  expect(await code(unknown)).toBe("license_not_found");
  await change({ suspendedAt: runtime.clock.now() });
  expect(await code(licenseKey)).toBe("license_suspended");
  await change({ suspendedAt: null });
  expect(await code(licenseKey)).toBe("granted");
  await change({ validFrom: new Date(runtime.clock.now().getTime() + DAY_MS) });
  expect(await code(licenseKey)).toBe("license_not_yet_valid");
  await change({ revokedAt: runtime.clock.now() });
  expect(await code(licenseKey)).toBe("license_revoked");
});

test("an expired license works in grace and says so; after that it is refused", async () => {
  const clock = new TestClock("2030-01-01");
  const late = createRuntime(testDatabase.appUrl, clock);
  const license = await createLicense(late, tenant, { type: "subscription", durationDays: 10, graceDays: 5 });
  const tokenNow = async () => {
    const decision = await late.activations.activate(
      tenant.tenantId,
      activateRequest(license.licenseKey, "late"),
    );
    return decision.outcome === "denied" ? decision.code : claimsOf(decision.value.token);
  };
  clock.advance(10 * DAY_MS - 1);
  expect(await tokenNow()).not.toHaveProperty("grace");
  clock.advance(1);
  const inGrace = await tokenNow();
  const graceEnd = Date.parse("2030-01-16") / 1000;
  expect(inGrace).toMatchObject({ grace: { reason: "license_expired", until: graceEnd }, exp: graceEnd });
  clock.advance(5 * DAY_MS);
  expect(await tokenNow()).toBe("license_expired");
  await late.close();
});

test("a license that counts from its first activation starts then, and not again", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const license = await createLicense(own, tenant, {
    type: "subscription",
    durationDays: 30,
    validFrom: "first_activation",
    activationsMax: 2,
  });
  clock.advance(100 * DAY_MS);
  await own.activations.activate(tenant.tenantId, activateRequest(license.licenseKey, "first"));
  clock.advance(10 * DAY_MS);
  await own.activations.activate(tenant.tenantId, activateRequest(license.licenseKey, "second"));
  const row = await readLicense(license.id);
  expect(row.validFrom).toEqual(new Date("2030-04-11T00:00:00Z"));
  expect(row.expiresAt).toEqual(new Date("2030-05-11T00:00:00Z"));
  await own.close();
});

test.each([
  ["all", 1, "activation_limit_reached"],
  ["most", 1, "granted"],
  ["most", 2, "activation_limit_reached"],
  ["any", 2, "granted"],
  [{ atLeast: 1 }, 2, "granted"],
  [{ atLeast: 3 }, 1, "activation_limit_reached"],
] as const)(
  "matching %j with %i of 3 components changed: %s",
  async (fingerprintMatch, changed, expected) => {
    const { licenseKey } = await createLicense(runtime, tenant, { fingerprintMatch, activationsMax: 1 });
    await granted(licenseKey, "before");
    const { fingerprint } = activateRequest(licenseKey, "before");
    const { fingerprint: other } = activateRequest(licenseKey, "after");
    const names = ["machine", "cpu", "disk"].slice(0, changed);
    const altered = { ...fingerprint, ...Object.fromEntries(names.map((name) => [name, other[name]])) };
    expect(await code(licenseKey, "before", { fingerprint: altered })).toBe(expected);
  },
);

test.each([
  ["all", 3],
  ["most", 2],
  ["any", 1],
  [{ atLeast: 2 }, 2],
  [{ atLeast: 16 }, 3],
] as const)(
  "matching %j, the token says that %i of 3 components must stay, also refreshed",
  async (fingerprintMatch, expected) => {
    const { licenseKey } = await createLicense(runtime, tenant, { fingerprintMatch });
    const { activationId, token } = await granted(licenseKey, "matched");
    expect(claimsOf(token).match).toBe(expected);
    expect((await refreshed(activationId)).match).toBe(expected);
  },
);

test("refresh carries the fingerprint of the latest activation, and how much of that must stay", async () => {
  const { licenseKey } = await createLicense(runtime, tenant, {
    fingerprintMatch: "most",
    activationsMax: 1,
  });
  const first = await granted(licenseKey, "growing");
  const { fingerprint } = activateRequest(licenseKey, "growing");
  const grown = { ...fingerprint, gpu: "g".repeat(43), board: "b".repeat(43) };
  const latest = await granted(licenseKey, "growing", { fingerprint: grown });
  expect(latest.activationId).toBe(first.activationId);
  const [before, after] = [claimsOf(first.token), claimsOf(latest.token)];
  expect([before.match, after.match]).toEqual([2, 3]);
  expect(after.fingerprint).not.toBe(before.fingerprint);
  expect(await refreshed(first.activationId)).toMatchObject({ fingerprint: after.fingerprint, match: 3 });
});

test("deactivating frees the slot once, however often it is done", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, { activationsMax: 1 });
  const { activationId } = await granted(licenseKey, "old");
  expect(await code(licenseKey, "new")).toBe("activation_limit_reached");
  const deactivate = () =>
    runtime.activations.deactivate(tenant.tenantId, { activationId, correlationId: "cor_deactivate" });
  const outcomes = await Promise.all([deactivate(), deactivate(), deactivate()]);
  expect(outcomes.map((each) => each.outcome)).toEqual(["granted", "granted", "granted"]);
  expect((await readLicense(id)).activationCount).toBe(0);
  expect(await code(licenseKey, "new")).toBe("granted");
});

test("a device may not deactivate itself where the policy says so, but the vendor may", async () => {
  const { licenseKey } = await createLicense(runtime, tenant, { selfServiceDeactivation: false });
  const { activationId } = await granted(licenseKey, "kept");
  const correlationId = "cor_deactivate";
  const own = await runtime.activations.deactivate(tenant.tenantId, { activationId, correlationId });
  expect(own).toMatchObject({
    outcome: "denied",
    code: "forbidden",
    rule: "devices.selfServiceDeactivation",
  });
  const byVendor = true;
  const vendor = await runtime.activations.deactivate(tenant.tenantId, {
    activationId,
    correlationId,
    byVendor,
  });
  expect(vendor.outcome).toBe("granted");
});

test("refresh gives the features as they are now, and nothing to a device that was deactivated", async () => {
  const { id, licenseKey, rules } = await createLicense(runtime, tenant, { features: { tier: "basic" } });
  const { activationId } = await granted(licenseKey, "refreshed");
  await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.update({
      where: { tenantId_id: { tenantId: tenant.tenantId, id } },
      data: { effective: { ...rules, features: { tier: "pro" } } },
    }),
  );
  const request = {
    activationId,
    nonce: "n".repeat(16),
    requestHash: "r".repeat(43),
    correlationId: "cor_refresh",
  };
  const refreshed = await runtime.activations.refresh(tenant.tenantId, request);
  if (refreshed.outcome === "denied") throw new Error(refreshed.code);
  expect(claimsOf(refreshed.value.token).features).toEqual({ tier: "pro" });
  await runtime.activations.deactivate(tenant.tenantId, { activationId, correlationId: "cor_deactivate" });
  expect(await runtime.activations.refresh(tenant.tenantId, request)).toMatchObject({
    code: "activation_not_found",
  });
});

test("every decision leaves an event with its rule, its facts and the caller's correlation id", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, { activationsMax: 1 });
  const first = activateRequest(licenseKey, "counted");
  const second = activateRequest(licenseKey, "one-too-many");
  await runtime.activations.activate(tenant.tenantId, first);
  await runtime.activations.activate(tenant.tenantId, second);
  const events = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.findMany({ where: { tenantId: tenant.tenantId, licenseId: id }, orderBy: { id: "asc" } }),
  );
  expect(
    events.map(({ outcome, code: why, rule, correlationId }) => ({ outcome, why, rule, correlationId })),
  ).toEqual([
    { outcome: "granted", why: null, rule: null, correlationId: first.correlationId },
    {
      outcome: "denied",
      why: "activation_limit_reached",
      rule: "devices.activationsMax",
      correlationId: second.correlationId,
    },
  ]);
  expect(events[1]?.facts).toMatchObject({ activationCount: 1, activationsMax: 1 });
});

test("the database itself refuses an activation count above the maximum", async () => {
  const { id, licenseKey } = await createLicense(runtime, tenant, { activationsMax: 1 });
  await granted(licenseKey, "only");
  const forced = runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.update({
      where: { tenantId_id: { tenantId: tenant.tenantId, id } },
      data: { activationCount: { increment: 1 } },
    }),
  );
  await expect(forced).rejects.toThrow(/license_activations_within_maximum/);
});

test("a license key of another tenant is not found", async () => {
  const other = await createTenant(runtime);
  const { licenseKey } = await createLicense(runtime, other);
  expect(await code(licenseKey)).toBe("license_not_found");
});
