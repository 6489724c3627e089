import { expect, test } from "vitest";
import type { Code } from "./codes.ts";
import { DEFAULT_RULES, type PolicyOverrides, type PolicyRules } from "./policy.ts";
import { advisePolicy, withChange } from "./policy-advice.ts";

const meter = { periodCredits: 10, period: "day", ticketTtlSeconds: 60, ticketAmountMax: null } as const;
const RULES: PolicyRules = {
  ...DEFAULT_RULES,
  type: "subscription",
  durationDays: 30,
  activationsMax: 2,
  seats: 3,
  meters: { render: { ...meter, overdraft: 5 } },
};
const at = (time: string) => new Date(`2026-03-${time}Z`);

function refused(code: Code, rule: string, facts: object, time = "02T10:00:00") {
  return { operation: "any", code, rule, facts: { ...facts }, at: at(time), byDevice: true };
}
const noSeat = (holder: string, time?: string) =>
  refused("no_seats_available", "seats.seats", { holder, seats: 3, inUse: 3 }, time);
const heldOne = (inUse: number) =>
  refused("no_seats_available", "seats.seatsPerHolderMax", { holder: "a", held: 1, seats: 3, inUse });
const expired = (time: string) =>
  refused("license_expired", "validity.expiresAt", { expiresAt: at("01T00:00:00").toISOString() }, time);
const short = (amount: number, balance?: number) =>
  refused("insufficient_credits", "usage.overdraft", { meter: "render", amount, balance });
const full = refused("activation_limit_reached", "devices.activationsMax", {
  activationCount: 2,
  activationsMax: 2,
});

test.each([
  ["nobody turned away", [], [], 0],
  [
    "three people on the worst day, one of them twice",
    [noSeat("a"), noSeat("a"), noSeat("b"), noSeat("c"), noSeat("a", "03T10:00:00")],
    [["seats", 6, "5 checkouts found no seat, at most 3 people of one license on one day: 3 more seats"]],
    0,
  ],
  [
    "devices",
    [full, full],
    [["activationsMax", 3, "with 2 devices active: 1 more device would have let each in"]],
    0,
  ],
  [
    "a person's seats while seats were free",
    [heldOne(2)],
    [["seatsPerHolderMax", 2, "with 2 for a person"]],
    0,
  ],
  ["a person's seats while none was free", [heldOne(3)], [], 1],
  ["shortly after the end", [expired("04T12:00:00")], [["graceDays", 4, "4 days of grace instead of 0"]], 0],
  ["long after the end", [expired("25T12:00:00")], [], 1],
  ["credits", [short(12, 3), short(4, 0)], [["overdraft", 9, "an overdraft of 9 instead of 5"]], 0],
  ["credits of a balance not recorded", [short(12)], [], 1],
] as const)("%s", (_, decisions, expected, unsettled) => {
  const advice = advisePolicy(RULES, [{ overrides: {}, decisions }]);
  expect(advice.suggestions.map(({ change, sentence }) => [change.rule, change.to, sentence])).toEqual(
    expected.map(([rule, to, words]) => [rule, to, expect.stringContaining(words)]),
  );
  expect(advice.unsettled).toHaveLength(unsettled);
});

test("what a suggestion gives is not suggested again", () => {
  const decisions = [noSeat("a"), full, heldOne(2), expired("04T12:00:00"), short(12, 3)];
  let rules = RULES;
  const { suggestions } = advisePolicy(rules, [{ overrides: {}, decisions }]);
  for (const { change } of suggestions) rules = withChange(rules, change);
  expect(suggestions).toHaveLength(5);
  expect(
    advisePolicy({ ...rules, seatsPerHolderMax: 1 }, [{ overrides: {}, decisions }]).suggestions,
  ).toMatchObject([{ change: { rule: "seatsPerHolderMax" } }]);
  expect(advisePolicy(rules, [{ overrides: {}, decisions }]).suggestions).toEqual([]);
});

test("licenses with terms of their own do not speak for the policy, nor do seats of which a person may hold several", () => {
  const decisions = [noSeat("a"), full];
  const overrides: PolicyOverrides = { seats: 3, activationsMax: 2 };
  expect(advisePolicy(RULES, [{ overrides, decisions }])).toEqual({ suggestions: [], unsettled: [] });
  const several = advisePolicy({ ...RULES, seatsPerHolderMax: null }, [
    { overrides: {}, decisions: [noSeat("a")] },
  ]);
  expect(several).toMatchObject({
    suggestions: [],
    unsettled: [expect.stringContaining("may hold several")],
  });
});
