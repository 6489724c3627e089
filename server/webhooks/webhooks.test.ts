import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createCustomers } from "#server/authority/customer-service.ts";
import type { UserActor } from "#server/domain/actor.ts";
import { EVENTS, type Subscription } from "#server/domain/event-catalogue.ts";
import { publicId } from "#server/domain/ids.ts";
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
import { createRuntime } from "#server/testing/fixtures.ts";
import { TEST_CA } from "#server/testing/https.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { believes, startReceiver } from "#server/testing/webhook-receiver.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let database: TestDatabase;
let owner: Client;
let authority: Authority;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let actor: UserActor;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  const runtime = createRuntime(database.appUrl, new TestClock());
  authority = createAuthority(database.appUrl, runtime, { isAllowed: () => true, ca: TEST_CA });
  receiver = await startReceiver();
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor);
  return async () => {
    await receiver.stop();
    await authority.close();
  };
});

const subscribe = (...events: Subscription[]) =>
  authority.webhooks.create(actor, { url: receiver.url, description: "", events });
const deliver = () => authority.deliveries.deliverDue();
const addCustomer = (name: string) => authority.customers.create(actor, { name, email: null, note: "" });
const listed = async (endpointId: string) =>
  (await authority.webhooks.deliveries(actor, { endpointId, limit: 100, cursor: null })).items;
const endpoint = async (id: string) => (await authority.webhooks.list(actor)).find((each) => each.id === id);
async function count(table: "domain_event" | "webhook_delivery" | "webhook_attempt"): Promise<number> {
  const sql = `SELECT count(*)::integer AS n FROM ${table} WHERE tenant_id = $1`;
  return (await owner.query<{ n: number }>(sql, [actor.tenantId])).rows[0]?.n ?? 0;
}

