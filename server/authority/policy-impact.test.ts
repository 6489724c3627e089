import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { withChange } from "#server/domain/policy-suggestion.ts";
import { randomSecret } from "#server/platform/ids.ts";
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
import { activateRequest, createRuntime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";

const DAY_MS = 86_400_000;
const BEFORE: Partial<PolicyRules> = { activationsMax: 3, seats: 3 };
let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;
const clock = new TestClock();

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl, createRuntime(database.appUrl, clock));
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});
beforeEach(async () => {
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, BEFORE);
});

/** A license whose devices ask for activation and a seat one after the other. */
async function used(devices: number, overrides: Partial<PolicyRules> = {}) {
  const { id, key } = await issueOne(authority, actor, catalog, { overrides });
  const correlationIds: string[] = [];
  for (let n = 0; n < devices; n++) {
    clock.advance(1_000);
    const request = activateRequest(key, `d${n}`);
    correlationIds.push(request.correlationId);
    const activated = await authority.activations.activate(actor.tenantId, request);
    if (activated.outcome === "denied") continue;
    await authority.leases.checkout(actor.tenantId, {
      activationId: activated.value.activationId,
      holder: `h${n}`,
      nonce: randomSecret(16),
      requestHash: randomSecret(32),
      correlationId: `cor_${randomSecret(9)}`,
    });
  }
  return { id, correlationIds };
}

const draft = (change: Partial<PolicyRules>) =>
  authority.policies.saveDraft(actor, catalog.policyId, { ...DEFAULT_RULES, ...BEFORE, ...change });

test("the impact of a draft says whom it touches, what would be over it, and which decisions it would turn", async () => {
  const three = await used(3);
  await used(1);
  const own = await used(4, { activationsMax: 4 });
  clock.advance(60_000);
  await draft({ activationsMax: 2, seats: 2 });
  const impact = await authority.policies.impact(actor, { policyId: catalog.policyId });
  expect(impact).toMatchObject({
    to: null,
    changes: 2,
    licenses: {
      moving: 3,
      capped: false,
      byVersion: [{ number: 1, count: 3 }],
      byStatus: [{ status: "active", count: 3 }],
      hidden: 1,
      left: 0,
    },
    // The license with four devices of its own keeps its maximum; its pool shrinks as the others do.
    devices: { over: 1, licenses: 1 },
    seats: { outOfService: 3, held: 2, licenses: 3 },
    decisions: { licenses: 3, cut: false, grantedInstead: [], otherReason: 0, untold: [] },
  });
  expect(impact.decisions.lookedAt).toBe(16);
  const [seats, devices] = impact.decisions.deniedInstead;
  expect(impact.decisions.deniedInstead.map(({ code, count }) => [code, count])).toEqual([
    ["no_seats_available", 2],
    ["activation_limit_reached", 1],
  ]);
  expect(devices?.examples[0]?.correlationId).toBe(three.correlationIds[2]);
  expect(seats?.examples.map(({ operation }) => operation)).toEqual(["checkout", "checkout"]);
  expect(own.correlationIds).toHaveLength(4);

  await draft({ activationsMax: 4, seats: 4 });
  const wider = await authority.policies.impact(actor, { policyId: catalog.policyId });
  expect(wider.decisions.deniedInstead).toEqual([]);
  expect(wider.decisions.grantedInstead.map(({ code, count }) => [code, count])).toEqual([
    ["no_seats_available", 1],
  ]);
});

test("decisions of more than thirty days ago, of other policies and of licenses left out do not count", async () => {
  const old = await used(4);
  clock.advance(31 * DAY_MS);
  const recent = await used(4);
  await draft({ activationsMax: 4 });
  const turned = async (filter: object) => {
    const { licenses, decisions } = await authority.policies.impact(actor, {
      policyId: catalog.policyId,
      ...filter,
    });
    return [licenses.moving, decisions.grantedInstead.map(({ count }) => count)];
  };
  expect(await turned({})).toEqual([2, [1]]);
  expect(await turned({ licenseIds: [old.id] })).toEqual([1, []]);
  expect(await turned({ licenseIds: [recent.id] })).toEqual([1, [1]]);
});

