import { expect, test } from "vitest";
import { DEFAULT_RULES, effectivePolicy, type PolicyOverrides } from "#server/domain/policy.ts";
import { asOverrides, asValues, noOverrides, rulesWith } from "./overrides.ts";

const RULES = {
  ...DEFAULT_RULES,
  activationsMax: 3,
  features: { "export-4k": true, "projects-max": 50, tier: "priority" },
};
const CODES = ["export-4k", "projects-max", "tier", "extra"];

test("an untouched form overrides nothing", () => {
  expect(asOverrides(noOverrides(CODES), RULES)).toEqual({});
});

test.each<[string, PolicyOverrides]>([
  ["a number", { activationsMax: 10, durationDays: 90, graceDays: 0 }],
  ["no limit", { activationsMax: null }],
  ["a choice", { selfServiceDeactivation: false, deviceProofRequired: true, offlineAllowed: true }],
  ["one feature among others", { features: { ...RULES.features, "export-4k": false } }],
  ["a feature the policy does not grant", { features: { ...RULES.features, extra: true } }],
  ["a limit of its own", { features: { ...RULES.features, "projects-max": 5, tier: "gold" } }],
])("%s goes into the form and comes out of it the same", (_, overrides) => {
  expect(asOverrides(asValues(overrides, RULES, CODES), RULES, overrides)).toEqual(overrides);
});

test("what the form has no field for is kept, and what is emptied goes back to the policy", () => {
  const before: PolicyOverrides = { leaseTtlSeconds: 600, activationsMax: 9, features: { tier: "gold" } };
  expect(asOverrides(noOverrides(CODES), RULES, before)).toEqual({ leaseTtlSeconds: 600 });
});

test("what is said in words beforehand is what the server will make of it", () => {
  const overrides = { activationsMax: 7, graceDays: undefined };
  expect(rulesWith(RULES, overrides)).toEqual(effectivePolicy(RULES, overrides).rules);
});
