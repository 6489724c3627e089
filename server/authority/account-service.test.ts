import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SignetError } from "../domain/errors.ts";
import { newUuid } from "../platform/ids.ts";
import { type Authority, createAuthority, createVendor } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createAccount } from "../testing/usage.ts";
import { listLedger } from "./account-input.ts";

const RUNS = 15;
const why = { reason: "a complaint" };

let database: TestDatabase;
let authority: Authority;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

async function createTraded(overdraft = 0) {
  const { actor, tenantId, slug } = await createVendor(authority);
  const { id: productId } = await authority.products.create(actor, {
    code: "renderer",
    name: "Renderer",
    keyPrefix: "RNDR",
    description: "",
  });
  const hand = await createAccount(
    authority,
    { tenantId, slug, productId, product: "renderer" },
    { overdraft },
  );
  const { account: id } = await hand.account();
  const grant = (amount: number, requestId = newUuid()) =>
    authority.balances.grant(actor, {
      id,
      requestId,
      kind: "prepaid",
      amount,
      priority: 100,
      expiresAt: null,
      ...why,
    });
  const adjust = (amount: number, requestId = newUuid()) =>
    authority.balances.adjust(actor, { id, requestId, amount, ...why });
  const refund = (amount: number, of: { eventId: string } | { ticketId: string }) =>
    authority.balances.refund(actor, { id, amount, of, ...why });
  const ledger = async (query: object = {}) => {
    const { id: _, ...rest } = listLedger.parse({ id: "acc_01h2xcejqtf2nbrexx3vqjhp41", ...query });
    return authority.balances.ledger(actor, { id, ...rest });
  };
  return { actor, hand, id, grant, adjust, refund, ledger };
}

const refused = (code: string) => expect.objectContaining({ code });

test("credits are added, given back and corrected, each told before and after, with its reason, in ledger and audit log", async () => {
  const { actor, hand, grant, adjust, refund, ledger } = await createTraded();
  expect(await grant(100)).toEqual({ balanceBefore: 0, balance: 100, replayed: false });
  await hand.debit(40, "e1");
  expect(await refund(15, { eventId: "e1" })).toEqual({ balanceBefore: 60, balance: 75, replayed: false });
  expect(await adjust(-5)).toEqual({ balanceBefore: 75, balance: 70, replayed: false });
  await hand.issue(20, "t1");
  await hand.settle("t1", 12);
  expect(await refund(12, { ticketId: "t1" })).toMatchObject({ balanceBefore: 58, balance: 70 });
  await hand.checkLedger();

  const { items } = await ledger();
  expect(items.map(({ kind, balance, reason }) => [kind, Number(balance), reason])).toEqual([
    ["refund", 70, why.reason],
    ["release", 58, ""],
    ["settle", 50, ""],
    ["reserve", 50, ""],
    ["adjust", 70, why.reason],
    ["refund", 75, why.reason],
    ["debit", 60, ""],
    ["grant", 100, why.reason],
  ]);
  expect(items.find(({ kind }) => kind === "debit")).toMatchObject({ charged: 40n, refunded: 15n });
  expect(items.find(({ kind }) => kind === "settle")).toMatchObject({ charged: 12n, refunded: 12n });
  const { items: audit } = await authority.audit.list(actor, { action: "license.", limit: 10 });
  expect(audit.map(({ action, before, after }) => ({ action, before, after }))).toMatchObject([
    {
      action: "license.charge_refunded",
      before: { balance: 58 },
      after: { balance: 70, ticketId: "t1", ...why },
    },
    {
      action: "license.balance_adjusted",
      before: { balance: 75 },
      after: { balance: 70, amount: -5, ...why },
    },
    { action: "license.charge_refunded", before: { balance: 60 }, after: { balance: 75, eventId: "e1" } },
    { action: "license.credits_granted", before: { balance: 0 }, after: { balance: 100, kind: "prepaid" } },
  ]);
});

test("a charge is given back once and at most whole; a balance falls no lower than its overdraft", async () => {
  const { hand, grant, adjust, refund, actor, id } = await createTraded(10);
  await grant(50);
  await hand.debit(30, "e1");
  await hand.issue(5, "pending");
  await expect(refund(31, { eventId: "e1" })).rejects.toEqual(refused("invalid_request"));
  await refund(10, { eventId: "e1" });
  await expect(refund(11, { eventId: "e1" })).rejects.toEqual(refused("invalid_request"));
  await expect(refund(1, { eventId: "never" })).rejects.toEqual(refused("not_found"));
  await expect(refund(1, { ticketId: "pending" })).rejects.toEqual(refused("not_found"));
  await expect(adjust(-36)).rejects.toEqual(refused("insufficient_credits"));
  expect(await adjust(-35)).toMatchObject({ balance: -10 });
  const other = await createTraded();
  await expect(
    authority.balances.refund(other.actor, { id: other.id, amount: 1, of: { eventId: "e1" }, ...why }),
  ).rejects.toEqual(refused("not_found"));
  const strange = await Promise.allSettled([
    authority.balances.get(other.actor, id),
    authority.balances.tickets(other.actor, { id, limit: 5 }),
    authority.balances.ledger(other.actor, { id, limit: 5 }),
    authority.balances.adjust(other.actor, { id, requestId: newUuid(), amount: 1, ...why }),
  ]);
  expect(strange).toEqual(strange.map(() => ({ status: "rejected", reason: refused("not_found") })));
  expect(await authority.balances.list(actor, { limit: 5 })).toMatchObject({ items: [{ accountId: id }] });
  await hand.checkLedger();
});

