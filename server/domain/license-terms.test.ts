import { describe, expect, test } from "vitest";
import { changedTerms, graceEnd, renewedEnd } from "./license-terms.ts";

const day = (number: number) => new Date(Date.UTC(2030, 0, 1 + number));

describe("changedTerms", () => {
  test.each<[string, number | null, number | null, Date | null, Date | null]>([
    ["the same duration keeps a renewed end", 30, 30, day(60), day(60)],
    ["a longer one moves the end by the difference", 30, 40, day(60), day(70)],
    ["a shorter one too", 30, 20, day(60), day(50)],
    ["without duration there is no end", 30, null, day(60), null],
    ["an end where there was none counts from the start", null, 30, null, day(30)],
  ])("%s", (_, before, after, expiresAt, expected) => {
    const license = { validFrom: day(0), expiresAt, graceUntil: expiresAt };
    const terms = changedTerms(
      license,
      { durationDays: before, graceDays: 0 },
      { durationDays: after, graceDays: 5 },
    );
    expect(terms).toEqual({
      validFrom: day(0),
      expiresAt: expected,
      graceUntil: expected && new Date(expected.getTime() + 5 * 86_400_000),
    });
  });

  test("a license that has not begun has no end yet, whatever its duration", () => {
    const license = { validFrom: null, expiresAt: null, graceUntil: null };
    expect(
      changedTerms(license, { durationDays: 30, graceDays: 0 }, { durationDays: 40, graceDays: 1 }),
    ).toEqual(license);
  });
});

test("a renewal counts from the end, or from now once that has passed", () => {
  expect(renewedEnd(day(10), 5, day(3))).toEqual(day(15));
  expect(renewedEnd(day(10), 5, day(20))).toEqual(day(25));
});

test("grace follows the end, and nothing follows none", () => {
  expect(graceEnd(day(10), { graceDays: 3 })).toEqual(day(13));
  expect(graceEnd(null, { graceDays: 3 })).toBeNull();
});
