import { expect, test } from "vitest";
import { DEFAULT_RULES, type PolicyRules } from "./policy.ts";
import { policyDiff } from "./policy-diff.ts";

const minutes = {
  periodCredits: 10,
  period: "month",
  overdraft: 0,
  ticketTtlSeconds: 60,
  ticketAmountMax: null,
} as const;

test("the same rules have no difference, however their keys are ordered", () => {
  const rules: PolicyRules = { ...DEFAULT_RULES, features: { a: true, b: 1 }, meters: { minutes } };
  const { type, ...rest } = rules;
  expect(policyDiff(rules, { ...rest, features: { b: 1, a: true }, type })).toEqual([]);
});

test("each rule that differs is named by its path, with both values", () => {
  const before: PolicyRules = { ...DEFAULT_RULES, features: { a: true, b: 1 }, reservedSeats: { ops: 1 } };
  const after: PolicyRules = {
    ...DEFAULT_RULES,
    activationsMax: null,
    fingerprintMatch: { atLeast: 3 },
    features: { a: false, c: "gold" },
    meters: { minutes },
    reservedSeats: { ops: 2 },
  };
  expect(policyDiff(before, after)).toEqual([
    { path: "activationsMax", before: 1, after: null },
    { path: "fingerprintMatch", before: "most", after: { atLeast: 3 } },
    { path: "reservedSeats/ops", before: 1, after: 2 },
    { path: "features/a", before: true, after: false },
    { path: "features/b", before: 1, after: undefined },
    ...Object.entries(minutes).map(([name, value]) => ({
      path: `meters/minutes/${name}`,
      before: undefined,
      after: value,
    })),
    { path: "features/c", before: undefined, after: "gold" },
  ]);
});
