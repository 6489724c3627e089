import { count, number } from "./counts.ts";

/** How a license's floating seats were used in a period, by UTC days. */
export interface SeatUse {
  /** Paid for, now. */
  readonly seats: number;
  /** That were looked at, used or not. */
  readonly days: number;
  /** The most in use at one moment. */
  readonly peak: number;
  /** On which it was reached. */
  readonly peakDays: number;
  /** People who found no seat, each once a day. */
  readonly turnedAway: number;
  /** The most of any day: what was there or in use, and one more for each person turned away on it. */
  readonly needed: number;
}

export interface SeatAdvice {
  readonly verdict: "more" | "fits" | "fewer" | "unused" | "early";
  /** That would have been right for this period. */
  readonly seats: number;
  readonly sentence: string;
}

/** Fewer say nothing about a month. */
const DAYS_MIN = 7;
const SPARE_SHARE = 0.1;

/** What to say when the license is renewed. It looks back only, and promises nothing about the time to come. */
export function adviseSeats(use: SeatUse): SeatAdvice {
  const { seats, days, peak, peakDays, turnedAway, needed } = use;
  const peaked = `Peak was ${number(peak)} of ${count(seats, "seat")} on ${number(peakDays)} of ${count(days, "day")}`;
  if (turnedAway > 0) {
    const people = turnedAway === 1 ? "1 person was" : `${number(turnedAway)} people were`;
    const all = turnedAway === 1 ? "them too" : "all of them";
    const sentence = `${peaked}; ${people} turned away: ${count(needed, "seat")} would have served ${all}.`;
    return { verdict: "more", seats: needed, sentence };
  }
  if (peak > seats) {
    const over = count(peak - seats, "seat");
    return { verdict: "more", seats: peak, sentence: `${peaked}: ${over} more than are paid for.` };
  }
  if (days < DAYS_MIN) {
    const sentence = `${peak === 0 ? "No seat has been used yet" : peaked}. ${count(days, "day")} ${days === 1 ? "is" : "are"} too few to advise on.`;
    return { verdict: "early", seats, sentence };
  }
  if (peak === 0) {
    const which =
      seats === 1
        ? "The one seat was"
        : seats === 2
          ? "Neither seat was"
          : `None of the ${number(seats)} seats was`;
    const used = seats === 1 ? "not used" : "used";
    return { verdict: "unused", seats: 0, sentence: `${which} ${used} on any of ${count(days, "day")}.` };
  }
  const enough = peak + Math.ceil(peak * SPARE_SHARE);
  if (enough < seats) {
    const never =
      seats - peak === 1
        ? "1 seat was never in use"
        : `${number(seats - peak)} seats were never in use at once`;
    const sentence = `${peaked}; ${never}: ${number(enough)} would leave a tenth to spare.`;
    return { verdict: "fewer", seats: enough, sentence };
  }
  const rest = peak === seats ? "none to spare" : `${number(seats - peak)} to spare`;
  return {
    verdict: "fits",
    seats,
    sentence: `${peaked}, and nobody was turned away: it fits, with ${rest}.`,
  };
}
