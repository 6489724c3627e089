import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { isCode } from "#server/domain/codes.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { redecide } from "#server/domain/redecide.ts";
import type { PastDecision } from "#server/domain/redecision.ts";
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
import { activateRequest, createRuntime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { METER_RULES } from "#server/testing/usage.ts";

const DAY_MS = 86_400_000;
const METER = "render-minutes";
const clock = new TestClock("2030-01-01");
let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl, createRuntime(database.appUrl, clock));
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, { activationsMax: null });
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

type Step =
  | { readonly kind: "activate"; readonly devices: readonly number[] }
  | { readonly kind: "checkout"; readonly holders: readonly number[]; readonly group: boolean }
  | { readonly kind: "borrow"; readonly holder: number; readonly days: number }
  | { readonly kind: "ticket"; readonly amount: number }
  | { readonly kind: "usage"; readonly amount: number }
  | { readonly kind: "refresh" }
  | { readonly kind: "wait"; readonly days: number };

const asked: fc.Arbitrary<Exclude<Step, { kind: "wait" }>> = fc.oneof(
  fc.record({
    kind: fc.constant("activate" as const),
    devices: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("checkout" as const),
    holders: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
    group: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("borrow" as const),
    holder: fc.nat(3),
    days: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constantFrom("ticket" as const, "usage" as const), amount: fc.constantFrom(1, 4, 9) }),
  fc.record({ kind: fc.constant("refresh" as const) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: asked },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), days: fc.constantFrom(1, 9) }) },
);
const chance = (often: number, seldom: number) => fc.constantFrom(often, often, often, seldom);
const someRules: fc.Arbitrary<Partial<PolicyRules>> = fc
  .record({
    activationsMax: fc.option(fc.integer({ min: 1, max: 4 })),
    graceDays: fc.constantFrom(0, 5, 20),
    seats: chance(2, 0),
    more: fc.nat(2),
    overageSeats: fc.nat(1),
    seatsPerHolderMax: fc.option(fc.integer({ min: 1, max: 2 })),
    borrowDaysMax: fc.nat(3),
    borrowedSeatsMax: fc.nat(2),
    reserves: chance(0, 1),
    metered: chance(1, 0),
    overdraft: fc.constantFrom(0, 3, 6),
    ticketAmountMax: fc.option(fc.constantFrom(3, 5)),
  })
  .map(({ more, seats, reserves, metered, overdraft, ticketAmountMax, ...rules }) => ({
    ...rules,
    type: "subscription" as const,
    durationDays: 10,
    seats: seats === 0 ? 0 : seats + more,
    overageSeats: seats === 0 ? 0 : rules.overageSeats,
    borrowedSeatsMax: seats === 0 ? 0 : rules.borrowedSeatsMax,
    reservedSeats: seats > 0 && reserves === 1 ? { ops: 1 } : {},
    meters:
      metered === 1 ? { [METER]: { ...METER_RULES, periodCredits: 10, overdraft, ticketAmountMax } } : {},
  }));