test("whatever is asked twice, at once or later, is done once, and the ledger adds up to what was done", async () => {
  const traded = await createTraded();
  const request = fc.oneof(
    fc.record({ kind: fc.constant("grant"), id: fc.nat(4), amount: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ kind: fc.constant("adjust"), id: fc.nat(4), amount: fc.integer({ min: -40, max: 40 }) }),
    fc.record({ kind: fc.constant("debit"), id: fc.nat(4), amount: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ kind: fc.constant("refund"), id: fc.nat(4), amount: fc.integer({ min: 1, max: 20 }) }),
  );
  const batches = fc.array(fc.array(request, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(batches, async (asked) => {
      const ids = Array.from({ length: 5 }, () => newUuid());
      const before = await traded.hand.balance();
      const done = new Map<string, number>();
      for (const batch of asked) {
        const answers = await Promise.allSettled(
          // Each is asked for twice at the same time, as by two tabs.
          batch.flatMap((each) => [once(each, ids), once(each, ids)]),
        );
        for (const answer of answers) {
          if (answer.status === "rejected") {
            expect(answer.reason).toBeInstanceOf(SignetError);
            continue;
          }
          const { key, effect } = answer.value;
          if (effect !== 0) expect(done.get(key) ?? effect, key).toBe(effect);
          if (effect !== 0) done.set(key, effect);
        }
      }
      const sum = [...done.values()].reduce((total, effect) => total + effect, 0);
      expect((await traded.hand.balance()) - before).toBe(sum);
      await traded.hand.checkLedger();
    }),
    { numRuns: RUNS },
  );

  /** What it did, or found done: the change of the balance under this key. */
  async function once({ kind, id, amount }: { kind: string; id: number; amount: number }, ids: string[]) {
    const requestId = ids[id] ?? "";
    const key = `${kind} ${requestId}`;
    if (kind === "debit")
      return { key, effect: (await traded.hand.debit(amount, requestId)) === "accepted" ? -amount : 0 };
    if (kind === "grant") await traded.grant(amount, requestId);
    if (kind === "adjust" && amount !== 0) await traded.adjust(amount, requestId);
    if (kind === "refund") await traded.refund(amount, { eventId: requestId });
    return { key, effect: amount };
  }
});

test("the ledger is paged by entry and narrowed by kind and time, nothing twice and nothing left out", async () => {
  const { hand, grant, ledger } = await createTraded();
  await grant(1_000);
  for (let n = 0; n < 5; n++) {
    authority.clock.advance(60_000);
    await hand.debit(n + 1, `e${n}`);
  }
  const third = (await ledger({ kind: "debit" })).items[2]?.recordedAt;
  const seen: number[] = [];
  let cursor: string | null = null;
  do {
    const page = await ledger({ limit: 2, cursor });
    seen.push(...page.items.map(({ entry }) => Number(entry)));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([6, 5, 4, 3, 2, 1]);
  expect((await ledger({ kind: "grant" })).items).toHaveLength(1);
  expect((await ledger({ from: third })).items.map(({ spent }) => spent)).toEqual([5n, 4n, 3n]);
  expect((await ledger({ to: third })).items.map(({ spent }) => spent)).toEqual([2n, 1n, 0n]);
  expect((await ledger({ from: third, to: third })).items).toEqual([]);
});

test("grants burn in their order, and tickets say who has them and what became of them", async () => {
  const { actor, id, hand, grant } = await createTraded();
  await grant(30);
  await authority.balances.grant(actor, {
    id,
    requestId: newUuid(),
    kind: "promo",
    amount: 10,
    priority: 1,
    expiresAt: new Date(authority.clock.now().getTime() + 86_400_000),
    ...why,
  });
  await hand.issue(12, "t1");
  await hand.settle("t1", 12);
  await hand.issue(3, "t2");
  const account = await authority.balances.get(actor, id);
  expect(account).toMatchObject({
    reserved: 3n,
    grants: [{ kind: "prepaid", remaining: 28n }],
    endedGrants: [{ kind: "promo", remaining: 0n }],
  });
  const first = await authority.balances.tickets(actor, { id, limit: 1 });
  expect(first.items).toMatchObject([{ id: "t2", status: "pending", activationId: hand.activationId }]);
  const rest = await authority.balances.tickets(actor, { id, limit: 5, cursor: first.nextCursor });
  expect(rest).toMatchObject({ items: [{ id: "t1", status: "settled", used: 12n }], nextCursor: null });
  expect((await authority.balances.tickets(actor, { id, limit: 5, status: "pending" })).items).toHaveLength(
    1,
  );
});
