/** The periods that figures are looked at in; any other is two UTC days, `2030-01-01..2030-01-31`, both included. */
export const PERIODS = ["24h", "7d", "30d", "90d", "12m"] as const;

export type Step = "hour" | "day" | "week";

/** A stretch of time, and how finely it is looked at. */
export interface Span {
  readonly from: Date;
  /** Exclusive. */
  readonly until: Date;
  readonly step: Step;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** 1 January 1970 was a Thursday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const HOURLY_DAYS_MAX = 3;
const DAILY_DAYS_MAX = 200;
const CUSTOM_DAYS_MAX = 1_100;
const CUSTOM = /^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$/;

/** What a period's name means now; undefined where it is none. All times are UTC, because figures are kept by UTC days. */
export function spanOf(period: string, now: Date): Span | undefined {
  const today = floor(now.getTime(), DAY_MS);
  const daily = (days: number) => span(today - (days - 1) * DAY_MS, today + DAY_MS);
  switch (period) {
    case "24h": {
      const end = floor(now.getTime(), HOUR_MS) + HOUR_MS;
      return span(end - DAY_MS, end);
    }
    case "7d":
      return daily(7);
    case "30d":
      return daily(30);
    case "90d":
      return daily(90);
    case "12m":
      return span(monday(today) - 52 * WEEK_MS, today + DAY_MS);
    default:
      return customSpan(period);
  }
}

function customSpan(period: string): Span | undefined {
  const [, first, last] = CUSTOM.exec(period) ?? [];
  const from = dayOf(first);
  const to = dayOf(last);
  if (from === undefined || to === undefined || to < from || to - from >= CUSTOM_DAYS_MAX * DAY_MS)
    return undefined;
  return span(from, to + DAY_MS);
}

function dayOf(text: string | undefined): number | undefined {
  const at = new Date(`${text}T00:00:00.000Z`);
  // The 31st of February is the 3rd of March to a Date.
  return Number.isNaN(at.getTime()) || isoDay(at) !== text ? undefined : at.getTime();
}

/** `2030-01-31`, of the UTC day. */
export function isoDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function span(from: number, until: number): Span {
  const days = (until - from) / DAY_MS;
  const step = days <= HOURLY_DAYS_MAX ? "hour" : days <= DAILY_DAYS_MAX ? "day" : "week";
  return { from: new Date(from), until: new Date(until), step };
}

/** The begin of the step that a moment of the span is in; the first step may be a week's rest. */
export function stepOf({ from, step }: Pick<Span, "from" | "step">, at: Date): Date {
  const time = at.getTime();
  const begin = step === "week" ? monday(time) : step === "day" ? floor(time, DAY_MS) : floor(time, HOUR_MS);
  return new Date(Math.max(begin, from.getTime()));
}

/** The begins of all steps of the span, in order. */
export function stepsOf({ from, until, step }: Span): Date[] {
  const length = step === "week" ? WEEK_MS : step === "day" ? DAY_MS : HOUR_MS;
  const begins: Date[] = [];
  let at = from;
  while (at < until) {
    begins.push(at);
    at = stepOf({ from, step }, new Date(at.getTime() + length));
  }
  return begins;
}

function floor(time: number, length: number): number {
  return time - (((time % length) + length) % length);
}

function monday(time: number): number {
  return floor(time - FIRST_MONDAY_MS, WEEK_MS) + FIRST_MONDAY_MS;
}