test("a change is told of if it commits, by an event in its own transaction, and not if it is rolled back", async () => {
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
  const { versions } = await authority.policies.get(actor, policyId);
  const [newest] = versions;
  if (newest === undefined) throw new Error("it was published");
  return newest.rules;
}

test("what time does to a license is told once: that it will end, its grace, its end", async () => {
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

test("a request is signed as Standard Webhooks says; after a rotation both secrets sign for a day", async () => {
  const { id, secret } = await subscribe("customer.created");
  await addCustomer("One");
  await deliver();
  const [first] = receiver.received;
  if (first === undefined) throw new Error("it was sent");
  expect(believes(secret, first, authority.clock.now())).toBe(true);
  expect(believes(secret, { ...first, body: `${first.body} ` }, authority.clock.now())).toBe(false);
  expect(first.headers).toMatchObject({
    "webhook-id": receiver.events()[0]?.id,
    "content-type": "application/json",
  });

  const rotated = await authority.webhooks.rotateSecret(actor, id);
  const whoBelieves = async (name: string) => {
    await addCustomer(name);
    await deliver();
    const last = receiver.received.at(-1);
    return [secret, rotated.secret].map((each) => last && believes(each, last, authority.clock.now()));
  };
  expect(await whoBelieves("Two")).toEqual([true, true]);
  authority.clock.advance(23 * HOUR_MS);
  expect(await whoBelieves("Three")).toEqual([true, true]);
  authority.clock.advance(2 * HOUR_MS);
  expect(await whoBelieves("Four")).toEqual([false, true]);
  expect(await authority.webhooks.revealSecret(actor, id)).toEqual({ secret: rotated.secret });
});

test("what was not taken is sent again by the schedule, the same, until it is taken or has been tried ten times", async () => {
  const { id } = await subscribe("customer.created");
  receiver.answerWith({ status: 503, body: "busy" });
  await addCustomer("Contoso");
  await deliver();
  await deliver();
  expect(receiver.received).toHaveLength(1);
  for (const wait of [6_000, 6 * 60_000, 34 * 60_000]) {
    authority.clock.advance(wait);
    await deliver();
  }
  expect(receiver.received).toHaveLength(4);
  receiver.answerWith({ status: 503, headers: { "retry-after": String(4 * 3_600) } });
  authority.clock.advance(2.3 * HOUR_MS);
  await deliver();
  authority.clock.advance(5.6 * HOUR_MS);
  expect(new Set(receiver.ids()).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);

  for (const hours of [0, 11, 16, 22, 27, 100]) {
    authority.clock.advance(hours * HOUR_MS);
    await deliver();
  }
  expect(receiver.received).toHaveLength(10);
  expect(await listed(id)).toMatchObject([{ status: "failed", attempts: 10, nextAttemptAt: null }]);

  receiver.answerWith({ status: 200, body: "x".repeat(5_000) });
  await authority.webhooks.setEnabled(actor, id, true);
  const [given] = await listed(id);
  await authority.webhooks.replay(actor, given?.id ?? "");
  const replayed = await authority.webhooks.delivery(actor, given?.id ?? "");
  expect(replayed).toMatchObject({ status: "delivered", attempts: 11, attemptsBefore: 10 });
  expect(replayed.attemptRows.map(({ status }) => status)).toEqual([...Array(10).fill(503), 200]);
  expect(replayed.attemptRows[0]?.response).toBe("busy");
  expect(replayed.attemptRows.at(-1)?.response).toHaveLength(1_025);
  expect(new Set(receiver.ids()).size).toBe(1);
});

test("a receiver that is gone, or takes nothing for five days, is sent nothing more, and that is audited", async () => {
  const gone = await subscribe("customer.created");
  receiver.answerWith({ status: 410 });
  await addCustomer("One");
  await deliver();
  expect(await endpoint(gone.id)).toMatchObject({ disabledReason: "gone" });
  await addCustomer("Two");
  expect(await listed(gone.id)).toHaveLength(1);

  receiver.answerWith({ status: 500 });
  const failing = await subscribe("customer.created");
  for (let day = 0; day <= 5; day++) {
    await addCustomer(`Day ${day}`);
    await deliver();
    expect(await endpoint(failing.id)).toMatchObject({ disabledReason: day < 5 ? null : "failing" });
    authority.clock.advance(DAY_MS);
  }
  const { items } = await authority.audit.list(actor, { action: "webhook_endpoint.disabled", limit: 10 });
  expect(items.map(({ actorUserId, subjectId }) => [actorUserId, subjectId])).toEqual([
    [null, failing.id],
    [null, gone.id],
  ]);

  receiver.answerWith({ status: 200 });
  await authority.webhooks.setEnabled(actor, failing.id, true);
  await deliver();
  expect(await endpoint(failing.id)).toMatchObject({ disabledAt: null, failingSince: null });
});

test("workers side by side send each once; what one died over is sent by another, under the same id", async () => {
  const { id } = await subscribe("customer.created");
  for (let n = 0; n < 12; n++) await addCustomer(`Customer ${n}`);
  await Promise.all([deliver(), deliver(), deliver()]);
  expect(receiver.received).toHaveLength(12);
  expect(new Set(receiver.ids()).size).toBe(12);

  authority.clock.advance(1);
  await addCustomer("Unlucky");
  receiver.answerWith("never");
  await owner.query(
    "UPDATE webhook_delivery SET attempts = 1, claimed_until = $2 WHERE tenant_id = $1 AND status = 'pending'",
    [actor.tenantId, new Date(authority.clock.now().getTime() + 60_000)],
  );
  await deliver();
  expect(receiver.received).toHaveLength(12);
  receiver.answerWith({ status: 200 });
  authority.clock.advance(61_000);
  await deliver();
  expect(receiver.received).toHaveLength(13);
  const [last] = await listed(id);
  expect(last).toMatchObject({ status: "delivered", attempts: 2, attemptRows: [{ number: 2 }] });
});

test("no answer in time, a redirect and a broken name are failures, told in words, and nothing is followed", async () => {
  const { id } = await subscribe("*");
  receiver.answerWith({ status: 302, headers: { location: `${receiver.url}/elsewhere` } });
  await authority.webhooks.sendTest(actor, id);
  receiver.answerWith("never");
  await authority.webhooks.sendTest(actor, id);
  const before = receiver.received.length;
  await authority.webhooks.update(actor, id, { url: "https://127.0.0.1:1/", description: "", events: ["*"] });
  await authority.webhooks.sendTest(actor, id);
  expect(before).toBe(2);
  const attempts = (await listed(id)).flatMap(({ attemptRows }) => attemptRows);
  expect(attempts.map(({ status, error }) => status ?? error)).toEqual([
    "127.0.0.1 refuses the connection: nothing listens there.",
    "No answer came within 1 seconds.",
    302,
  ]);
});

test("nothing is sent into the network that the server stands in", async () => {
  const strict = createAuthority(database.appUrl, authority, { ca: TEST_CA });
  const fields = { description: "", events: ["*" as const] };
  for (const url of [
    "http://example.com/",
    "https://10.0.0.8/",
    "https://169.254.169.254/latest",
    "https://[::1]/",
  ])
    await expect(strict.webhooks.create(actor, { url, ...fields }), url).rejects.toThrow(
      /HTTPS|public internet/,
    );
  const { port } = new URL(receiver.url);
  const { id } = await strict.webhooks.create(actor, { url: `https://localhost:${port}/`, ...fields });
  await strict.webhooks.sendTest(actor, id);
  expect(receiver.received).toEqual([]);
  expect((await listed(id))[0]?.attemptRows).toMatchObject([
    { error: "localhost is not on the public internet." },
  ]);
});

test("what was given up, and what happened while it was disabled, is sent when asked for, in numbers told before", async () => {
  const { id } = await subscribe("customer.created");
  authority.clock.advance(1);
  const since = authority.clock.now();
  await authority.webhooks.setEnabled(actor, id, false);
  for (const name of ["One", "Two"]) await addCustomer(name);
  await issueOne(authority, actor, catalog);
  await deliver();
  expect(await listed(id)).toEqual([]);
  await authority.webhooks.setEnabled(actor, id, true);
  await addCustomer("Three");
  await owner.query(
    "UPDATE webhook_delivery SET status = 'failed', next_attempt_at = NULL WHERE tenant_id = $1",
    [actor.tenantId],
  );
  expect(await authority.webhooks.replayable(actor, id, since)).toEqual({ failed: 1, missed: 2 });
  expect(await authority.webhooks.replaySince(actor, id, since)).toEqual({ failed: 1, missed: 2 });
  expect(await authority.webhooks.replayable(actor, id, since)).toEqual({ failed: 0, missed: 0 });
  await deliver();
  expect(receiver.events().map(({ data }) => data)).toHaveLength(3);
});

test("an endpoint of another vendor is not there, and a removed one has no secret left", async () => {
  const { id } = await subscribe("*");
  const stranger = (await createVendor(authority)).actor;
  for (const ask of ["sendTest", "rotateSecret", "revealSecret", "remove"] as const)
    await expect(authority.webhooks[ask](stranger, id), ask).rejects.toMatchObject({ code: "not_found" });
  await authority.webhooks.sendTest(actor, id);
  const [own] = await listed(id);
  await expect(authority.webhooks.replay(stranger, own?.id ?? newUuid())).rejects.toMatchObject({
    code: "not_found",
  });
  await authority.webhooks.remove(actor, id);
  await addCustomer("Late");
  await deliver();
  expect(receiver.events().map(({ type }) => type)).toEqual(["webhook.test"]);
  const { rows } = await owner.query(
    "SELECT length(secret_cipher) AS length FROM webhook_endpoint WHERE id = $1",
    [id],
  );
  expect(rows).toEqual([{ length: 0 }]);
});
