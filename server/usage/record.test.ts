import { afterAll, beforeAll, expect, test } from "vitest";
import type { UsageReceiptClaims } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import type { MeterRules, PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount, METER_RULES, outcome, type TestAccount } from "#server/testing/usage.ts";
import { type UsageItem, usageColumns } from "./usage-batch.ts";
import { createUsageStore } from "./usage-store.ts";

let testDatabase: TestDatabase;
let runtime: Runtime;
let tenant: TestTenant;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  for (const each of opened) await each.close();
  await runtime.close();
  await testDatabase.drop();
});

async function account(change: Partial<MeterRules> = {}, rules: Partial<PolicyRules> = {}) {
  const own = createRuntime(testDatabase.appUrl, new TestClock("2030-01-15"));
  opened.push(own);
  return createAccount(own, tenant, change, rules);
}

/** The same services in a process of their own, as far as the database can tell. */
function secondServer(of: TestAccount): Runtime {
  const other = createRuntime(testDatabase.appUrl, of.clock);
  opened.push(other);
  return other;
}

const count = (answers: readonly string[], word: string) => answers.filter((each) => each === word).length;

test("two hundred debits racing for the last credits over two servers: exactly what fits is charged", async () => {
  const own = await account();
  await own.grant(70);
  const other = secondServer(own);
  const answers = await Promise.all(
    [...Array(200).keys()].map((n) => own.debit(7, newUuid(), n % 2 ? own.runtime : other)),
  );
  expect(count(answers, "accepted")).toBe(10);
  expect(count(answers, "insufficient_credits")).toBe(190);
  expect(await own.balance()).toBe(0);
  await own.checkLedger();
});

test("the same id sent fifty times over two servers charges once, and every answer is the first", async () => {
  const own = await account();
  await own.grant(1000);
  const other = secondServer(own);
  const id = newUuid();
  const answers = await Promise.all(
    [...Array(50).keys()].map((n) => own.record([{ id, amount: 3 }], n % 2 ? own.runtime : other)),
  );
  const outcomes = answers.map((each) => (typeof each === "string" ? each : outcome(each[0])));
  expect([count(outcomes, "accepted"), count(outcomes, "duplicate")]).toEqual([1, 49]);
  expect(
    new Set(
      answers.map((each) => JSON.stringify(typeof each === "string" ? each : { ...each[0], outcome: "" })),
    ).size,
  ).toBe(1);
  expect(await own.balance()).toBe(997);
});

/** Past the batcher, which would try a batch that failed again in halves. */
const storeOf = (own: TestAccount) => createUsageStore(own.runtime.database.pool, own.clock);

function item(own: TestAccount, ids: readonly string[], amount = 1): UsageItem {
  const { licenseId, activationId, correlationId } = own.caller();
  const events = ids.map((id) => ({ id, meter: "credits", amount, occurredAt: new Date(0) }));
  return {
    license_id: licenseId,
    activation_id: activationId,
    correlation_id: correlationId,
    event_id: newUuid(),
    events,
  };
}

test("servers that charge one account at once wait for each other, so that no batch has to be refused and tried again", async () => {
  const own = await account();
  await own.grant(100);
  const batch = () => [...Array(10).keys()].map(() => item(own, [newUuid()], 2));
  const { pool } = own.runtime.database;
  const once = async (items: UsageItem[]) => {
    const { parameters } = usageColumns(items);
    const places = parameters.map((_, index) => `$${index + 3}`).join(", ");
    const { rows } = await pool.query<{ outcomes: number[] }>(
      `SELECT outcomes FROM record_usage($1, $2, ${places})`,
      [tenant.tenantId, own.clock.now(), ...parameters],
    );
    return rows[0]?.outcomes ?? [];
  };
  const outcomes = (await Promise.all([...Array(8).keys()].map(() => once(batch())))).flat();
  expect(outcomes.filter((each) => each === 0).length).toBe(50);
  await own.checkLedger();
});

test("a device and the vendor's backend that charge one account in one batch share what is left", async () => {
  const own = await account();
  await own.grant(10);
  const answers = await storeOf(own).record(tenant.tenantId, [
    item(own, [newUuid()], 6),
    { ...item(own, [newUuid()], 5), activation_id: null },
    { ...item(own, [newUuid()], 4), activation_id: null },
  ]);
  expect(answers.flatMap(({ events }) => events.map(outcome))).toEqual([
    "accepted",
    "insufficient_credits",
    "accepted",
  ]);
  await own.checkLedger();
});

