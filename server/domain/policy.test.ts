import { expect, test } from "vitest";
import { contradictions, DEFAULT_RULES, effectivePolicy, type PolicyRules, policyRules } from "./policy.ts";

const catalog = {
  features: { "export-4k": "flag", "projects-max": "limit", tier: "value" },
  meters: ["minutes"],
} as const;

test("a license's override wins over its policy, and says that it did", () => {
  const { rules, provenance } = effectivePolicy(
    { ...DEFAULT_RULES, activationsMax: 3 },
    { activationsMax: 10 },
  );
  expect(rules.activationsMax).toBe(10);
  expect(provenance.activationsMax).toBe("license");
  expect(provenance.graceDays).toBe("policy");
});

test("an override of null means no limit, not no override", () => {
  const { rules, provenance } = effectivePolicy(
    { ...DEFAULT_RULES, activationsMax: 3 },
    { activationsMax: null },
  );
  expect(rules.activationsMax).toBeNull();
  expect(provenance.activationsMax).toBe("license");
});

test("every rule has a provenance", () => {
  const { provenance } = effectivePolicy(DEFAULT_RULES, {});
  expect(Object.keys(provenance).sort()).toEqual(Object.keys(policyRules.shape).sort());
});

test("the default rules contradict nothing", () => {
  expect(contradictions(DEFAULT_RULES, catalog)).toEqual([]);
});

test.each<[string, Partial<PolicyRules>]>([
  ["/durationDays", { type: "subscription" }],
  ["/durationDays", { type: "perpetual", durationDays: 30 }],
  ["/graceDays", { graceDays: 7 }],
  ["/heartbeatSeconds", { heartbeatSeconds: 200, leaseTtlSeconds: 300 }],
  ["/overageSeats", { overageSeats: 1 }],
  ["/reservedSeats", { seats: 2, reservedSeats: { lab: 3 } }],
  ["/borrowedSeatsMax", { seats: 1, borrowedSeatsMax: 2 }],
  ["/offlineDaysMax", { offlineDaysMax: 30 }],
  ["/features/export-4k", { features: { "export-4k": 4 } }],
  ["/features/projects-max", { features: { "projects-max": true } }],
  ["/features/tier", { features: { tier: 1 } }],
  ["/features/unheard-of", { features: { "unheard-of": true } }],
  // Every JavaScript object has this one.
  ["/features/constructor", { features: Object.fromEntries([["constructor", true]]) }],
])("rules that do not go together name the field: %s", (pointer, change) => {
  const found = contradictions({ ...DEFAULT_RULES, ...change }, catalog);
  expect(found.map((each) => each.pointer)).toContain(pointer);
});