/** A license with devices that do what steps say, the same as its twin's. */
async function twin(rules: Partial<PolicyRules>) {
  const { tenantId } = actor;
  const { id, key } = await issueOne(authority, actor, catalog, { overrides: rules });
  const { activations, leases, usage, database: db } = authority;
  const devices: string[] = [];
  const binding = () => ({
    nonce: randomSecret(16),
    requestHash: randomSecret(32),
    correlationId: `cor_${randomSecret(9)}`,
  });
  const device = (index: number) => devices[index % devices.length] ?? "";
  const activate = (name: string) => activations.activate(tenantId, activateRequest(key, name));
  async function act(step: Step): Promise<void> {
    switch (step.kind) {
      case "activate":
        await Promise.all(step.devices.map((n) => activate(`d${n}`)));
        return;
      case "checkout":
        await Promise.all(
          step.holders.map((n) =>
            leases.checkout(tenantId, {
              activationId: device(n),
              holder: `h${n % 2}`,
              ...(step.group ? { group: "ops" } : {}),
              ...binding(),
            }),
          ),
        );
        return;
      case "borrow": {
        const { holder: n, days } = step;
        const borrowSeconds = days * 86_400;
        await leases.checkout(tenantId, {
          activationId: device(n),
          holder: `h${n % 2}`,
          borrowSeconds,
          ...binding(),
        });
        return;
      }
      case "ticket":
      case "usage": {
        const { amount } = step;
        const caller = { licenseId: id, activationId: device(0), ...binding() };
        const request = { id: newUuid(), meter: METER, amount };
        if (step.kind === "ticket") await usage.issue(tenantId, { ...caller, ...request });
        else await usage.record(tenantId, { ...caller, events: [{ ...request, occurredAt: clock.now() }] });
        return;
      }
      case "refresh":
        await activations.refresh(tenantId, { activationId: device(0), ...binding() });
        return;
      case "wait":
        clock.advance(step.days * DAY_MS);
    }
  }
  for (const name of ["d0", "d1", "d2"]) {
    const decision = await activate(name);
    if (decision.outcome === "granted") devices.push(decision.value.activationId);
  }
  /** What the latest step decided, in order. */
  async function decided(since: ReadonlySet<string>) {
    const events = await db.withTenant(tenantId, (tx) =>
      tx.runtimeEvent.findMany({ where: { tenantId, licenseId: id }, orderBy: { id: "asc" } }),
    );
    return events.filter((event) => !since.has(event.id));
  }
  return { id, act, decided };
}

type Event = Awaited<ReturnType<Awaited<ReturnType<typeof twin>>["decided"]>>[number];

function pastOf({ operation, code, rule, facts, at, activationId }: Event): PastDecision {
  if (code !== null && !isCode(code)) throw new Error(`${code} is no code`);
  return { operation, code, rule, facts: Object(facts), at, byDevice: activationId !== null };
}

test("a decision made again is the one that the services make under those rules, and under the same rules the same", async () => {
  const { tenantId } = actor;
  const told = { same: 0, differs: 0, untold: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 8 }),
      asked,
      someRules,
      someRules,
      async (history, last, first, second) => {
        const before: PolicyRules = { ...DEFAULT_RULES, activationsMax: null, ...first };
        const after: PolicyRules = { ...DEFAULT_RULES, activationsMax: null, ...second };
        const [one, other] = [await twin(before), await twin(before)];
        for (const each of history) {
          clock.advance(1);
          await one.act(each);
          await other.act(each);
        }
        const end = await authority.database.withTenant(tenantId, (tx) =>
          tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: one.id } } }),
        );
        clock.advance(1);
        const known = await one.decided(new Set());
        const knownOther = await other.decided(new Set());
        await authority.licenses.setOverrides(actor, other.id, after);
        clock.advance(1);
        await one.act(last);
        await other.act(last);
        const circumstances = { after, end: end.expiresAt, unchangedSince: null };
        const made = await one.decided(new Set(known.map(({ id }) => id)));
        for (const event of [...known, ...made]) {
          const same = redecide(pastOf(event), { ...circumstances, before, after: before });
          expect(same.kind, `${event.operation} ${event.code} under the same rules`).not.toBe("differs");
        }
        // A batch's decisions hang on each other: only one that was made alone is compared.
        const theirs = await other.decided(new Set(knownOther.map(({ id }) => id)));
        const [event] = made;
        const [real] = theirs;
        if (made.length > 1 || theirs.length > 1 || event === undefined || real === undefined) return;
        const verdict = redecide(pastOf(event), { ...circumstances, before });
        told[verdict.kind]++;
        if (verdict.kind === "untold") return;
        const judged = verdict.kind === "same" ? event.code : verdict.code;
        expect(judged, `${event.operation} ${event.code} ${JSON.stringify(event.facts)}`).toBe(real.code);
      },
    ),
    { numRuns: 40 },
  );
  expect(told.differs).toBeGreaterThan(0);
  expect(told.untold).toBeLessThan(told.same + told.differs);
}, 120_000);
