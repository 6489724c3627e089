import { expect, test } from "vitest";
import { countdown, type LicenseMoments, shareLeft, urgency } from "./license-words.ts";

const NOW = new Date("2030-06-15T12:00:00Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (ms: number) => new Date(NOW.getTime() + ms);
const ACTIVE: LicenseMoments = {
  status: "active",
  validFrom: at(-200 * DAY_MS),
  expiresAt: at(300 * DAY_MS),
  graceUntil: at(310 * DAY_MS),
};

test.each<[string, string, Partial<LicenseMoments>]>([
  ["300 days left", "neutral", {}],
  ["30 days left", "warning", { expiresAt: at(29.5 * DAY_MS) }],
  ["36 hours left", "warning", { expiresAt: at(36 * HOUR_MS) }],
  ["less than an hour left", "warning", { expiresAt: at(HOUR_MS / 2) }],
  ["never expires", "neutral", { expiresAt: null, graceUntil: null }],
  [
    "9 days left of grace",
    "warning",
    { status: "grace", expiresAt: at(-DAY_MS), graceUntil: at(9 * DAY_MS) },
  ],
  ["ended 3 days ago", "warning", { status: "expired", expiresAt: at(-3 * DAY_MS) }],
  ["from first activation", "neutral", { status: "pending", validFrom: null, expiresAt: null }],
  ["starts in 2 days", "neutral", { status: "pending", validFrom: at(2 * DAY_MS) }],
  ["4 days ago", "neutral", { status: "suspended", suspendedAt: at(-4 * DAY_MS) }],
  ["5 hours ago", "neutral", { status: "revoked", revokedAt: at(-5 * HOUR_MS) }],
  ["", "neutral", { status: "suspended" }],
])("a license is said to be: %s (%s)", (words, tone, change) => {
  const license = { ...ACTIVE, ...change };
  expect(countdown(license, NOW)).toBe(words);
  expect(urgency(license, NOW)).toBe(tone);
});

test("a short license does not stand out from its first day", () => {
  const trial = { ...ACTIVE, validFrom: at(-DAY_MS), expiresAt: at(13 * DAY_MS) };
  expect(urgency(trial, NOW)).toBe("neutral");
  expect(urgency({ ...trial, validFrom: at(-12 * DAY_MS), expiresAt: at(2 * DAY_MS) }, NOW)).toBe("warning");
});

test("the share that is left runs from one to nothing, and is unknown without start or end", () => {
  const year = { ...ACTIVE, validFrom: at(-100 * DAY_MS), expiresAt: at(300 * DAY_MS) };
  expect(shareLeft(year, NOW)).toBe(0.75);
  expect(shareLeft({ ...year, expiresAt: at(-DAY_MS) }, NOW)).toBe(0);
  expect(shareLeft({ ...year, validFrom: at(DAY_MS) }, NOW)).toBe(1);
  expect(shareLeft({ ...year, expiresAt: null }, NOW)).toBeUndefined();
  expect(shareLeft({ ...year, validFrom: null }, NOW)).toBeUndefined();
});