test("the same ids racing under two accounts on two servers charge one of them each, and nobody waits in a circle", async () => {
  const [one, two] = [await account(), await account()];
  await one.grant(10_000);
  await two.grant(10_000);
  const charge = async (own: TestAccount, ids: readonly string[]) => {
    const [answer] = await storeOf(own).record(tenant.tenantId, [item(own, ids)]);
    return answer?.events.map(outcome) ?? [];
  };
  for (let round = 0; round < 8; round++) {
    const ids = [...Array(1000).keys()].map(() => newUuid());
    const words = (await Promise.all([charge(one, ids), charge(two, ids.toReversed())])).flat();
    expect([count(words, "accepted"), count(words, "idempotency_conflict")]).toEqual([1000, 1000]);
  }
  expect((await one.balance()) + (await two.balance())).toBe(20_000 - 8_000);
  await one.checkLedger();
  await two.checkLedger();
});

test("an id that was used is refused with another amount, another time or another meter, and charges nothing", async () => {
  const own = await account({}, { meters: { credits: METER_RULES, other: METER_RULES } });
  await own.grant(100);
  await own.grant(100, { meter: "other" });
  const id = newUuid();
  const first = { id, amount: 5, occurredAt: new Date("2030-01-02T03:04:05.678Z") };
  const asked = [
    first,
    { ...first, amount: 6 },
    { ...first, occurredAt: new Date(0) },
    { ...first, meter: "other" },
  ];
  const expected = ["accepted", "idempotency_conflict", "idempotency_conflict", "idempotency_conflict"];
  const answers = await own.record(asked);
  expect(typeof answers === "string" ? answers : answers.map(outcome)).toEqual(expected);
  const again = await own.record(asked);
  expect(typeof again === "string" ? again : again.map(outcome)).toEqual(["duplicate", ...expected.slice(1)]);
  expect((await own.account()).spent).toBe(5);
});

test("an event that was denied took no effect: its id charges once there is enough", async () => {
  const own = await account();
  const id = newUuid();
  expect(await own.debit(5, id)).toBe("insufficient_credits");
  await own.grant(5);
  expect(await own.debit(5, id)).toBe("accepted");
  expect(await own.debit(5, id)).toBe("duplicate");
});

test("a batch is decided in order: what does not fit is denied, and a later smaller event may still fit", async () => {
  const own = await account();
  await own.grant(10);
  const answers = await own.record([
    { amount: 6 },
    { amount: 5 },
    { amount: 3 },
    { amount: 2 },
    { amount: 1 },
  ]);
  if (typeof answers === "string") throw new Error(answers);
  expect(answers.map(outcome)).toEqual([
    "accepted",
    "insufficient_credits",
    "accepted",
    "insufficient_credits",
    "accepted",
  ]);
  expect(answers.flatMap((each) => (each.outcome === "denied" ? [] : [each.balance]))).toEqual([4, 1, 0]);
});

test("the balance may go below zero as far as the overdraft, and the next grant pays the debt", async () => {
  const own = await account({ overdraft: 5 });
  await own.grant(10);
  expect(await own.debit(15)).toBe("accepted");
  expect(await own.debit(1)).toBe("insufficient_credits");
  expect(await own.balance()).toBe(-5);
  await own.grant(20);
  expect(await own.remaining()).toEqual([0, 15]);
  await own.change({}, { credits: { overdraft: 0 } });
  expect(await own.debit(16)).toBe("insufficient_credits");
  expect(await own.debit(15)).toBe("accepted");
});

test("lowering the overdraft below what is owed breaks nothing, and admits nothing more", async () => {
  const own = await account({ overdraft: 10 });
  expect(await own.debit(8)).toBe("accepted");
  await own.change({}, { credits: { overdraft: 2 } });
  expect(await own.debit(1)).toBe("insufficient_credits");
  await own.grant(7);
  expect(await own.debit(1)).toBe("accepted");
  expect(await own.debit(1)).toBe("insufficient_credits");
});

test("a meter the license does not name is denied, event by event, and no longer once it is named", async () => {
  const own = await account();
  await own.grant(10);
  const asked = [{ amount: 1 }, { amount: 1, meter: "unknown" }];
  const answers = await own.record(asked);
  expect(typeof answers === "string" ? answers : answers.map(outcome)).toEqual([
    "accepted",
    "meter_not_entitled",
  ]);
  await own.change({}, {});
  expect(await own.debit(1)).toBe("meter_not_entitled");
  await own.change({}, { credits: {} });
  expect(await own.debit(1)).toBe("accepted");
});

test("a suspended license, a revoked device and a stranger's license charge nothing, from the very next request on", async () => {
  const own = await account();
  const stranger = await account();
  await own.grant(10);
  const by = (who: { licenseId: string; activationId?: string }) =>
    own.record([{ amount: 1 }], own.runtime, who);
  expect(await by({ licenseId: own.id, activationId: stranger.activationId })).toBe("activation_not_found");
  expect(await by({ licenseId: newUuid() })).toBe("license_not_found");
  await own.change({ suspendedAt: own.clock.now() });
  expect(await own.debit(1)).toBe("license_suspended");
  await own.change({ suspendedAt: null });
  expect(await own.debit(1)).toBe("accepted");
  await own.runtime.activations.deactivate(tenant.tenantId, {
    activationId: own.activationId,
    correlationId: "cor_gone",
    byVendor: true,
  });
  expect(await own.debit(1)).toBe("activation_not_found");
  expect(await own.balance()).toBe(9);
});

