/** When the credits of a meter run out, told from how they were used. All days are UTC days, as figures are kept. */

const DAY_MS = 86_400_000;
/** Two whole weeks, so that a weekend weighs as much as it does. */
const WINDOW_DAYS = 14;
const WEEK_DAYS = 7;
/** Fewer days say nothing about the next ones. */
const DAYS_MIN = 3;
const HORIZON_DAYS = 366;
/** A week that differs by less from the one before is no trend. */
const RISING = 1.25;
const FALLING = 0.75;

export interface Credits {
  readonly amount: number;
  /** When what is left of them is lost: they expire, or their license ends. Null: never. */
  readonly until: Date | null;
  /** They come again: that the old ones are lost then is no news. */
  readonly isPeriod: boolean;
}

export interface Renewal {
  readonly amount: number;
  readonly period: "day" | "month" | "year";
  /** When the license ends, and no credits come any more. */
  readonly until: Date | null;
}

export interface ForecastInput {
  readonly now: Date;
  /** What was used on each whole day that is counted, oldest first; the last weeks suffice. */
  readonly days: readonly number[];
  /** What is left, in the order in which it burns. */
  readonly credits: readonly Credits[];
  readonly renewals: readonly Renewal[];
}

export interface Lost {
  readonly amount: number;
  readonly on: Date;
}

export type Forecast =
  /** `comes`: when new ones come by themselves. */
  | { readonly kind: "none_left"; readonly comes: Date | null }
  /** Used on too few days to say anything. */
  | { readonly kind: "too_early"; readonly days: number; readonly daysMin: number }
  | { readonly kind: "unused"; readonly days: number; readonly lost: Lost | null }
  | (Pace & {
      readonly kind: "runs_out";
      readonly on: Date;
      /** Where use is rising: when they run out at the last week's pace. */
      readonly sooner: Date | null;
    })
  /** Beyond a year. */
  | (Pace & { readonly kind: "lasts" });

interface Pace {
  /** Whole days that the pace was taken from. */
  readonly days: number;
  readonly perDay: number;
  readonly trend: "rising" | "falling" | "steady";
  /** What is lost first because it is not used in time. */
  readonly lost: Lost | null;
}

/** Never guesses: with too little known, it says so. */
export function forecast(input: ForecastInput): Forecast {
  const { now, days, credits, renewals } = input;
  const left = credits.reduce((sum, { amount }) => sum + amount, 0);
  if (left <= 0) return { kind: "none_left", comes: firstRenewal(renewals, now) };
  const begin = days.findIndex((used) => used > 0);
  if (begin === -1)
    return days.length < DAYS_MIN
      ? { kind: "too_early", days: 0, daysMin: DAYS_MIN }
      : { kind: "unused", days: days.length, lost: simulate(input, 0).lost };
  // Before the first use there was nobody to use it, which says nothing about the days to come.
  const known = days.slice(begin).slice(-WINDOW_DAYS);
  const total = sum(known);
  if (total === 0) return { kind: "unused", days: known.length, lost: simulate(input, 0).lost };
  if (known.length < DAYS_MIN) return { kind: "too_early", days: known.length, daysMin: DAYS_MIN };
  const perDay = total / known.length;
  const trend = trendOf(known);
  const { runsOut, lost } = simulate(input, perDay);
  const pace = { days: known.length, perDay, trend, lost };
  if (runsOut === null) return { kind: "lasts", ...pace };
  const lastWeek = sum(known.slice(-WEEK_DAYS)) / WEEK_DAYS;
  const sooner = trend === "rising" ? simulate(input, lastWeek).runsOut : null;
  return { kind: "runs_out", on: runsOut, sooner, ...pace };
}

function trendOf(known: readonly number[]): Pace["trend"] {
  if (known.length < WINDOW_DAYS) return "steady";
  const before = sum(known.slice(0, WEEK_DAYS));
  const after = sum(known.slice(WEEK_DAYS));
  if (after > before * RISING) return "rising";
  return after < before * FALLING ? "falling" : "steady";
}

/** Burns `perDay` day by day: when there is too little for a day, and what is lost before that. */
function simulate(
  { now, credits, renewals }: ForecastInput,
  perDay: number,
): { readonly runsOut: Date | null; readonly lost: Lost | null } {
  let held = credits.map((each) => ({ ...each }));
  const coming = renewals.map((renewal) => ({ ...renewal, at: nextBegin(now, renewal.period) }));
  let lost: Lost | null = null;
  for (let day = 0; day < HORIZON_DAYS; day++) {
    const at = new Date(now.getTime() + day * DAY_MS);
    for (const { amount, until, isPeriod } of held)
      if (until !== null && until <= at && amount >= 1 && !isPeriod)
        lost ??= { amount: Math.floor(amount), on: until };
    held = held.filter(({ until }) => until === null || until > at);
    for (const renewal of coming)
      while (renewal.at <= at && (renewal.until === null || renewal.at < renewal.until)) {
        const next = nextBegin(renewal.at, renewal.period);
        held.unshift({ amount: renewal.amount, until: next, isPeriod: true });
        renewal.at = next;
      }
    held = held.filter(({ until }) => until === null || until > at);
    let needed = perDay;
    for (const each of held) {
      const burnt = Math.min(each.amount, needed);
      each.amount -= burnt;
      needed -= burnt;
    }
    // What is missing of a day tells how far into it they last.
    if (needed > 1e-9) return { runsOut: new Date(at.getTime() + (1 - needed / perDay) * DAY_MS), lost };
  }
  return { runsOut: null, lost };
}

function firstRenewal(renewals: readonly Renewal[], now: Date): Date | null {
  const begins = renewals.flatMap(({ period, until }) => {
    const at = nextBegin(now, period);
    return until === null || at < until ? [at.getTime()] : [];
  });
  return begins.length === 0 ? null : new Date(Math.min(...begins));
}

/** When the period after the one that a moment is in begins. */
function nextBegin(at: Date, period: Renewal["period"]): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (period === "day") return new Date(Date.UTC(year, month, day + 1));
  return new Date(period === "month" ? Date.UTC(year, month + 1) : Date.UTC(year + 1, 0));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
