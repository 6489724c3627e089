import { expect, test } from "vitest";
import { adviceSummary } from "./verdicts.ts";

test.each([
  [["fits", "fits"], "Of 2 licenses with seats, 2 fit."],
  [["more", "fits", "unused"], "Of 3 licenses with seats, 1 needs more, 1 is unused, and 1 fits."],
  [["fewer", "more", "more"], "Of 3 licenses with seats, 2 need more and 1 has seats to spare."],
] as const)("%j", (verdicts, sentence) => {
  expect(adviceSummary(verdicts)).toBe(sentence);
});