test("a request of a thousand events is charged whole, and its receipt says what became of each", async () => {
  const own = await account();
  await own.grant(999);
  const events = [...Array(1000).keys()].map((n) => ({
    id: `event ${n} "quoted\\" {,} é`,
    meter: "credits",
    amount: 1,
    occurredAt: new Date(n),
  }));
  const caller = own.caller();
  const decision = await own.runtime.usage.record(tenant.tenantId, { ...caller, events });
  if (decision.outcome === "denied") throw new Error(decision.code);
  expect(decision.value.events.slice(-2).map(outcome)).toEqual(["accepted", "insufficient_credits"]);
  const claims = receiptClaims(await decision.value.receipt());
  expect(claims).toMatchObject({
    kind: "usage",
    sub: publicId("license", own.id),
    cid: caller.correlationId,
    req: caller.requestHash,
    charges: [{ meter: "credits", amount: 999, entry: 1000, balance: 0 }],
  });
  expect(Object.keys(claims.events).length).toBe(1000);
  expect(claims.events[events[999]?.id ?? ""]).toBe("insufficient_credits");
  await own.checkLedger();
});

function receiptClaims(jws: string): UsageReceiptClaims {
  return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString());
}

test("a receipt names an id that its request repeats once, by what took effect", async () => {
  const own = await account();
  await own.grant(5);
  const event = (id: string, amount: number) => ({ id, meter: "credits", amount, occurredAt: new Date(0) });
  const [repeated, shrunk] = [newUuid(), newUuid()];
  const events = [
    event(repeated, 3),
    event(repeated, 3),
    event(shrunk, 9),
    event(shrunk, 2),
    event(shrunk, 9),
  ];
  const decision = await own.runtime.usage.record(tenant.tenantId, { ...own.caller(), events });
  if (decision.outcome === "denied") throw new Error(decision.code);
  const claims = receiptClaims(await decision.value.receipt());
  expect(claims.events).toEqual({ [repeated]: "accepted", [shrunk]: "accepted" });
  expect(claims.charges).toMatchObject([{ amount: 5, balance: 0 }]);
});

test("a request leaves one event with its counts, and each denied event one of its own, with the caller's correlation id", async () => {
  const own = await account();
  await own.grant(3);
  const caller = own.caller();
  const event = (amount: number) => ({ id: newUuid(), meter: "credits", amount, occurredAt: new Date(0) });
  const record = (correlationId: string, events: ReturnType<typeof event>[]) =>
    own.runtime.usage.record(tenant.tenantId, { ...caller, correlationId, events });
  const first = event(2);
  await record("cor_mixed", [first, event(2), first]);
  await record("cor_alone", [event(9)]);
  await own.change({ suspendedAt: own.clock.now() });
  await record("cor_whole", [event(1), event(1)]);
  const events = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.findMany({ where: { tenantId: tenant.tenantId, licenseId: own.id, operation: "usage" } }),
  );
  const story = (correlationId: string) =>
    events
      .filter((each) => each.correlationId === correlationId)
      .map(({ outcome: out, code, facts }) => ({ out, code, facts }));
  expect(story("cor_mixed")).toEqual(
    expect.arrayContaining([
      { out: "granted", code: null, facts: { events: 3, accepted: 1, duplicates: 1 } },
      {
        out: "denied",
        code: "insufficient_credits",
        facts: expect.objectContaining({ amount: 2, balance: 1 }),
      },
    ]),
  );
  expect(story("cor_mixed").length).toBe(2);
  expect(story("cor_alone")).toMatchObject([{ out: "denied", code: "insufficient_credits" }]);
  expect(story("cor_whole")).toMatchObject([
    { out: "denied", code: "license_suspended", facts: { events: 2 } },
  ]);
});

test("the database itself refuses a balance below the overdraft, and a second debit with one id", async () => {
  const own = await account();
  const { account: id } = await own.account();
  const { tenantId } = tenant;
  const overspend = runtime.database.withTenant(tenantId, (tx) =>
    tx.account.update({ where: { tenantId_id: { tenantId, id } }, data: { spent: 1 } }),
  );
  await expect(overspend).rejects.toThrow(/account_never_over_consumed/);
  await own.grant(10);
  const eventId = newUuid();
  await own.debit(1, eventId);
  const again = runtime.database.withTenant(tenantId, (tx) =>
    tx.ledgerEntry.create({
      data: {
        tenantId,
        accountId: id,
        entry: 99,
        kind: "debit",
        spent: 1,
        balance: 0,
        eventId,
        occurredAt: new Date(),
        correlationId: "cor_x",
        recordedAt: new Date(),
      },
    }),
  );
  await expect(again).rejects.toThrow(/[Uu]nique/);
});
