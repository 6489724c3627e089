import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
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
import { listLicenses, type TransferLicense } from "./license-input.ts";
import { listOwnLicenses } from "./own-input.ts";

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;
let receiver: string;

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
  catalog = await createCatalog(authority, actor, { activationsMax: 2, seats: 2 });
  ({ id: receiver } = await authority.customers.create(actor, { name: "Tailspin", email: null, note: "" }));
});

function transfer(id: string, change: Partial<TransferLicense> = {}) {
  const fromCustomerId = catalog.customerId;
  const request = { id, fromCustomerId, customerId: receiver, devices: "keep", reason: "sold" } as const;
  return authority.licenses.transfer(actor, { ...request, ...change });
}

const owned = async (customerId: string) =>
  (await authority.ownLicenses.list({ ...actor, customerId }, listOwnLicenses.parse({}))).items;
const transferred = async () =>
  (await authority.audit.list(actor, listAudit.parse({ action: "license.transferred" }))).items;

/** A license with a device that holds a seat. */
async function inUse() {
  const { id, key } = await issueOne(authority, actor, catalog);
  const activate = () => authority.activations.activate(actor.tenantId, activateRequest(key, "laptop"));
  const first = await activate();
  if (first.outcome !== "granted") throw new Error(first.code);
  const { activationId } = first.value;
  const seat = await authority.leases.checkout(actor.tenantId, {
    activationId,
    holder: "ann",
    nonce: randomSecret(16),
    correlationId: "cor_test",
    requestHash: randomSecret(32),
  });
  if (seat.outcome !== "granted") throw new Error(seat.code);
  return { id, key, activate, activationId };
}

test("a transferred license is the new customer's alone, by its search too, and the old one's people no longer see it", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  const before = await authority.licenses.certificate(actor, id);
  await transfer(id);
  expect(await owned(catalog.customerId)).toEqual([]);
  expect((await owned(receiver)).map((license) => license.id)).toEqual([id]);
  const found = async (search: string) =>
    (await authority.licenses.list(actor, listLicenses.parse({ search }))).items.length;
  expect([await found("Northwind"), await found("tail")]).toEqual([0, 1]);
  expect(await authority.licenses.certificate(actor, id)).not.toBe(before);
  expect(await transferred()).toMatchObject([
    {
      subjectId: id,
      before: { customer: { name: "Northwind" } },
      after: { customer: { name: "Tailspin" }, devicesDeactivated: 0, reason: "sold" },
    },
  ]);
});

test("its devices and their seats go on when they are kept", async () => {
  const { id, key, activate, activationId } = await inUse();
  const other = await authority.activations.activate(actor.tenantId, activateRequest(key, "desktop"));
  if (other.outcome !== "granted") throw new Error(other.code);
  await transfer(id);
  expect(await authority.licenses.impact(actor, id)).toMatchObject({ devices: 2, seats: 1 });
  const ofDevice = (device: string) => authority.licenses.deviceImpact(actor, id, device);
  expect(await ofDevice(activationId)).toEqual({ seats: 1, borrowed: 0, borrowedUntil: null });
  expect(await ofDevice(other.value.activationId)).toEqual({ seats: 0, borrowed: 0, borrowedUntil: null });
  expect(await activate()).toMatchObject({ outcome: "granted", value: { activationId, created: false } });
});

test("its devices give their places and their seats back when they are deactivated, in the same transaction", async () => {
  const { id, key, activationId } = await inUse();
  await authority.activations.activate(actor.tenantId, activateRequest(key, "desktop"));
  await transfer(id, { devices: "deactivate" });
  expect(await authority.licenses.impact(actor, id)).toMatchObject({ devices: 0, seats: 0 });
  expect(await transferred()).toMatchObject([{ after: { devicesDeactivated: 2 } }]);
  const { events } = await authority.licenses.get(actor, id);
  expect(events.filter(({ operation }) => operation === "deactivate")).toHaveLength(2);
  const refresh = { activationId, nonce: randomSecret(16), requestHash: "", correlationId: "cor_test" };
  expect(await authority.activations.refresh(actor.tenantId, refresh)).toMatchObject({ outcome: "denied" });
  const [told] = await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.domainEvent.findMany({ where: { type: "license.transferred" } }),
  );
  expect(told).toMatchObject({
    data: {
      license: { id: publicId("license", id), customer: { name: "Tailspin" } },
      previousCustomer: { id: publicId("customer", catalog.customerId), name: "Northwind" },
      devicesDeactivated: 2,
      reason: "sold",
    },
  });
});

test("a transfer that is refused leaves the devices as they were", async () => {
  const { id } = await inUse();
  await authority.customers.setArchived(actor, receiver, true);
  await expect(transfer(id, { devices: "deactivate" })).rejects.toMatchObject({
    errors: [{ pointer: "/customerId", message: "This customer is archived; restore it first." }],
  });
  expect(await authority.licenses.impact(actor, id)).toMatchObject({ devices: 1, seats: 1 });
});

test("of two people who transfer it at once to different customers, the second is told whose it is now", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  const { id: third } = await authority.customers.create(actor, { name: "Adatum", email: null, note: "" });
  const outcomes = await Promise.allSettled([transfer(id), transfer(id, { customerId: third })]);
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  const { customer } = await authority.licenses.get(actor, id);
  expect(refused.map(({ message }) => message)).toEqual([
    `Meanwhile this license was transferred to ${customer.name}; look at it again.`,
  ]);
  expect(await transferred()).toHaveLength(1);
});

test("it is not given to whom it belongs already, to nobody, or to another tenant's customer", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  const { actor: other } = await createVendor(authority);
  const { id: theirs } = await authority.customers.create(other, { name: "Theirs", email: null, note: "" });
  for (const customerId of [catalog.customerId, newUuid(), theirs]) {
    await expect(transfer(id, { customerId })).rejects.toMatchObject({
      errors: [{ pointer: "/customerId" }],
    });
  }
  expect(await authority.licenses.get(actor, id)).toMatchObject({ customer: { id: catalog.customerId } });
});
