import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
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

const DAY_MS = 86_400_000;
const RULES: PolicyRules = {
  ...DEFAULT_RULES,
  type: "subscription",
  durationDays: 30,
  graceDays: 5,
  activationsMax: 3,
};

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
  catalog = await createCatalog(authority, actor, RULES);
});

const days = (number: number) => new Date(authority.clock.now().getTime() + number * DAY_MS);
const activate = (key: string, device: string) =>
  authority.activations.activate(actor.tenantId, activateRequest(key, device));

async function publish(change: Partial<PolicyRules>): Promise<string> {
  await authority.policies.saveDraft(actor, catalog.policyId, { ...RULES, ...change });
  const { versionId } = await authority.policies.publish(actor, catalog.policyId);
  return versionId;
}

describe("overrides", () => {
  test("that lower the maximum keep the devices there are, and admit none until enough are gone", async () => {
    const { id, key } = await issueOne(authority, actor, catalog);
    const admitted = [];
    for (const device of ["a", "b", "c"]) admitted.push(await activate(key, device));
    await authority.licenses.setOverrides(actor, id, { activationsMax: 1 });
    expect(await authority.licenses.get(actor, id)).toMatchObject({
      activationsMax: 1,
      activationsCeiling: 3,
      activationCount: 3,
    });
    expect(await activate(key, "a")).toMatchObject({ outcome: "granted" });
    for (const decision of admitted) {
      expect(await activate(key, "d")).toMatchObject({ code: "activation_limit_reached" });
      if (decision.outcome !== "granted") throw new Error("three devices are admitted");
      await authority.licenses.deactivateDevice(actor, id, decision.value.activationId);
    }
    expect(await activate(key, "d")).toMatchObject({ outcome: "granted" });
  });

  test("that take the limit away or raise it admit more at once", async () => {
    const { id, key } = await issueOne(authority, actor, catalog, { overrides: { activationsMax: 1 } });
    await activate(key, "a");
    await authority.licenses.setOverrides(actor, id, { activationsMax: null });
    expect(await activate(key, "b")).toMatchObject({ outcome: "granted" });
    expect(await authority.licenses.get(actor, id)).toMatchObject({
      activationsMax: null,
      activationsCeiling: null,
    });
  });

  test("of the duration move the end by the difference, keeping what was renewed", async () => {
    const { id } = await issueOne(authority, actor, catalog);
    await authority.licenses.renew(actor, id, { id, days: 100 });
    const { expiresAt } = await authority.licenses.setOverrides(actor, id, {
      durationDays: 40,
      graceDays: 1,
    });
    expect(expiresAt).toEqual(days(140));
    expect(await authority.licenses.get(actor, id)).toMatchObject({ graceUntil: days(141) });
  });

  test("that do not go together, change the start, or come too late are refused", async () => {
    const { id } = await issueOne(authority, actor, catalog);
    const { licenses } = authority;
    await expect(licenses.setOverrides(actor, id, { durationDays: null })).rejects.toMatchObject({
      errors: [{ pointer: "/overrides/durationDays" }],
    });
    await expect(licenses.setOverrides(actor, id, { validFrom: "first_activation" })).rejects.toMatchObject({
      errors: [{ pointer: "/overrides/validFrom" }],
    });
    await licenses.revoke(actor, id, "");
    await expect(licenses.setOverrides(actor, id, {})).rejects.toMatchObject({
      message: "This license is revoked, which is final: its rules can no longer change.",
    });
  });
});

describe("moving licenses to another version", () => {
  test("gives one the new rules and keeps its end and its overrides", async () => {
    const { id } = await issueOne(authority, actor, catalog, { overrides: { seats: 4 } });
    const versionId = await publish({ activationsMax: 9, graceDays: 7, durationDays: 365 });
    expect(await authority.licenses.get(actor, id)).toMatchObject({ policyVersion: { number: 1 } });
    await authority.licenses.moveToVersion(actor, id, versionId);
    expect(await authority.licenses.get(actor, id)).toMatchObject({
      policyVersion: { number: 2 },
      effective: { activationsMax: 9, seats: 4 },
      activationsMax: 9,
      expiresAt: days(30),
      graceUntil: days(37),
    });
  });

  test("moves a whole policy as it moves one, leaves what does not fit, and does nothing the second time", async () => {
    const plain = await issueOne(authority, actor, catalog);
    const own = await issueOne(authority, actor, catalog, { overrides: { activationsMax: 8, seats: 2 } });
    const unfit = await issueOne(authority, actor, catalog, { overrides: { seats: 1 } });
    const revoked = await issueOne(authority, actor, catalog);
    await authority.licenses.revoke(actor, revoked.id, "");
    for (const device of ["a", "b", "c"]) await activate(plain.key, device);

    const change = { activationsMax: 1, graceDays: 2, borrowedSeatsMax: 2, borrowDaysMax: 1, seats: 5 };
    const versionId = await publish(change);
    const request = { policyId: catalog.policyId, versionId };
    const result = await authority.licenses.movePolicy(actor, request);
    expect(result).toMatchObject({
      moved: 2,
      left: [{ licenseId: unfit.id, reason: "Cannot exceed the number of seats." }],
    });
    expect(result.next).toBeNull();
    expect(await authority.licenses.get(actor, plain.id)).toMatchObject({
      policyVersion: { number: 2 },
      effective: { ...RULES, ...change },
      activationsMax: 1,
      activationsCeiling: 3,
      expiresAt: days(30),
      graceUntil: days(32),
      history: [{ action: "license.moved", before: { policyVersion: 1 }, after: { policyVersion: 2 } }, {}],
    });
    expect(await authority.licenses.get(actor, own.id)).toMatchObject({
      effective: { activationsMax: 8, seats: 2, graceDays: 2 },
      activationsMax: 8,
    });
    for (const id of [unfit.id, revoked.id]) {
      expect(await authority.licenses.get(actor, id)).toMatchObject({ policyVersion: { number: 1 } });
    }
    expect(await authority.licenses.movePolicy(actor, request)).toMatchObject({ moved: 0 });
  });

  test("refuses a version of another policy", async () => {
    const { id } = await issueOne(authority, actor, catalog);
    const other = await authority.policies.create(actor, {
      productId: catalog.productId,
      code: "other",
      name: "Other",
      description: "",
    });
    const { versionId } = await authority.policies.publish(actor, other.id);
    const refusal = { errors: [{ pointer: "/versionId" }] };
    await expect(authority.licenses.moveToVersion(actor, id, versionId)).rejects.toMatchObject(refusal);
    const request = { policyId: catalog.policyId, versionId };
    await expect(authority.licenses.movePolicy(actor, request)).rejects.toMatchObject(refusal);
  });
});
