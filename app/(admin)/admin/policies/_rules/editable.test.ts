import { expect, test } from "vitest";
import { DEFAULT_RULES } from "#server/domain/policy.ts";
import { type Catalog, readRules } from "./editable.ts";

const CATALOG: Catalog = {
  features: [
    { code: "export", name: "Export", description: "", kind: "flag", archivedAt: null },
    { code: "old", name: "Old", description: "", kind: "flag", archivedAt: new Date(0) },
  ],
  meters: [],
};

test("rules that go together have no problem", () => {
  const rules = { ...DEFAULT_RULES, features: { export: true } };
  expect(readRules(rules, CATALOG)).toEqual({ rules, problems: {} });
});

test("a number that is being typed is a problem of its field, and of no other", () => {
  expect(readRules({ ...DEFAULT_RULES, graceDays: null }, CATALOG)).toEqual({
    rules: undefined,
    problems: { graceDays: "Enter a whole number." },
  });
  expect(readRules({ ...DEFAULT_RULES, seats: 200_000 }, CATALOG).problems).toEqual({
    seats: "At most 100,000.",
  });
});

test("a contradiction is told at its field, and what is archived can no longer be granted", () => {
  const { rules, problems } = readRules(
    { ...DEFAULT_RULES, type: "trial", features: { old: true } },
    CATALOG,
  );
  expect(rules).toBeDefined();
  expect(problems).toEqual({
    durationDays: "Say how many days the license lasts.",
    "features.old": "The product has no feature old.",
  });
});
