import { afterAll, beforeAll, expect, test } from "vitest";
import type { TicketClaims, TicketReceiptClaims } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import type { MeterRules, PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount, METER_RULES, type TestAccount } from "#server/testing/usage.ts";

const HOUR_MS = 3_600_000;
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

function secondServer(of: TestAccount): Runtime {
  const other = createRuntime(testDatabase.appUrl, of.clock);
  opened.push(other);
  return other;
}

function granted<Value>(answer: Value | string): Value {
  if (typeof answer === "string") throw new Error(`denied: ${answer}`);
  return answer;
}

function claimsOf<Claims>(token: string): Claims {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

test("a ticket reserves its amount, settling charges what was used, and the rest comes back", async () => {
  const own = await account();
  await own.grant(10);
  const ticket = granted(await own.issue(8));
  expect(await own.account()).toMatchObject({ reserved: 8, spent: 0, balance: 2 });
  expect(await own.debit(3)).toBe("insufficient_credits");
  expect(granted(await own.settle(ticket.ticketId, 5))).toMatchObject({
    status: "settled",
    used: 5,
    balance: 5,
  });
  expect(await own.account()).toMatchObject({ reserved: 0, spent: 5, balance: 5 });
  expect(await own.ledger()).toEqual([
    "grant 10 0 0 → 10",
    "reserve 0 8 0 → 2",
    "settle 0 -5 5 → 2",
    "release 0 -3 0 → 5",
  ]);
});

test("a ticket settled wholly, voided, or settled with nothing used writes what it did and no more", async () => {
  const own = await account();
  await own.grant(10);
  for (const [used, end] of [
    [4, own.settle],
    [0, own.settle],
  ] as const) {
    await end(granted(await own.issue(4)).ticketId, used);
  }
  granted(await own.void(granted(await own.issue(6)).ticketId));
  expect((await own.ledger()).slice(1)).toEqual([
    "reserve 0 4 0 → 6",
    "settle 0 -4 4 → 6",
    "reserve 0 4 0 → 2",
    "settle 0 0 0 → 2",
    "release 0 -4 0 → 6",
    "reserve 0 6 0 → 0",
    "release 0 -6 0 → 6",
  ]);
  await own.checkLedger();
});

test("a ticket asked for fifty times over two servers reserves once, and every answer is the first", async () => {
  const own = await account();
  await own.grant(100);
  const other = secondServer(own);
  const id = newUuid();
  const answers = await Promise.all(
    [...Array(50).keys()].map((n) => own.issue(7, id, n % 2 ? own.runtime : other)),
  );
  const tickets = answers.map(granted);
  expect(tickets.filter((ticket) => !ticket.replayed).length).toBe(1);
  expect(new Set(tickets.map(({ balance, expiresAt }) => `${balance} ${expiresAt.toISOString()}`)).size).toBe(
    1,
  );
  expect((await own.account()).reserved).toBe(7);
  own.clock.advance(1000);
  const later = granted(await own.issue(7, id));
  expect(later).toMatchObject({
    replayed: true,
    issuedAt: tickets[0]?.issuedAt,
    expiresAt: tickets[0]?.expiresAt,
  });
  expect(await own.issue(8, id)).toBe("idempotency_conflict");
});

test("the same ticket id racing under two accounts reserves in one of them", async () => {
  const [one, two] = [await account(), await account()];
  await one.grant(1000);
  await two.grant(1000);
  for (let round = 0; round < 30; round++) {
    const ids = [...Array(4).keys()].map(() => newUuid());
    const answers = await Promise.all([
      ...ids.map((id) => one.issue(1, id)),
      ...ids.toReversed().map((id) => two.issue(1, id)),
    ]);
    expect(answers.filter((answer) => answer === "idempotency_conflict").length).toBe(4);
  }
  expect((await one.account()).reserved + (await two.account()).reserved).toBe(120);
});

test("tickets and usage events have name spaces of their own: one id may be both", async () => {
  const own = await account();
  await own.grant(10);
  const id = newUuid();
  expect(await own.debit(1, id)).toBe("accepted");
  expect(granted(await own.issue(1, id))).toMatchObject({ replayed: false });
});

test("two hundred tickets racing for the last credits over two servers: exactly what fits is reserved", async () => {
  const own = await account({ overdraft: 2 });
  await own.grant(68);
  const other = secondServer(own);
  const answers = await Promise.all(
    [...Array(200).keys()].map((n) => own.issue(7, newUuid(), n % 2 ? own.runtime : other)),
  );
  expect(answers.filter((answer) => typeof answer !== "string").length).toBe(10);
  expect(await own.balance()).toBe(-2);
  await own.checkLedger();
});

test("a ticket for more than the policy allows, or for a meter it does not name, is refused", async () => {
  const own = await account({ ticketAmountMax: 5 });
  await own.grant(100);
  expect(await own.issue(6)).toBe("ticket_amount_exceeded");
  granted(await own.issue(5));
  await own.change({}, {});
  expect(await own.issue(1)).toBe("meter_not_entitled");
  await own.change({ revokedAt: own.clock.now() });
  expect(await own.issue(1)).toBe("license_revoked");
});

test("a ticket settled fifty times at once is charged once; another amount is refused", async () => {
  const own = await account();
  await own.grant(10);
  const other = secondServer(own);
  const { ticketId } = granted(await own.issue(10));
  const ends = await Promise.all(
    [...Array(50).keys()].map((n) => own.settle(ticketId, 6, n % 2 ? own.runtime : other)),
  );
  expect(ends.map(granted).filter((end) => !end.replayed).length).toBe(1);
  expect(
    new Set(ends.map(granted).map(({ balance, endedAt }) => `${balance} ${endedAt.toISOString()}`)).size,
  ).toBe(1);
  expect(await own.settle(ticketId, 5)).toBe("ticket_settled");
  expect(await own.void(ticketId)).toBe("ticket_settled");
  expect(await own.account()).toMatchObject({ reserved: 0, spent: 6 });
});

test("settling and voiding at once: one of them ends the ticket", async () => {
  const own = await account();
  await own.grant(1000);
  const other = secondServer(own);
  for (let round = 0; round < 20; round++) {
    const { ticketId } = granted(await own.issue(10));
    const [settled, voided] = await Promise.all([own.settle(ticketId, 10), own.void(ticketId, other)]);
    const codes = [settled, voided].filter((each) => typeof each === "string");
    expect(codes).toEqual([typeof settled === "string" ? "ticket_voided" : "ticket_settled"]);
  }
  expect((await own.account()).reserved).toBe(0);
  await own.checkLedger();
});

test("more than a ticket's amount cannot be settled, and the ticket stays", async () => {
  const own = await account();
  await own.grant(10);
  const { ticketId } = granted(await own.issue(5));
  expect(await own.settle(ticketId, 6)).toBe("ticket_amount_exceeded");
  granted(await own.settle(ticketId, 5));
});

test("voiding twice is a success; a voided ticket cannot be settled", async () => {
  const own = await account();
  await own.grant(10);
  const { ticketId } = granted(await own.issue(5));
  expect(
    [granted(await own.void(ticketId)), granted(await own.void(ticketId))].map((end) => end.replayed),
  ).toEqual([false, true]);
  expect(await own.settle(ticketId, 1)).toBe("ticket_voided");
  expect(await own.balance()).toBe(10);
});

test("one tick after its end a ticket cannot be settled, and its credits are back, with or without the sweep", async () => {
  const own = await account();
  await own.grant(10);
  const kept = granted(await own.issue(2));
  const late = granted(await own.issue(3));
  const forgotten = granted(await own.issue(4));
  own.clock.advance(HOUR_MS);
  granted(await own.settle(kept.ticketId, 2));
  own.clock.advance(1);
  expect(await own.settle(late.ticketId, 3)).toBe("ticket_expired");
  expect(await own.account()).toMatchObject({ reserved: 4, spent: 2, balance: 4 });
  await own.expire();
  expect(await own.account()).toMatchObject({ reserved: 0, spent: 2, balance: 8 });
  const before = await own.ledger();
  await own.expire();
  expect(await own.ledger()).toEqual(before);
  expect(await own.void(forgotten.ticketId)).toBe("ticket_expired");
  await own.checkLedger();
});

test("a ticket of another license, or of another device of the same one, is not found", async () => {
  const [own, other] = [await account(), await account()];
  await own.grant(10);
  const { ticketId } = granted(await own.issue(5));
  expect(await other.settle(ticketId, 5)).toBe("ticket_not_found");
  expect(await other.void(ticketId)).toBe("ticket_not_found");
  expect(await own.settle(newUuid(), 5)).toBe("ticket_not_found");
  const settle = (who: { licenseId: string; activationId?: string }) =>
    own.runtime.usage.settle(tenant.tenantId, {
      ...who,
      requestHash: "r".repeat(43),
      correlationId: "cor_x",
      ticketId,
      used: 5,
    });
  expect(await settle({ licenseId: own.id, activationId: other.activationId })).toMatchObject({
    code: "ticket_not_found",
  });
  expect(await settle({ licenseId: own.id })).toMatchObject({ outcome: "granted" });
});

test("what was used is accounted for even if the license was suspended meanwhile", async () => {
  const own = await account();
  await own.grant(10);
  const { ticketId } = granted(await own.issue(5));
  await own.change({ suspendedAt: own.clock.now() });
  expect(granted(await own.settle(ticketId, 5))).toMatchObject({ used: 5 });
});

test("the token and the receipt say what was reserved and charged, bound to the request", async () => {
  const own = await account({}, { meters: { credits: METER_RULES } });
  await own.grant(10);
  const caller = own.caller();
  const id = newUuid();
  const issued = await own.runtime.usage.issue(tenant.tenantId, {
    ...caller,
    id,
    meter: "credits",
    amount: 8,
  });
  if (issued.outcome === "denied") throw new Error(issued.code);
  const bound = {
    license: publicId("license", own.id),
    activation: publicId("activation", own.activationId),
    req: caller.requestHash,
  };
  const token = claimsOf<TicketClaims>(issued.value.token);
  expect(token).toMatchObject({
    ...bound,
    sub: id,
    meter: "credits",
    amount: 8,
    entry: 2,
    cid: caller.correlationId,
  });
  expect(token.exp - token.iat).toBe(METER_RULES.ticketTtlSeconds);
  const receipt = claimsOf<TicketReceiptClaims>(granted(await own.settle(id, 3)).receipt);
  expect(receipt).toMatchObject({ kind: "settle", sub: id, amount: 8, used: 3, entry: 4, balance: 7 });
});

test("every decision about a ticket leaves an event with its facts and the caller's correlation id", async () => {
  const own = await account();
  await own.grant(10);
  const { ticketId } = granted(await own.issue(5));
  await own.issue(6);
  await own.settle(ticketId, 2);
  await own.void(ticketId);
  await own.issue(1);
  own.clock.advance(HOUR_MS + 1);
  await own.expire();
  const events = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.findMany({
      where: { tenantId: tenant.tenantId, licenseId: own.id, operation: { not: "activate" } },
      orderBy: { at: "asc" },
    }),
  );
  const told = events.map(({ operation, code, rule }) => `${operation} ${code} ${rule}`);
  expect(told.toSorted()).toEqual([
    "settle null null",
    "ticket insufficient_credits usage.balance",
    "ticket null null",
    "ticket null null",
    "ticket_expired null null",
    "void ticket_settled ticket.status",
  ]);
  expect(new Set(events.map(({ correlationId }) => correlationId)).size).toBe(6);
});
