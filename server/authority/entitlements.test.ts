import { afterAll, beforeAll, expect, test } from "vitest";
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
