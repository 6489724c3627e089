import { afterAll, beforeAll, expect, test } from "vitest";
import type { MeterRules, PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";

const DAY_MS = 86_400_000;
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

function granted<Value>(answer: Value | string): Value {
  if (typeof answer === "string") throw new Error(`denied: ${answer}`);
  return answer;
}

test.each([
  ["day", "2030-01-16"],
  ["month", "2030-02-01"],
  ["year", "2031-01-01"],
] as const)("the credits of a %s come once, end with it, and come anew", async (period, next) => {
  const own = await account({ period, periodCredits: 10 });
  expect(await own.balance()).toBe(10);
  expect(await own.debit(4)).toBe("accepted");
  own.clock.turnTo(new Date(Date.parse(next) - 1));
  expect(await own.debit(7)).toBe("insufficient_credits");
  own.clock.advance(1);
  expect(await own.debit(7)).toBe("accepted");
  expect(await own.ledger()).toEqual([
    "grant 10 0 0 → 10",
    "debit 0 0 4 → 6",
    "expire -6 0 0 → 0",
    "grant 10 0 0 → 10",
    "debit 0 0 7 → 3",
  ]);
  await own.checkLedger();
});

test("a period that begins under two hundred requests on two servers grants once", async () => {
  const own = await account({ period: "month", periodCredits: 100 });
  const other = createRuntime(testDatabase.appUrl, own.clock);
  opened.push(other);
  own.clock.turnTo("2030-02-01");
  const answers = await Promise.all(
    [...Array(200).keys()].map((n) => own.debit(1, newUuid(), n % 2 ? own.runtime : other)),
  );
  expect(answers.filter((answer) => answer === "accepted").length).toBe(100);
  expect((await own.ledger()).filter((line) => line.startsWith("grant")).length).toBe(2);
});

test("credits without a period come once, at opening, and stay", async () => {
  const own = await account({ period: "none", periodCredits: 10 });
  await own.change({}, { credits: { period: "none", periodCredits: 50 } });
  own.clock.turnTo("2040-01-01");
  await own.expire();
  expect(await own.balance()).toBe(10);
});

test("periods in which nobody came leave nothing; the sweep begins them too, once", async () => {
  const own = await account({ period: "month", periodCredits: 10 });
  own.clock.turnTo("2030-05-03");
  await own.expire();
  await own.expire();
  expect(await own.ledger()).toEqual(["grant 10 0 0 → 10", "expire -10 0 0 → 0", "grant 10 0 0 → 10"]);
});

test("a license that may not be used gets no period's credits, and the current one's as soon as it may", async () => {
  const own = await account({ period: "month", periodCredits: 10 });
  await own.change({ suspendedAt: own.clock.now() });
  own.clock.turnTo("2030-03-10");
  await own.expire();
  expect(await own.balance()).toBe(0);
  await own.change({ suspendedAt: null });
  expect(await own.balance()).toBe(10);
  await own.change({ suspendedAt: own.clock.now() });
  await own.change({ suspendedAt: null });
  expect(await own.balance()).toBe(10);
});

test("another amount counts from the next period; another length of the period begins one at once, never twice the same", async () => {
  const own = await account({ period: "month", periodCredits: 10 });
  await own.change({}, { credits: { period: "month", periodCredits: 20 } });
  expect(await own.balance()).toBe(10);
  await own.change({}, { credits: { period: "day", periodCredits: 3 } });
  expect(await own.balance()).toBe(3);
  await own.change({}, { credits: { period: "month", periodCredits: 20 } });
  expect(await own.balance()).toBe(0);
  own.clock.turnTo("2030-02-01");
  expect(await own.debit(20)).toBe("accepted");
});

test("grants burn by priority, then earliest expiry, then age", async () => {
  const own = await account();
  const at = (days: number) => new Date(own.clock.now().getTime() + days * DAY_MS);
  await own.grant(10, { priority: 200, expiresAt: at(1) });
  own.clock.advance(1000);
  await own.grant(10, { priority: 100 });
  own.clock.advance(1000);
  await own.grant(10, { priority: 100, expiresAt: at(3) });
  own.clock.advance(1000);
  await own.grant(10, { priority: 100, expiresAt: at(2), kind: "promo" });
  const burnt = [[10, 10, 10, 10]];
  for (let step = 0; step < 4; step++) {
    expect(await own.debit(7)).toBe("accepted");
    burnt.push(await own.remaining());
  }
  expect(burnt.slice(1)).toEqual([
    [3, 10, 10, 10],
    [0, 6, 10, 10],
    [0, 0, 9, 10],
    [0, 0, 2, 10],
  ]);
});

test("spending before a grant came is not burnt from it, whatever its priority", async () => {
  const own = await account();
  await own.grant(10);
  await own.debit(4);
  await own.grant(10, { priority: 1 });
  await own.debit(2);
  expect(await own.remaining()).toEqual([8, 6]);
});

test("an expired grant takes with it what is left of it, and no more", async () => {
  const own = await account();
  await own.grant(10, { expiresAt: new Date(own.clock.now().getTime() + DAY_MS) });
  await own.grant(5);
  await own.debit(4);
  own.clock.advance(DAY_MS);
  expect(await own.debit(6)).toBe("insufficient_credits");
  expect(await own.debit(5)).toBe("accepted");
  expect(await own.ledger()).toContain("expire -6 0 0 → 5");
});

test("credits reserved in time outlive their grant until the ticket ends; what comes back of them is gone", async () => {
  const own = await account({ period: "month", periodCredits: 10 });
  own.clock.turnTo("2030-01-31T23:59:00Z");
  const [settled, voided] = [granted(await own.issue(5)), granted(await own.issue(3))];
  own.clock.turnTo("2030-02-01");
  // Two were free and are gone, eight are held, and ten are new.
  expect(await own.account()).toMatchObject({ granted: 18, reserved: 8, balance: 10 });
  expect(granted(await own.settle(settled.ticketId, 4)).balance).toBe(10);
  expect(granted(await own.void(voided.ticketId)).balance).toBe(10);
  expect(await own.remaining()).toEqual([0, 10]);
  expect(await own.ledger()).toEqual([
    "grant 10 0 0 → 10",
    "reserve 0 5 0 → 5",
    "reserve 0 3 0 → 2",
    "expire -2 0 0 → 0",
    "grant 10 0 0 → 10",
    "settle 0 -4 4 → 10",
    "release 0 -1 0 → 11",
    "expire -1 0 0 → 10",
    "release 0 -3 0 → 13",
    "expire -3 0 0 → 10",
  ]);
  await own.checkLedger();
});

test("reserving anew cannot carry expired credits on", async () => {
  const own = await account({ period: "month", periodCredits: 10 });
  own.clock.turnTo("2030-01-31T23:59:00Z");
  const old = granted(await own.issue(10));
  own.clock.turnTo("2030-02-01");
  const fresh = granted(await own.issue(10));
  granted(await own.void(old.ticketId));
  granted(await own.void(fresh.ticketId));
  expect(await own.balance()).toBe(10);
});

test("a refund gives back once what an event or a ticket cost, at most all of it, and does not expire", async () => {
  const own = await account({ period: "month", periodCredits: 10 });
  const eventId = newUuid();
  await own.debit(6, eventId);
  const { ticketId } = granted(await own.issue(4));
  await expect(own.refund(1, { ticketId })).rejects.toMatchObject({ code: "not_found" });
  await own.settle(ticketId, 3);
  await expect(own.refund(7, { eventId })).rejects.toMatchObject({ code: "not_found" });
  expect(await own.refund(5, { eventId })).toMatchObject({ balance: 6 });
  await expect(own.refund(1, { eventId })).rejects.toMatchObject({ code: "not_found" });
  expect(await own.refund(3, { ticketId })).toMatchObject({ balance: 9 });
  await expect(own.refund(1, { ticketId })).rejects.toMatchObject({ code: "not_found" });
  own.clock.turnTo("2030-02-01");
  expect(await own.balance()).toBe(18);
  expect(await own.debit(8)).toBe("accepted");
  expect(await own.remaining()).toEqual([0, 10]);
  expect(await own.debit(1)).toBe("accepted");
  expect(await own.remaining()).toEqual([0, 9]);
  await own.checkLedger();
});

test("another account's charge is not refunded here", async () => {
  const [own, other] = [await account(), await account()];
  await own.grant(10);
  const eventId = newUuid();
  await own.debit(5, eventId);
  await expect(other.refund(5, { eventId })).rejects.toMatchObject({ code: "not_found" });
});

test("an adjustment goes either way, but never below what the overdraft allows", async () => {
  const own = await account({ overdraft: 2 });
  await own.grant(10);
  expect(await own.adjust(5)).toMatchObject({ balance: 15 });
  expect(await own.adjust(-8)).toMatchObject({ balance: 7 });
  // The five given are used first, so that the grant pays three.
  expect(await own.remaining()).toEqual([7]);
  await expect(own.adjust(-10)).rejects.toMatchObject({ code: "insufficient_credits" });
  expect(await own.adjust(-9)).toMatchObject({ balance: -2 });
  await own.checkLedger();
});

test("credits cannot be given for a meter the license never had", async () => {
  const own = await account();
  await expect(own.grant(1, { meter: "unknown" })).rejects.toMatchObject({ code: "meter_not_entitled" });
});

test("balances tell what may still be spent, after what time has made due, and only to whom may ask", async () => {
  const own = await account({ period: "day", periodCredits: 10, overdraft: 3 });
  await own.debit(4);
  await own.issue(2);
  const ask = () => own.runtime.usage.balances(tenant.tenantId, own.caller());
  const told = { meter: "credits", granted: 10, reserved: 2, spent: 4, available: 7, overdraft: 3 };
  expect(await ask()).toMatchObject({ outcome: "granted", value: { balances: [told] } });
  own.clock.advance(DAY_MS);
  expect(await ask()).toMatchObject({ value: { balances: [{ available: 13 }] } });
  const stranger = { licenseId: own.id, activationId: newUuid() };
  expect(await own.runtime.usage.balances(tenant.tenantId, stranger)).toMatchObject({
    code: "activation_not_found",
  });
});

test("a ledger is read page by page, newest first, each entry once", async () => {
  const own = await account();
  await own.grant(100);
  for (let n = 0; n < 4; n++) await own.debit(1);
  const { account: accountId } = await own.account();
  const page = (before?: bigint) =>
    own.runtime.database.withTenant(tenant.tenantId, (tx) =>
      own.runtime.credits.ledger(tx, tenant.tenantId, {
        accountId,
        limit: 2,
        ...(before === undefined ? {} : { before }),
      }),
    );
  const first = await page();
  const second = await page(first.at(-1)?.entry);
  expect([...first, ...second].map((line) => Number(line.entry))).toEqual([5, 4, 3, 2]);
});
