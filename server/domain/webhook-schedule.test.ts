import { expect, test } from "vitest";
import { ATTEMPTS_MAX, hasFailedTooLong, nextAttemptAt, retryAfterMs } from "./webhook-schedule.ts";

const now = new Date("2030-01-01T00:00:00Z");
const MINUTE_S = 60;
const HOUR_S = 3_600;
const waitSeconds = (failed: number, spread = 0, asked?: number) => {
  const next = nextAttemptAt(failed, now, spread, asked);
  return next && (next.getTime() - now.getTime()) / 1000;
};

test("the waits grow from seconds to a day, and end after ten attempts", () => {
  const waits = Array.from({ length: 10 }, (_, index) => waitSeconds(index + 1));
  const hours = [2, 5, 10, 14, 20, 24].map((count) => count * HOUR_S);
  expect(waits).toEqual([5, 5 * MINUTE_S, 30 * MINUTE_S, ...hours, undefined]);
  expect(ATTEMPTS_MAX).toBe(10);
});

test("those that failed together are tried again up to a tenth later, never earlier", () => {
  expect(waitSeconds(3, 1)).toBe(33 * MINUTE_S);
  expect(waitSeconds(3, 0.5)).toBe(31.5 * MINUTE_S);
});

test("a receiver may ask for a longer wait, of a day at most, and never for a shorter one", () => {
  expect(waitSeconds(1, 0, 90_000)).toBe(90);
  expect(waitSeconds(1, 0, 40 * HOUR_S * 1000)).toBe(24 * HOUR_S);
  expect(waitSeconds(4, 0, 1_000)).toBe(2 * HOUR_S);
  expect(waitSeconds(10, 0, 1_000)).toBeUndefined();
});

test.each([
  ["120", 120_000],
  ["Tue, 01 Jan 2030 00:01:00 GMT", 60_000],
  ["Mon, 31 Dec 2029 00:00:00 GMT", 0],
  ["soon", undefined],
  [undefined, undefined],
])("Retry-After: %s", (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});

test("an endpoint has failed too long after five days of nothing else", () => {
  const days = (count: number) => new Date(now.getTime() - count * 24 * HOUR_S * 1000);
  expect(hasFailedTooLong(null, now)).toBe(false);
  expect(hasFailedTooLong(days(4.99), now)).toBe(false);
  expect(hasFailedTooLong(days(5), now)).toBe(true);
});
