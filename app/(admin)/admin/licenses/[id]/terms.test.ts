import { expect, test } from "vitest";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { termSections } from "./terms.ts";

const NAMES = { features: { "export-4k": "4K export" }, meters: { minutes: "Render minutes" } };

function said(effective: Partial<PolicyRules>, policy: Partial<PolicyRules> = effective) {
  const sections = termSections({ ...DEFAULT_RULES, ...effective }, { ...DEFAULT_RULES, ...policy }, NAMES);
  const lines = sections.flatMap((section) => section.lines);
  return Object.fromEntries(lines.map(({ path, value, policyValue }) => [path, [value, policyValue]]));
}

test("what does not apply is left out: no seats, no grace, no offline days", () => {
  const sections = termSections(DEFAULT_RULES, DEFAULT_RULES, NAMES);
  expect(sections.map(({ title }) => title)).toEqual(["Validity", "Devices", "Offline"]);
  expect(sections.flatMap(({ lines }) => lines.map(({ path }) => path))).not.toContain("graceDays");
});

test("a term the license has otherwise says what the policy says, and no other does", () => {
  const policy = { activationsMax: 3, features: { "export-4k": true, tier: "gold" } };
  const own = { activationsMax: null, features: { "export-4k": false, tier: "gold" } };
  const terms = said(own, policy);
  expect(terms).toMatchObject({
    activationsMax: ["Any number", "3"],
    "features/export-4k": [expect.any(String), "granted"],
  });
  expect(Object.values(terms).filter(([, policyValue]) => policyValue !== undefined)).toHaveLength(2);
});
