import { expect, test } from "vitest";
import { spanOf, stepsOf } from "./analytics-period.ts";

/** A Tuesday. */
const NOW = new Date("2030-03-12T14:25:00.000Z");

test.each([
  ["24h", "2030-03-11T15 2030-03-12T15 hour", 24],
  ["7d", "2030-03-06T00 2030-03-13T00 day", 7],
  ["30d", "2030-02-11T00 2030-03-13T00 day", 30],
  ["90d", "2029-12-13T00 2030-03-13T00 day", 90],
  ["12m", "2029-03-12T00 2030-03-13T00 week", 53],
  ["2030-02-28..2030-03-01", "2030-02-28T00 2030-03-02T00 hour", 48],
  ["2030-02-01..2030-02-28", "2030-02-01T00 2030-03-01T00 day", 28],
  // It begins on a Wednesday: the first step is the rest of that week.
  ["2030-01-02..2030-12-31", "2030-01-02T00 2031-01-01T00 week", 53],
])("%s is %s", (period, expected, steps) => {
  const span = spanOf(period, NOW);
  if (span === undefined) throw new Error("no period");
  const { from, until, step } = span;
  expect(`${from.toISOString().slice(0, 13)} ${until.toISOString().slice(0, 13)} ${step}`).toBe(expected);
  const begins = stepsOf(span);
  expect(begins).toHaveLength(steps);
  expect(begins[0]).toEqual(from);
  expect(begins.at(-1)?.getTime()).toBeLessThan(until.getTime());
});

test.each([
  "",
  "31d",
  "2030-02-31..2030-03-01",
  "2030-03-02..2030-03-01",
  "2030-01-01..2039-01-01",
  "2030-01-01",
  "x..y",
])("%j is no period", (period) => {
  expect(spanOf(period, NOW)).toBeUndefined();
});

test("after its first step a span goes by Mondays", () => {
  const span = spanOf("2030-01-02..2030-12-31", NOW);
  const second = span && stepsOf(span)[1];
  expect(second?.toISOString()).toBe("2030-01-07T00:00:00.000Z");
  expect(second?.getUTCDay()).toBe(1);
});
