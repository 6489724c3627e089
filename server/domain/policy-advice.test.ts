import { expect, test } from "vitest";
import type { Code } from "./codes.ts";
import { DEFAULT_RULES, type PolicyOverrides, type PolicyRules } from "./policy.ts";
import { advisePolicy, type LabHistory } from "./policy-advice.ts";
import { type LicenseHistory, withChange } from "./policy-suggestion.ts";

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
/** What is advised from one license. */
function advise(rules: PolicyRules, history: Partial<LicenseHistory>, lab: readonly LabHistory[] = []) {
  const { leaseTtlSeconds, heartbeatSeconds } = rules;
  const license = { overrides: {}, decisions: [], leases: [], leaseTtlSeconds, heartbeatSeconds, ...history };
  return advisePolicy(rules, [license], { now: at("30T00:00:00"), lab });
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
  const advice = advise(RULES, { decisions });
  expect(advice.suggestions.map(({ change, sentence }) => [change.rule, change.to, sentence])).toEqual(
    expected.map(([rule, to, words]) => [rule, to, expect.stringContaining(words)]),
  );
  expect(advice.unsettled).toHaveLength(unsettled);
});

test("what a suggestion gives is not suggested again", () => {
  const decisions = [noSeat("a"), full, heldOne(2), expired("04T12:00:00"), short(12, 3)];
  let rules = RULES;
  const { suggestions } = advise(rules, { decisions });
  for (const { change } of suggestions) rules = withChange(rules, change);
  expect(suggestions).toHaveLength(5);
  expect(advise({ ...rules, seatsPerHolderMax: 1 }, { decisions }).suggestions).toMatchObject([
    { change: { rule: "seatsPerHolderMax" } },
  ]);
  expect(advise(rules, { decisions }).suggestions).toEqual([]);
});

test("licenses with terms of their own do not speak for the policy, nor do seats of which a person may hold several", () => {
  const decisions = [noSeat("a"), full];
  const overrides: PolicyOverrides = { seats: 3, activationsMax: 2 };
  expect(advise(RULES, { overrides, decisions })).toEqual({ suggestions: [], unsettled: [] });
  const several = advise({ ...RULES, seatsPerHolderMax: null }, { decisions: [noSeat("a")] });
  expect(several).toMatchObject({
    suggestions: [],
    unsettled: [expect.stringContaining("may hold several")],
  });
});

const RARE = { ...RULES, leaseTtlSeconds: 900, heartbeatSeconds: 60 };
const lease = (granted: string, end: string, ended: "released" | "expired") => ({
  grantedAt: at(granted),
  endedAt: at(end),
  ended,
});

test("seats that came back late suggest a shorter lease by as many as it would have served, and no more than seats came back", () => {
  const leases = [
    // Silent from 09:45 on: free again at 09:48 under three heartbeats.
    lease("02T09:00:00", "02T10:00:00", "expired"),
    lease("02T09:00:00", "02T10:30:00", "released"),
  ];
  const decisions = ["09:47:00", "09:50:00", "09:55:00", "10:05:00"].map((time) => noSeat("a", `02T${time}`));
  const [first] = advise(RARE, { leases, decisions }).suggestions.filter(
    ({ change }) => change.rule === "leaseTtlSeconds",
  );
  expect(first?.change).toEqual({ rule: "leaseTtlSeconds", to: 180, heartbeatSeconds: 60 });
  expect(first?.sentence).toMatch(
    /^1 of 2 seats came back only because .* silent for 15 minutes, and 1 checkout found no seat meanwhile: after 3 minutes/,
  );
  const shorter = { ...RARE, leaseTtlSeconds: 180 };
  const rulesOf = (rules: PolicyRules, history: Partial<LicenseHistory>) =>
    advise(rules, history).suggestions.map(({ change }) => change.rule);
  expect(rulesOf(shorter, { leases, decisions, leaseTtlSeconds: 900 })).toEqual(["seats"]);
  expect(rulesOf(RARE, { leases, decisions: decisions.slice(0, 1) })).toEqual(["seats"]);
  expect(rulesOf(RARE, { leases, decisions, overrides: { leaseTtlSeconds: 900 } })).toEqual(["seats"]);
});

test("seats renewed often, for which nobody waited, suggest a calmer heartbeat and say what it would have saved and cost", () => {
  const busy = { ...RULES, leaseTtlSeconds: 30, heartbeatSeconds: 10 };
  const leases = [
    lease("02T00:00:00", "03T06:00:00", "released"),
    lease("02T00:00:00", "02T02:00:00", "expired"),
  ];
  const [first] = advise(busy, { leases }).suggestions;
  expect(first?.change).toEqual({ rule: "leaseTtlSeconds", to: 180, heartbeatSeconds: 60 });
  expect(first?.sentence).toBe(
    "Seats were held for 32 hours, each renewed 360 times an hour: about 11,520 heartbeats. One a minute would have been 1,920. 1 seat that fell silent would have come back after 3 minutes instead of 30 seconds, and nobody waited for one.",
  );
  if (first !== undefined) expect(advise(withChange(busy, first.change), { leases }).suggestions).toEqual([]);
  expect(advise(busy, { leases: leases.slice(1) }).suggestions).toEqual([]);
  const waited = advise(busy, { leases, decisions: [noSeat("a")] }).suggestions;
  expect(waited.map(({ change }) => change.rule)).toEqual(["seats"]);
});

test("what was renewed is counted as each license's own version had it, and not as the draft would", () => {
  const leases = [{ grantedAt: at("01T00:00:00"), endedAt: at("29T00:00:00"), ended: "released" as const }];
  const draft = { ...RULES, leaseTtlSeconds: 45, heartbeatSeconds: 15 };
  const [first] = advise(draft, { leases, leaseTtlSeconds: 90, heartbeatSeconds: 30 }).suggestions;
  expect(first?.sentence).toContain("each renewed 120 times an hour: about 80,640 heartbeats.");
});

test("a run of the scenario lab speaks for a policy of the very same bounds, says so, and is silent where customers have spoken", () => {
  const credits = refused("insufficient_credits", "usage.overdraft", {
    meter: "credits",
    amount: 500,
    balance: 65,
  });
  const lab = [
    { rules: { ...RULES, meters: {} }, decisions: [noSeat("cy")] },
    { rules: { ...RULES, seats: 0, meters: { credits: { ...meter, overdraft: 5 } } }, decisions: [credits] },
  ];
  const fromLab = advise(RULES, {}, lab).suggestions;
  expect(fromLab.map(({ from, change }) => [from, change])).toEqual([
    ["lab", { rule: "seats", to: 4 }],
    ["lab", { rule: "overdraft", meter: "render", to: 435 }],
  ]);
  expect(fromLab[0]?.sentence).toMatch(
    /^In the scenario lab, with 3 seats as here, 1 checkout found no seat, .* on purpose\.$/,
  );
  expect(advise({ ...RULES, seats: 4, meters: {} }, {}, lab).suggestions).toEqual([]);
  const spoken = advise(RULES, { decisions: [noSeat("a"), noSeat("b")] }, lab).suggestions;
  expect(spoken.map(({ from, change }) => [from, change.rule])).toEqual([
    ["customers", "seats"],
    ["lab", "overdraft"],
  ]);
});
