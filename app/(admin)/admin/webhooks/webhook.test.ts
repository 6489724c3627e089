import { expect, test } from "vitest";
import { SUBSCRIBABLE } from "#server/domain/event-catalogue.ts";
import { EVENT_GROUPS, nextWords, stepsOf, troubleOf } from "./webhook.ts";

const now = new Date("2030-01-01T12:00:00Z");
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

test.each([
  [
    { status: "pending", tries: 3, nextAttemptAt: later(28) },
    false,
    "Next try in 28 minutes (attempt 4 of 10)",
  ],
  [{ status: "pending", tries: 0, nextAttemptAt: later(0) }, false, "Being sent now (attempt 1 of 10)"],
  [{ status: "pending", tries: 3, nextAttemptAt: later(28) }, true, "Waits until the endpoint is enabled"],
  [{ status: "delivered", tries: 1, nextAttemptAt: null }, false, "Taken at once"],
  [{ status: "delivered", tries: 4, nextAttemptAt: null }, true, "Taken at attempt 4"],
  [{ status: "failed", tries: 10, nextAttemptAt: null }, false, "Given up after 10 attempts"],
] as const)("what comes next: %o", (delivery, disabled, words) => {
  expect(nextWords(delivery, disabled, now)).toBe(words);
});

test("an attempt that a worker never ended is shown in its place; the one under way is not", () => {
  const attempt = { at: now, durationMs: 5, status: 503, error: null, response: null };
  const history = [{ number: 1, ...attempt }];
  expect(stepsOf({ attempts: 2, history })).toEqual(history);
  expect(stepsOf({ attempts: 3, history: [...history, { number: 3, ...attempt }] })).toEqual([
    { number: 3, ...attempt },
    { number: 2, interrupted: true },
    { number: 1, ...attempt },
  ]);
});

test("each event there is to ask for is in one group of the picker", () => {
  const shown = EVENT_GROUPS.flatMap(({ events }) => events.map(({ type }) => type));
  expect(shown.toSorted()).toEqual([...SUBSCRIBABLE].sort());
});

test("trouble is told in words, and its absence not at all", () => {
  expect(troubleOf({ disabledReason: null, failingSince: null }, now)).toBeUndefined();
  expect(troubleOf({ disabledReason: null, failingSince: later(-180) }, now)).toMatch(/3 hours ago.*5 days/);
  expect(troubleOf({ disabledReason: "gone", failingSince: null }, now)).toContain("410");
});
