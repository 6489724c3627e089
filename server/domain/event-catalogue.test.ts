import { expect, test } from "vitest";
import { EVENT_TYPES, EVENTS, happened } from "./event-catalogue.ts";

test.each(EVENT_TYPES)("the example of %s is what its type says, and nothing beyond", (type) => {
  const { data, example, when, version } = EVENTS[type];
  expect(data.parse(example)).toEqual(example);
  expect(when).toMatch(/^[A-Z“].*\.$/);
  expect(version).toBeGreaterThan(0);
});

test("what is not what its type says is no event", () => {
  const about = { id: "00000000-0000-7000-8000-000000000000", at: new Date(0) };
  const { license } = EVENTS["license.created"].example;
  const strange = { ...license, expiresAt: "tomorrow" };
  expect(() => happened("license.created", { license: strange }, about)).toThrow(/expiresAt/);
});
