import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
import { LICENSE_STATUSES, type LicenseAction, type LicenseStatus } from "#server/domain/license-state.ts";
import { newUuid } from "#server/platform/ids.ts";
import {
  type Authority,
  type Catalog,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest } from "#server/testing/fixtures.ts";
import { listAudit } from "./audit-input.ts";
import { listLicenses, renewLicense } from "./license-input.ts";
import { createLicenses } from "./license-service.ts";

const DAY_MS = 86_400_000;

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});
beforeEach(async () => {
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, {
    type: "subscription",
    durationDays: 30,
    graceDays: 5,
    activationsMax: 2,
  });
});

const days = (number: number) => new Date(authority.clock.now().getTime() + number * DAY_MS);
const audited = async (action: string) =>
  (await authority.audit.list(actor, listAudit.parse({ action }))).items;

/** A license that is in this state now. */
async function licenseIn(status: LicenseStatus): Promise<string> {
  const started = { pending: 1, active: 0, grace: -32, expired: -40, suspended: 0, revoked: 0 }[status];
  const { id } = await issueOne(authority, actor, catalog, { startsAt: days(started) });
  if (status === "suspended") await authority.licenses.suspend(actor, id, "");
  if (status === "revoked") await authority.licenses.revoke(actor, id, "");
  return id;
}

async function transfer(id: string) {
  const { id: customerId } = await authority.customers.create(actor, {
    name: "Tailspin",
    email: null,
    note: "",
  });
  const request = {
    id,
    fromCustomerId: catalog.customerId,
    customerId,
    devices: "keep",
    reason: "",
  } as const;
  return authority.licenses.transfer(actor, request);
}

function apply(action: LicenseAction, id: string) {
  const { licenses } = authority;
  if (action === "renew") return licenses.renew(actor, id, { id, days: 10 });
  if (action === "transfer") return transfer(id);
  return licenses[action](actor, id, "because");
}

/** Rows: the state before; columns: what each action makes of it, or – where it is refused. */
const TABLE: Record<LicenseStatus, Record<LicenseAction, LicenseStatus | "–">> = {
  pending: { suspend: "suspended", reinstate: "–", renew: "pending", transfer: "pending", revoke: "revoked" },
  active: { suspend: "suspended", reinstate: "–", renew: "active", transfer: "active", revoke: "revoked" },
  grace: { suspend: "suspended", reinstate: "–", renew: "active", transfer: "grace", revoke: "revoked" },
  expired: { suspend: "suspended", reinstate: "–", renew: "active", transfer: "expired", revoke: "revoked" },
  suspended: {
    suspend: "–",
    reinstate: "active",
    renew: "suspended",
    transfer: "suspended",
    revoke: "revoked",
  },
  revoked: { suspend: "–", reinstate: "–", renew: "–", transfer: "–", revoke: "–" },
};

describe.each(LICENSE_STATUSES)("a license that is %s", (status) => {
  test.each(["suspend", "reinstate", "renew", "transfer", "revoke"] as const)("%s", async (action) => {
    const id = await licenseIn(status);
    const expected = TABLE[status][action];
    if (expected === "–") {
      await expect(apply(action, id)).rejects.toMatchObject({
        code: "invalid_request",
        message: expect.stringContaining(`it is ${status}`),
      });
      expect(await authority.licenses.get(actor, id)).toMatchObject({ status });
      return;
    }
    expect(await apply(action, id)).toMatchObject({ status: expected });
    expect(await authority.licenses.get(actor, id)).toMatchObject({ status: expected });
  });

  test("is found by that status alone", async () => {
    const id = await licenseIn(status);
    for (const wanted of LICENSE_STATUSES) {
      const { items } = await authority.licenses.list(actor, listLicenses.parse({ status: wanted }));
      expect(items.map((item) => [item.id, item.status])).toEqual(wanted === status ? [[id, status]] : []);
    }
  });
});

