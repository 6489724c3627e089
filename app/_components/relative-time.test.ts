import { expect, test } from "vitest";
import { relativeTime } from "./relative-time.ts";

const NOW = new Date("2026-03-01T12:00:00Z");

test.each([
  [0, "just now"],
  [-4, "just now"],
  [30, "in a moment"],
  [-61, "1 minute ago"],
  [-59 * 60, "59 minutes ago"],
  [-3600, "1 hour ago"],
  [-25 * 3600, "yesterday"],
  [2 * 24 * 3600, "in 2 days"],
  [14 * 24 * 3600, "in 2 weeks"],
  [-400 * 24 * 3600, "last year"],
])("%i seconds from now reads %s", (seconds, words) => {
  expect(relativeTime(new Date(NOW.getTime() + seconds * 1000), NOW)).toBe(words);
});
