import { expect, test } from "vitest";
import { contradictions, policyRules } from "#server/domain/policy.ts";
import { TEMPLATES } from "./templates.ts";

test.each(TEMPLATES)("the template $name can be published as it is, for any product", ({ rules }) => {
  expect(policyRules.parse(rules)).toEqual(rules);
  expect(contradictions(rules, { features: {}, meters: [] })).toEqual([]);
});