test("what hangs on terms that were changed since is said not to be known, and not guessed", async () => {
  const { id } = await used(2);
  clock.advance(1_000);
  await authority.licenses.setOverrides(actor, id, { leaseTtlSeconds: 600 });
  await draft({ seats: 1 });
  const { decisions } = await authority.policies.impact(actor, { policyId: catalog.policyId });
  expect(decisions).toMatchObject({ deniedInstead: [], untold: [{ why: "rules", count: 2 }] });
});

test("licenses move to a version by version, by customer, by choice, with their own terms kept or left out", async () => {
  const { licenses, policies } = authority;
  const own = await used(0, { activationsMax: 9 });
  const plain = await used(0);
  const chosen = await used(0);
  await draft({ activationsMax: 5 });
  const { versionId } = await policies.publish(actor, catalog.policyId);
  const move = (filter: object) =>
    licenses.movePolicy(actor, { policyId: catalog.policyId, versionId, ...filter });
  expect(await move({ licenseIds: [chosen.id] })).toMatchObject({ moved: 1, next: null });
  expect(await move({ customerId: actor.userId })).toMatchObject({ moved: 0 });
  expect(await move({ fromVersionIds: [versionId] })).toMatchObject({ moved: 0 });
  expect(await move({ fromVersionIds: [catalog.versionId], withoutOwnTerms: true })).toMatchObject({
    moved: 1,
  });
  expect(await licenses.get(actor, plain.id)).toMatchObject({ policyVersion: { number: 2 } });
  expect(await licenses.get(actor, own.id)).toMatchObject({ policyVersion: { number: 1 } });
  const left = await policies.impact(actor, { policyId: catalog.policyId, versionId });
  expect(left).toMatchObject({ to: 2, licenses: { moving: 1, hidden: 1 } });
  expect(await move({})).toMatchObject({ moved: 1 });
  expect(await move({})).toMatchObject({ moved: 0 });
  expect(await licenses.get(actor, own.id)).toMatchObject({
    policyVersion: { number: 2 },
    effective: { activationsMax: 9 },
  });
});

test("the impact of nothing, or on another tenant's policy, is refused", async () => {
  const other = await createVendor(authority);
  const theirs = await createCatalog(authority, other.actor);
  const { policies } = authority;
  await expect(policies.impact(actor, { policyId: catalog.policyId })).rejects.toThrow(
    "Nothing has changed since version 1.",
  );
  await expect(policies.impact(actor, { policyId: theirs.policyId })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(
    policies.impact(actor, { policyId: catalog.policyId, versionId: theirs.versionId }),
  ).rejects.toMatchObject({ errors: [{ pointer: "/versionId" }] });
});

test("what was refused suggests a draft, under which those refusals would have been grants", async () => {
  await draft({ activationsMax: 9 });
  await authority.policies.publish(actor, catalog.policyId);
  await used(5);
  await draft({ activationsMax: 9, offlineAllowed: true });

  const { policyId } = catalog;
  const { suggestions } = await authority.policies.suggestions(actor, policyId);
  expect(suggestions.map(({ change }) => change)).toEqual([{ rule: "seats", to: 5 }]);
  const [first] = suggestions;
  const { draft: kept } = await authority.policies.get(actor, policyId);
  if (first === undefined || kept === null) throw new Error("a suggestion and a draft were expected");
  await authority.policies.saveDraft(actor, policyId, withChange(kept, first.change));
  expect((await authority.policies.get(actor, policyId)).draft).toMatchObject({
    seats: 5,
    offlineAllowed: true,
  });
  const { decisions } = await authority.policies.impact(actor, { policyId });
  expect(decisions.grantedInstead.map(({ code, count }) => [code, count])).toEqual([
    ["no_seats_available", 2],
  ]);
  expect((await authority.policies.suggestions(actor, policyId)).suggestions).toEqual([]);
});