describe("what an operator does reaches the devices on their next request", () => {
  test("suspended, reinstated and revoked", async () => {
    const { id, key } = await issueOne(authority, actor, catalog);
    const activate = () => authority.activations.activate(actor.tenantId, activateRequest(key, "laptop"));
    expect(await activate()).toMatchObject({ outcome: "granted" });
    expect(await authority.licenses.impact(actor, id)).toEqual({
      devices: 1,
      ...{ seats: 0, borrowed: 0, borrowedUntil: null },
      meters: 0,
      people: 0,
    });
    await authority.licenses.suspend(actor, id, "unpaid");
    expect(await activate()).toMatchObject({ code: "license_suspended" });
    await authority.licenses.reinstate(actor, id, "paid");
    expect(await activate()).toMatchObject({ outcome: "granted" });
    await authority.licenses.revoke(actor, id, "refunded");
    expect(await activate()).toMatchObject({ code: "license_revoked" });
    expect((await audited("license.")).map(({ action, after }) => [action, after])).toMatchObject([
      ["license.revoked", { reason: "refunded" }],
      ["license.reinstated", { reason: "paid" }],
      ["license.suspended", { reason: "unpaid" }],
      ["license.issued", {}],
    ]);
  });

  test("a revocation is in the next trust bundle, for those that are offline", async () => {
    const id = await licenseIn("active");
    const { seq } = await authority.trust.currentBundle(actor.tenantId);
    await authority.licenses.revoke(actor, id, "");
    expect(await authority.trust.currentBundle(actor.tenantId)).toMatchObject({ seq: seq + 1 });
    const rows = await authority.database.withTenant(actor.tenantId, (tx) => tx.revocation.findMany());
    expect(rows).toMatchObject([{ kind: "license", subjectId: id }]);
  });

  test("a revocation whose bundle cannot be signed did not happen, and is not in the audit log", async () => {
    const id = await licenseIn("active");
    const trust = { publish: () => Promise.reject(new Error("no root key")) };
    const broken = createLicenses({ ...authority, trust, devices: authority.activations });
    await expect(broken.revoke(actor, id, "")).rejects.toThrow("no root key");
    expect(await authority.licenses.get(actor, id)).toMatchObject({ status: "active", revokedAt: null });
    expect(await audited("license.revoked")).toEqual([]);
  });

  test.each(["suspend", "revoke"] as const)("several operators who %s at once do it once", async (action) => {
    const id = await licenseIn("active");
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => apply(action, id)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused.map(({ code }) => code)).toEqual([
      "invalid_request",
      "invalid_request",
      "invalid_request",
    ]);
    expect(await audited(action === "suspend" ? "license.suspended" : "license.revoked")).toHaveLength(1);
  });

  test("a device freed by the vendor leaves its slot to another, and the log says which", async () => {
    const { id, key } = await issueOne(authority, actor, catalog, { overrides: { activationsMax: 1 } });
    const activate = (device: string) =>
      authority.activations.activate(actor.tenantId, activateRequest(key, device));
    const first = await activate("laptop");
    if (first.outcome !== "granted") throw new Error("the first device is admitted");
    expect(await activate("desktop")).toMatchObject({ code: "activation_limit_reached" });
    await authority.licenses.deactivateDevice(actor, id, first.value.activationId);
    expect(await activate("desktop")).toMatchObject({ outcome: "granted" });
    expect(await audited("license.device_deactivated")).toMatchObject([
      { subjectId: id, before: { activationId: publicId("activation", first.value.activationId) } },
    ]);
    const other = await issueOne(authority, actor, catalog);
    await expect(
      authority.licenses.deactivateDevice(actor, other.id, first.value.activationId),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("renewing", () => {
  test("adds days to the end, and to now once that has passed; grace follows", async () => {
    const active = await licenseIn("active");
    const { expiresAt } = await authority.licenses.renew(actor, active, { id: active, days: 10 });
    expect(expiresAt).toEqual(days(40));
    expect(await authority.licenses.get(actor, active)).toMatchObject({ graceUntil: days(45) });
    const expired = await licenseIn("expired");
    expect(await authority.licenses.renew(actor, expired, { id: expired, days: 10 })).toEqual({
      status: "active",
      expiresAt: days(10),
    });
  });

  test("until a date is refused when it does not lie beyond the present end", async () => {
    const id = await licenseIn("active");
    await expect(authority.licenses.renew(actor, id, { id, until: days(30) })).rejects.toMatchObject({
      errors: [{ pointer: "/until", message: "Choose a date after the present end, 2030-01-31." }],
    });
    expect(await authority.licenses.renew(actor, id, { id, until: days(31) })).toMatchObject({
      expiresAt: days(31),
    });
  });

  test("says so when there is no end to move", async () => {
    const overrides = { type: "perpetual", durationDays: null, graceDays: 0 };
    const { id } = await issueOne(authority, actor, catalog, { overrides });
    await expect(authority.licenses.renew(actor, id, { id, days: 1 })).rejects.toMatchObject({
      message: "This license never expires, so there is nothing to renew.",
    });
  });

  test.each([{}, { days: 1, until: new Date() }, { days: 0 }])("%j is not a renewal", (change) => {
    expect(renewLicense.safeParse({ id: "lic_01h455vb4pex5vsknk084sn02q", ...change }).success).toBe(false);
  });
});

test("a key is revealed only after the log says who saw it", async () => {
  const { id, key } = await issueOne(authority, actor, catalog);
  expect(await authority.licenses.revealKey(actor, id)).toBe(key);
  const [entry] = await audited("license.key_revealed");
  expect(entry).toMatchObject({ subjectId: id, actorUserId: actor.userId, before: null, after: null });
});

test("a certificate is for this license, and is made anew after a change", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  const first = await authority.licenses.certificate(actor, id);
  expect(await authority.licenses.certificate(actor, id)).toBe(first);
  await authority.licenses.renew(actor, id, { id, days: 1 });
  expect(await authority.licenses.certificate(actor, id)).not.toBe(first);
});

test("what belongs to another tenant answers as what does not exist", async () => {
  const { id: theirs } = await issueOne(authority, actor, catalog);
  const { actor: other } = await createVendor(authority);
  const { licenses } = authority;
  for (const id of [theirs, newUuid()]) {
    for (const attempt of [
      () => licenses.get(other, id),
      () => licenses.impact(other, id),
      () => licenses.certificate(other, id),
      () => licenses.suspend(other, id, ""),
      () => licenses.reinstate(other, id, ""),
      () => licenses.renew(other, id, { id, days: 1 }),
      () => licenses.revoke(other, id, ""),
      () =>
        licenses.transfer(other, {
          id,
          fromCustomerId: catalog.customerId,
          customerId: newUuid(),
          devices: "keep",
          reason: "",
        }),
      () => licenses.setOverrides(other, id, {}),
      () => licenses.setNote(other, id, "x"),
      () => licenses.moveToVersion(other, id, catalog.versionId),
      () => licenses.revealKey(other, id),
      () => licenses.deactivateDevice(other, id, newUuid()),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    }
  }
  expect(await licenses.get(actor, theirs)).toMatchObject({ status: "active", note: "" });
});
