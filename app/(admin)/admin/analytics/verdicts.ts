import type { SeatAdvice } from "#server/domain/seat-advice.ts";

type Verdict = SeatAdvice["verdict"];

/** Each verdict on a license's seats, in a word and a colour. */
export const VERDICTS: Record<Verdict, { readonly label: string; readonly color: string }> = {
  more: { label: "Needs more", color: "red" },
  unused: { label: "Unused", color: "copper" },
  fewer: { label: "Seats to spare", color: "copper" },
  fits: { label: "Fits", color: "green" },
  early: { label: "Too early to say", color: "gray" },
};

/** "Of 6 licenses with seats, 2 need more and 1 is unused." */
export function adviceSummary(verdicts: readonly Verdict[]): string {
  const of = (verdict: Verdict) => verdicts.filter((each) => each === verdict).length;
  const parts = [
    part(of("more"), "needs more", "need more"),
    part(of("unused"), "is unused", "are unused"),
    part(of("fewer"), "has seats to spare", "have seats to spare"),
    part(of("fits"), "fits", "fit"),
    part(of("early"), "is too young to say", "are too young to say"),
  ].filter((text) => text !== undefined);
  return `Of ${verdicts.length} licenses with seats, ${new Intl.ListFormat("en").format(parts)}.`;
}

function part(count: number, one: string, many: string): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${count === 1 ? one : many}`;
}
