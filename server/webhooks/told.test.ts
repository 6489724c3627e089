import { expect, test } from "vitest";
import { createCustomers } from "#server/authority/customer-service.ts";
import { EVENTS } from "#server/domain/event-catalogue.ts";
import { publicId } from "#server/domain/ids.ts";
import { issueOne } from "#server/testing/authority.ts";
import { webhookTests } from "#server/testing/webhooks.ts";

const DAY_MS = 86_400_000;

const { world, subscribe, deliver, addCustomer, listed } = webhookTests();

async function count(table: "domain_event" | "webhook_delivery" | "webhook_attempt"): Promise<number> {
  const { owner, actor } = world();
  const sql = `SELECT count(*)::integer AS n FROM ${table} WHERE tenant_id = $1`;
  return (await owner.query<{ n: number }>(sql, [actor.tenantId])).rows[0]?.n ?? 0;
}

test("a change is told of if it commits, by an event in its own transaction, and not if it is rolled back", async () => {
  const { actor, authority, receiver } = world();
  await subscribe("*");
  const before = await count("domain_event");
  await expect(
    authority.database.withTenant(actor.tenantId, async (tx) => {
      const within = {
        ...authority.database,
        withTenant: <T>(_: string, work: (at: typeof tx) => Promise<T>) => work(tx),
      };
      const customers = createCustomers({ ...authority, database: within });
      await customers.create(actor, { name: "Never was", email: null, note: "" });
      expect(await tx.domainEvent.count()).toBe(before + 1);
      expect(await tx.webhookDelivery.count()).toBe(1);
      throw new Error("the power fails");
    }),
  ).rejects.toThrow("the power fails");
  expect([await count("domain_event"), await count("webhook_delivery")]).toEqual([before, 0]);

  await addCustomer("Contoso");
  expect(await deliver()).toEqual({ delivered: 1, failed: 0 });
  expect(receiver.events()).toMatchObject([
    { type: "customer.created", data: { customer: { name: "Contoso" } } },
  ]);
});

test("each change of a license, policy and key is told as its type says, to who asked for it", async () => {
  const { actor, authority, catalog, receiver } = world();
  await subscribe("*");
  const { id } = await issueOne(authority, actor, catalog);
  const { licenses, policies, trustKeys } = authority;
  await licenses.setNote(actor, id, "for the render farm");
  await licenses.suspend(actor, id, "unpaid");
  await licenses.reinstate(actor, id, "paid");
  await licenses.revoke(actor, id, "refunded");
  await policies.saveDraft(actor, catalog.policyId, {
    ...(await rulesOf(catalog.policyId)),
    activationsMax: 7,
  });
  await policies.publish(actor, catalog.policyId);
  await trustKeys.announce(actor, "lease");
  await trustKeys.activate(actor, "lease", true);
  await trustKeys.rotateRoot(actor);
  const only = await subscribe("license.revoked");
  await licenses.revoke(actor, (await issueOne(authority, actor, catalog)).id, "again");
  await deliver();

  for (const { type, data } of receiver.events())
    expect(EVENTS[type as "license.created"].data.parse(data), type).toEqual(data);
  const told = receiver.events().map(({ type }) => type);
  expect(told.sort()).toEqual(
    [
      ...["license.created", "license.updated", "license.suspended", "license.reinstated", "license.revoked"],
      ...["policy.published", "key.rotated", "key.rotated"],
      ...["license.created", "license.revoked", "license.revoked"],
    ].sort(),
  );
  const suspended = receiver.events().find(({ type }) => type === "license.suspended");
  expect(suspended?.data).toMatchObject({
    reason: "unpaid",
    license: { id: publicId("license", id), status: "suspended", note: "for the render farm" },
  });
  expect(await listed(only.id)).toHaveLength(1);
});

async function rulesOf(policyId: string) {
  const { actor, authority } = world();
  const { versions } = await authority.policies.get(actor, policyId);
  const [newest] = versions;
  if (newest === undefined) throw new Error("it was published");
  return newest.rules;
}

test("what time does to a license is told once: that it will end, its grace, its end", async () => {
  const { actor, authority, catalog, receiver } = world();
  const rules = { type: "subscription", durationDays: 30, graceDays: 5 } as const;
  const subscription = await authority.policies.create(actor, {
    productId: catalog.productId,
    code: "monthly",
    name: "Monthly",
    description: "",
    rules: { ...(await rulesOf(catalog.policyId)), ...rules },
  });
  await authority.policies.publish(actor, subscription.id);
  await issueOne(authority, actor, { ...catalog, policyId: subscription.id });
  await subscribe("license.expiring", "license.grace_started", "license.expired");
  const told = [];
  for (const days of [20, 4, 1, 6, 5]) {
    authority.clock.advance(days * DAY_MS);
    for (const _ of [1, 2]) await authority.licenses.announceTransitions({ limit: 100 });
    await deliver();
    told.push(
      receiver
        .events()
        .map(({ type }) => type)
        .at(-1),
    );
  }
  expect(told).toEqual([
    undefined,
    "license.expiring",
    "license.expiring",
    "license.grace_started",
    "license.expired",
  ]);
  expect(receiver.received).toHaveLength(3);
  expect(receiver.events()[0]?.data).toMatchObject({ daysLeft: 6, license: { status: "active" } });
});
