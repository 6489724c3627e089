import { countOf, formatNumber } from "../../../_components/format.ts";
import type { Line, Meter } from "./usage.ts";

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
const dayAndYear = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

export interface ForecastWords {
  readonly headline: string;
  /** What else is to be known, a sentence each. */
  readonly more: readonly string[];
  readonly tone: "good" | "soon" | "out" | "unknown";
}

const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** When a meter's credits run out, in the words of somebody who would tell it. */
export function forecastWords(
  { forecast, unit, accounts }: Pick<Meter, "forecast" | "unit" | "accounts">,
  now: Date,
): ForecastWords {
  const date = (at: Date) => (at.getUTCFullYear() === now.getUTCFullYear() ? day : dayAndYear).format(at);
  const usable = accounts.filter(({ license }) => license.status === "active" || license.status === "grace");
  const together =
    usable.length > 1 ? [`Counted over your ${formatNumber(usable.length)} licenses together.`] : [];
  switch (forecast.kind) {
    case "none_left":
      return usable.length === 0
        ? { headline: "No license that can be used has these credits.", more: [], tone: "out" }
        : {
            headline: "Nothing is left.",
            more: [
              ...(forecast.comes === null ? [] : [`New ones come on ${date(forecast.comes)}.`]),
              ...together,
            ],
            tone: "out",
          };
    case "too_early":
      return {
        headline: "It is too early to say how long they last.",
        more: [
          `${forecast.days === 0 ? "No whole day of use is counted yet" : `Use is counted for ${countOf(forecast.days, "whole day")}`}; a forecast needs ${formatNumber(forecast.daysMin)}.`,
        ],
        tone: "unknown",
      };
    case "unused":
      return {
        headline: `Not used in the last ${countOf(forecast.days, "day")}, so nothing says when they run out.`,
        more: [...lostWords(forecast.lost), ...together],
        tone: "unknown",
      };
    case "lasts":
      return {
        headline: `At the pace of the last ${countOf(forecast.days, "day")} they last more than a year.`,
        more: [paceWords(forecast.perDay), ...lostWords(forecast.lost), ...together],
        tone: "good",
      };
    case "runs_out": {
      const { on, sooner, trend } = forecast;
      const isSoon = on.getTime() - now.getTime() < SOON_DAYS * DAY_MS;
      return {
        headline: `At the pace of the last ${countOf(forecast.days, "day")} they last until ${date(on)}.`,
        more: [
          paceWords(forecast.perDay),
          ...(sooner === null
            ? []
            : [`Use is rising: at the pace of the last week, only until ${date(sooner)}.`]),
          ...(trend === "falling" ? ["Use is falling, so they may last longer."] : []),
          ...lostWords(forecast.lost),
          ...together,
        ],
        tone: isSoon ? "soon" : "good",
      };
    }
  }

  function paceWords(perDay: number): string {
    return perDay < 1
      ? `Less than one of the ${unit} a day.`
      : `About ${formatNumber(Math.round(perDay))} ${unit} a day.`;
  }

  function lostWords(lost: { readonly amount: number; readonly on: Date } | null): string[] {
    return lost === null
      ? []
      : [
          `${formatNumber(lost.amount)} ${unit} are lost unused on ${date(lost.on)}, unless they are used before.`,
        ];
  }
}

/** A ledger's line as a sentence; the balance after it stands beside. */
export function lineWords(
  { kind, change, refunded }: Pick<Line, "kind" | "change" | "refunded">,
  unit: string,
): string {
  const amount = `${formatNumber(Math.abs(change))} ${unit}`;
  switch (kind) {
    case "grant":
      return `${amount} added`;
    case "reserve":
      return `${amount} reserved for a job`;
    case "settle":
      return change === 0
        ? "A reserved job was charged"
        : `A reserved job was charged; ${amount} ${change > 0 ? "came back" : "more were used"}`;
    case "release":
      return `${amount} came back from a reservation`;
    case "debit":
      return `${amount} used${refunded !== null && refunded > 0 ? `, ${formatNumber(refunded)} given back later` : ""}`;
    case "refund":
      return `${amount} given back`;
    case "adjust":
      return `Corrected by the vendor: ${change < 0 ? `${amount} less` : `${amount} more`}`;
    case "expire":
      return `${amount} expired unused`;
  }
}
