import { countOf } from "./format.ts";

export const TIME_UNITS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;

/** The largest unit in which the time is a whole number. */
export function unitOf(seconds: number): TimeUnit {
  if (seconds === 0) return "second";
  if (seconds % TIME_UNITS.day === 0) return "day";
  if (seconds % TIME_UNITS.hour === 0) return "hour";
  return seconds % TIME_UNITS.minute === 0 ? "minute" : "second";
}

/** "14 days", "5 minutes", "45 seconds". */
export function durationText(seconds: number): string {
  const unit = unitOf(seconds);
  return countOf(seconds / TIME_UNITS[unit], unit);
}
