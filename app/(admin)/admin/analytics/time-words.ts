import type { Span, Step } from "#server/domain/analytics-period.ts";

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
const HOUR = format({ hour: "2-digit", minute: "2-digit" });
const DAY = format({ day: "numeric", month: "short" });
const LONG_DAY = format({ day: "numeric", month: "short", year: "numeric" });
const DAY_AND_HOUR = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** The begin of a step, in a word or two, in UTC; it is unlike every other of the same span. */
export function stepWords(step: Step, start: Date): string {
  if (step === "hour") return DAY_AND_HOUR.format(start);
  return step === "day" ? DAY.format(start) : LONG_DAY.format(start);
}

/** What the steps are, over their column. */
export function stepHeading(step: Step): string {
  return step === "hour" ? "Hour (UTC)" : step === "day" ? "Day (UTC)" : "Week from (UTC)";
}

/** "by day" */
export function bySteps(step: Step): string {
  return `by ${step}`;
}

export function dayWords(at: Date): string {
  return LONG_DAY.format(at);
}

/** "1 Jan 2030 to 31 Jan 2030" */
export function spanWords({ from, until }: Pick<Span, "from" | "until">): string {
  const last = new Date(until.getTime() - 1);
  return LONG_DAY.format(from) === LONG_DAY.format(last)
    ? dayWords(from)
    : `${dayWords(from)} to ${dayWords(last)}`;
}

/** "14:05 UTC on 24 Nov 2026" */
export function momentWords(at: Date): string {
  return `${HOUR.format(at)} UTC on ${dayWords(at)}`;
}
