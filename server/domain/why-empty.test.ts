import { expect, test } from "vitest";
import { whyEmpty } from "./why-empty.ts";

const [from, before, after] = ["2030-01-10", "2030-01-05", "2030-01-20"].map((day) => new Date(day));
if (!from || !before || !after) throw new Error("three days");

test.each([
  ["not_rolled_up", { completeUntil: undefined, latest: undefined, inPeriod: false }],
  ["never", { completeUntil: after, latest: undefined, inPeriod: false }],
  ["filtered", { completeUntil: after, latest: after, inPeriod: true }],
  ["period", { completeUntil: after, latest: before, inPeriod: false }],
  ["ahead", { completeUntil: before, latest: before, inPeriod: false }],
])("%s", (reason, known) => {
  expect(whyEmpty({ from, ...known })).toMatchObject({ reason });
});
