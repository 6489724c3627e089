import { expect, test } from "vitest";
import { asMoment, auditDiff, fieldName, fieldValue } from "./audit-diff.ts";

test("only what differs is told, field by field", () => {
  const before = { name: "Northwind", email: null, rules: { seats: 1, features: { a: true } } };
  const after = { name: "Northwind", email: "it@northwind.example", rules: { seats: 5, features: {} } };
  expect(auditDiff(before, after)).toEqual([
    { path: ["email"], before: null, after: "it@northwind.example" },
    { path: ["rules", "seats"], before: 1, after: 5 },
    { path: ["rules", "features", "a"], before: true, after: undefined },
  ]);
});

test("what was made is told whole, and what was removed too", () => {
  expect(auditDiff(null, { name: "N", tags: ["x"] })).toEqual([
    { path: ["name"], before: undefined, after: "N" },
    { path: ["tags"], before: undefined, after: ["x"] },
  ]);
  expect(auditDiff({ role: "member" }, null)).toMatchObject([{ before: "member", after: undefined }]);
  expect(auditDiff(null, null)).toEqual([]);
});

test("a field whose name has a dot or a slash stays one field", () => {
  expect(auditDiff(null, { "a.b/c": 1 })).toMatchObject([{ path: ["a.b/c"] }]);
});

test("names and values read as words", () => {
  expect(fieldName(["overrides", "activationsMax"])).toBe("Overrides › activations max");
  expect([true, 12_345, "", null, "x"].map(fieldValue)).toEqual(["yes", "12,345", undefined, undefined, "x"]);
  expect(asMoment("2030-01-31T10:00:00.000Z")).toEqual(new Date("2030-01-31T10:00:00.000Z"));
  expect(asMoment("2030-01-31")).toBeUndefined();
});
