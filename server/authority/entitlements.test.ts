import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { DEFAULT_RULES, type MeterRules, type PolicyRules } from "#server/domain/policy.ts";
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
import { METER_RULES } from "#server/testing/usage.ts";

const RULES: PolicyRules = { ...DEFAULT_RULES, seats: 3, overageSeats: 1, reservedSeats: { lab: 1 } };

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, RULES);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

/** The slots of a license's pool that may be claimed, each as `slot`, `slot overage` or `slot for a group`. */
async function slots(licenseId: string): Promise<string[]> {
  const seats = await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.seat.findMany({ where: { pool: { licenseId }, inService: true }, orderBy: { slot: "asc" } }),
  );
  return seats.map(
    ({ slot, overage, reservedFor }) =>
      `${slot}${overage ? " overage" : ""}${reservedFor ? ` for ${reservedFor}` : ""}`,
  );
}

/** A license's accounts, each as `meter balance`. */
async function accounts(licenseId: string): Promise<string[]> {
  const found = await authority.database.withTenant(actor.tenantId, (tx) =>
    authority.credits.accounts(tx, actor.tenantId, licenseId),
  );
  return found.map(({ meter, balance }) => `${meter} ${balance}`);
}

const monthly = (periodCredits: number): MeterRules => ({ ...METER_RULES, period: "month", periodCredits });

test("an issued license has exactly the seats its policy says, in service from the first moment", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  expect(await slots(id)).toEqual(["1 for lab", "2", "3", "4 overage"]);
});

test("an override resizes the pool in the same change", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  await authority.licenses.setOverrides(actor, id, { seats: 1, overageSeats: 0, reservedSeats: {} });
  expect(await slots(id)).toEqual(["1"]);
  await authority.licenses.setOverrides(actor, id, { seats: 2, reservedSeats: {} });
  expect(await slots(id)).toEqual(["1", "2", "3 overage"]);
});

test("licenses that move to another version together are resized together", async () => {
  const moving = [await issueOne(authority, actor, catalog), await issueOne(authority, actor, catalog)];
  await authority.policies.saveDraft(actor, catalog.policyId, { ...RULES, seats: 2, overageSeats: 0 });
  const { versionId } = await authority.policies.publish(actor, catalog.policyId);
  await authority.licenses.movePolicy(actor, { policyId: catalog.policyId, versionId });
  for (const { id } of moving) expect(await slots(id)).toEqual(["1 for lab", "2"]);
});

test("a license without seats has no pool", async () => {
  const { id } = await issueOne(authority, actor, catalog, {
    overrides: { seats: 0, overageSeats: 0, reservedSeats: {} },
  });
  expect(await slots(id)).toEqual([]);
});

test("an issued license has an account with its first period's credits from the first moment", async () => {
  const { id } = await issueOne(authority, actor, catalog, {
    overrides: { meters: { "render-minutes": monthly(500) } },
  });
  expect(await accounts(id)).toEqual(["render-minutes 500"]);
  expect(await accounts((await issueOne(authority, actor, catalog)).id)).toEqual([]);
});

test("licenses that move to a version with another meter have its account and credits at once", async () => {
  await authority.products.addMeter(actor, catalog.productId, {
    code: "exports",
    name: "Exports",
    unit: "files",
  });
  const moving = [await issueOne(authority, actor, catalog), await issueOne(authority, actor, catalog)];
  await authority.policies.saveDraft(actor, catalog.policyId, {
    ...RULES,
    meters: { exports: monthly(20), "render-minutes": monthly(0) },
  });
  const { versionId } = await authority.policies.publish(actor, catalog.policyId);
  await authority.licenses.movePolicy(actor, { policyId: catalog.policyId, versionId });
  for (const { id } of moving) expect(await accounts(id)).toEqual(["exports 20", "render-minutes 0"]);
});

test("an override of the credits opens what is missing and gives nothing twice", async () => {
  const { id } = await issueOne(authority, actor, catalog, {
    overrides: { meters: { exports: monthly(20) } },
  });
  await authority.licenses.setOverrides(actor, id, {
    meters: { exports: monthly(50), "render-minutes": monthly(7) },
  });
  expect(await accounts(id)).toEqual(["exports 20", "render-minutes 7"]);
});

test("a license that was suspended when its period began has the period's credits once it is reinstated", async () => {
  const { id } = await issueOne(authority, actor, catalog, {
    overrides: { meters: { exports: monthly(20) } },
  });
  await authority.licenses.suspend(actor, id, "");
  authority.clock.advance(40 * 86_400_000);
  expect(await accounts(id)).toEqual(["exports 0"]);
  await authority.licenses.reinstate(actor, id, "");
  expect(await accounts(id)).toEqual(["exports 20"]);
});

test("a license that had expired has its period's credits once it is renewed", async () => {
  const { id } = await issueOne(authority, actor, catalog, {
    overrides: { meters: { exports: monthly(20) }, type: "subscription", durationDays: 30, graceDays: 0 },
  });
  authority.clock.advance(70 * 86_400_000);
  expect(await accounts(id)).toEqual(["exports 0"]);
  await authority.licenses.renew(actor, id, { id, days: 30 });
  expect(await accounts(id)).toEqual(["exports 20"]);
});
