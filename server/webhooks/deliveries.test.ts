import { expect, test } from "vitest";
import { newUuid } from "#server/platform/ids.ts";
import { createAuthority, createVendor, issueOne } from "#server/testing/authority.ts";
import { TEST_CA } from "#server/testing/https.ts";
import { believes } from "#server/testing/webhook-receiver.ts";
import { webhookTests } from "#server/testing/webhooks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const { world, subscribe, deliver, addCustomer, listed } = webhookTests();

const endpoint = async (id: string) => {
  const { authority, actor } = world();
  return (await authority.webhooks.list(actor)).find((each) => each.id === id);
};

test("a request is signed as Standard Webhooks says; after a rotation both secrets sign for a day", async () => {
  const { actor, authority, receiver } = world();
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
  const { actor, authority, receiver } = world();
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
  const { actor, authority, receiver } = world();
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
  const { actor, authority, owner, receiver } = world();
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
  const { actor, authority, receiver } = world();
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
  const { actor, authority, database, receiver } = world();
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
  const { actor, authority, catalog, owner, receiver } = world();
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
  const { actor, authority, owner, receiver } = world();
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
