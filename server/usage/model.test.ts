import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount, METER_RULES, type TestAccount } from "#server/testing/usage.ts";
import * as model from "#server/testing/usage-model.ts";
import { createUsageStore, type UsageStore } from "./usage-store.ts";

const START = "2030-01-30T12:00:00Z";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** One pays as it goes with an overdraft, the other has credits for each day. */
const RULES = [
  { ...METER_RULES, overdraft: 4, ticketAmountMax: 9 },
  { ...METER_RULES, period: "day", periodCredits: 12, ticketTtlSeconds: 5 * 3600 },
] as const;

// Few ids, small amounts and two accounts, so that everything meets everything else.
const account = fc.nat({ max: 1 });
const amount = fc.integer({ min: 1, max: 10 });
const eventId = fc.nat({ max: 14 }).map((n) => `e${n}`);
const ticketId = fc.nat({ max: 9 }).map((n) => `t${n}`);
const batch = fc.oneof(
  fc.record({
    kind: fc.constant("record" as const),
    items: fc.array(
      fc.record({
        account,
        events: fc.array(fc.record({ id: eventId, amount, atMs: fc.nat({ max: 1 }) }), {
          minLength: 1,
          maxLength: 4,
        }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record({
    kind: fc.constant("issue" as const),
    items: fc.array(fc.record({ account, id: ticketId, amount }), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant("end" as const),
    items: fc.array(
      fc.record({ account, id: ticketId, used: fc.option(fc.nat({ max: 10 }), { nil: undefined }) }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
);
type Batch = typeof batch extends fc.Arbitrary<infer Value> ? Value : never;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("together" as const),
      batches: fc.array(batch, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("grant" as const),
      account,
      amount,
      priority: fc.constantFrom(50, 100),
      days: fc.constantFrom(0, 1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("refund" as const),
      account,
      amount,
      of: fc.oneof(
        eventId.map((id) => ({ eventId: id })),
        ticketId.map((id) => ({ ticketId: id })),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("adjust" as const),
      account,
      amount: fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sweep" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("look" as const) }) },
);

let testDatabase: TestDatabase;
let servers: readonly Runtime[];
let stores: readonly UsageStore[];
const clock = new TestClock(START);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  servers = [createRuntime(testDatabase.appUrl, clock), createRuntime(testDatabase.appUrl, clock)];
  stores = servers.map(({ database }) => createUsageStore(database.pool, clock));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await testDatabase.drop();
});

/** One batch, as one call of the SQL function on one of the servers; its answers as text. */
async function run(
  tenantId: string,
  accounts: readonly TestAccount[],
  store: UsageStore,
  { kind, items }: Batch,
) {
  const who = (index: number) => {
    const { licenseId, activationId, correlationId } = pick(accounts, index).caller();
    return {
      license_id: licenseId,
      activation_id: activationId,
      event_id: newUuid(),
      correlation_id: correlationId,
    };
  };
  if (kind === "record") {
    const answers = await store.record(
      tenantId,
      items.map((item) => ({
        ...who(item.account),
        events: item.events.map(({ id, amount: asked, atMs }) => ({
          id,
          meter: "credits",
          amount: asked,
          occurredAt: new Date(atMs),
        })),
      })),
    );
    return answers.flatMap(({ events }) =>
      events.map((each) =>
        each.outcome === "denied" ? each.code : `${each.outcome} ${each.entry} ${each.balance}`,
      ),
    );
  }
  if (kind === "issue") {
    const rows = await store.issue(
      tenantId,
      items.map((item) => ({ ...who(item.account), id: item.id, meter: "credits", amount: item.amount })),
    );
    return rows.map(
      (row) => row.code ?? `${row.replayed ? "replayed" : "issued"} ${row.entry} ${row.balance}`,
    );
  }
  const rows = await store.end(
    tenantId,
    items.map((item) => ({
      ...who(item.account),
      id: item.id,
      verb: item.used === undefined ? "void" : "settle",
      used: item.used,
    })),
  );
  return rows.map((row) => row.code ?? `${row.replayed ? "replayed" : "ended"} ${row.entry} ${row.balance}`);
}

/** What the model answers to the same batch, which it changes by it. */
function imagine(state: model.UsageModel, { kind, items }: Batch): string[] {
  const touched =
    kind === "end"
      ? items.flatMap(({ id }) => state.tickets[id]?.account ?? [])
      : items.map((item) => item.account);
  for (const index of new Set(touched)) model.renew(state, index);
  if (kind === "record")
    return items.flatMap((item) =>
      item.events.map((event) => model.record(state, item.account, event.id, event.amount, event.atMs)),
    );
  if (kind === "issue") return items.map((item) => model.issue(state, item.account, item.id, item.amount));
  return items.map((item) => model.end(state, item.account, item.id, item.used));
}

/** The model after the batches in some order in which it answers what the database answered; undefined: there is none. */
function explain(
  state: model.UsageModel,
  batches: readonly { batch: Batch; answers: readonly string[] }[],
): model.UsageModel | undefined {
  if (batches.length === 0) return state;
  for (const [index, { batch: first, answers }] of batches.entries()) {
    const next = structuredClone(state);
    if (imagine(next, first).join() !== answers.join()) continue;
    const found = explain(next, batches.toSpliced(index, 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function check(state: model.UsageModel, accounts: readonly TestAccount[]): Promise<void> {
  for (const [index, account] of accounts.entries()) {
    model.renew(state, index);
    const { granted, reserved, spent } = pick(state.accounts, index);
    expect(await account.account()).toMatchObject({ granted, reserved, spent });
    await account.checkLedger();
  }
}

async function look(state: model.UsageModel, accounts: readonly TestAccount[]): Promise<void> {
  for (const [index, account] of accounts.entries()) {
    model.renew(state, index);
    const { grants } = pick(state.accounts, index);
    expect(await account.remaining()).toEqual(model.inBurnOrder(grants).map((grant) => grant.remaining));
  }
}

test("whatever two servers are asked at once, every answer, balance and grant is as if it had been done one after the other", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      clock.turnTo(START);
      const [server] = servers;
      if (server === undefined) throw new Error("There is no server.");
      const tenant = await createTenant(server);
      const { tenantId } = tenant;
      const accounts: TestAccount[] = [];
      for (const rules of RULES) accounts.push(await createAccount(server, tenant, rules));
      let state = model.createModel(clock.now().getTime(), RULES);

      for (const each of steps) {
        if (each.kind === "together") {
          const answers = await Promise.all(
            each.batches.map((batch, n) => run(tenantId, accounts, pick(stores, n % stores.length), batch)),
          );
          const done = each.batches.map((batch, n) => ({ batch, answers: answers[n] ?? [] }));
          const next = explain(state, done);
          if (next === undefined) {
            const imagined = each.batches.map((batch) => imagine(structuredClone(state), batch));
            throw new Error(`No order explains ${JSON.stringify({ done, imagined })}`);
          }
          state = next;
        } else if (each.kind === "wait") {
          clock.advance(each.hours * HOUR_MS);
          state.nowMs = clock.now().getTime();
        } else if (each.kind === "sweep") {
          model.expireTickets(state);
          await stores[0]?.expireTickets(tenantId, 100);
          await stores[1]?.expireCredits(tenantId, 100);
        } else if (each.kind === "look") {
          await look(state, accounts);
        } else {
          // No two grants of one moment, whose order would be their ids'; but many of one expiry, and that of a period.
          clock.advance(1);
          state.nowMs = clock.now().getTime();
          const hand = pick(accounts, each.account);
          model.renew(state, each.account);
          if (each.kind === "grant") {
            const expiresMs =
              each.days === 0
                ? Number.POSITIVE_INFINITY
                : (Math.floor(state.nowMs / DAY_MS) + each.days) * DAY_MS;
            const expiresAt = each.days === 0 ? null : new Date(expiresMs);
            expect(await hand.grant(each.amount, { priority: each.priority, expiresAt })).toMatchObject(
              model.addGrant(state, each.account, each.amount, each.priority, expiresMs),
            );
          } else {
            const line =
              each.kind === "refund"
                ? model.refund(state, each.account, each.of, each.amount)
                : model.adjust(state, each.account, each.amount);
            const doing =
              each.kind === "refund" ? hand.refund(each.amount, each.of) : hand.adjust(each.amount);
            if (line === undefined) await expect(doing).rejects.toThrow();
            else expect(await doing).toMatchObject(line);
          }
        }
        await check(state, accounts);
      }
      await look(state, accounts);
    }),
    // A race does not happen again on demand, so shrinking would only search for it in vain.
    { numRuns: 60, endOnFailure: true },
  );
}, 300_000);

function pick<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`There is nothing at ${index}.`);
  return value;
}
