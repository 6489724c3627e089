import { expect, test } from "vitest";
import { adviseSeats, type SeatUse } from "./seat-advice.ts";

const USE: SeatUse = { seats: 50, days: 30, peak: 48, peakDays: 9, turnedAway: 0, needed: 48 };

test.each<[Partial<SeatUse>, string, number, string]>([
  [
    { turnedAway: 12, needed: 55 },
    "more",
    55,
    "Peak was 48 of 50 seats on 9 of 30 days; 12 people were turned away: 55 seats would have served all of them.",
  ],
  [
    { seats: 1, peak: 1, peakDays: 1, turnedAway: 1, needed: 2, days: 1 },
    "more",
    2,
    "Peak was 1 of 1 seat on 1 of 1 day; 1 person was turned away: 2 seats would have served them too.",
  ],
  [
    { peak: 53, peakDays: 2, needed: 53 },
    "more",
    53,
    "Peak was 53 of 50 seats on 2 of 30 days: 3 seats more than are paid for.",
  ],
  [
    {},
    "fits",
    50,
    "Peak was 48 of 50 seats on 9 of 30 days, and nobody was turned away: it fits, with 2 to spare.",
  ],
  [
    { peak: 50 },
    "fits",
    50,
    "Peak was 50 of 50 seats on 9 of 30 days, and nobody was turned away: it fits, with none to spare.",
  ],
  [
    { peak: 38, peakDays: 2 },
    "fewer",
    42,
    "Peak was 38 of 50 seats on 2 of 30 days; 12 seats were never in use at once: 42 would leave a tenth to spare.",
  ],
  [
    { peak: 45 },
    "fits",
    50,
    "Peak was 45 of 50 seats on 9 of 30 days, and nobody was turned away: it fits, with 5 to spare.",
  ],
  [
    { peak: 1, seats: 3 },
    "fewer",
    2,
    "Peak was 1 of 3 seats on 9 of 30 days; 2 seats were never in use at once: 2 would leave a tenth to spare.",
  ],
  [{ peak: 0, peakDays: 30 }, "unused", 0, "None of the 50 seats was used on any of 30 days."],
  [{ peak: 0, peakDays: 30, seats: 1 }, "unused", 0, "The one seat was not used on any of 30 days."],
  [
    { days: 3, peakDays: 1 },
    "early",
    50,
    "Peak was 48 of 50 seats on 1 of 3 days. 3 days are too few to advise on.",
  ],
  [
    { days: 1, peak: 0, peakDays: 1 },
    "early",
    50,
    "No seat has been used yet. 1 day is too few to advise on.",
  ],
])("%j: %s, %d", (change, verdict, seats, sentence) => {
  expect(adviseSeats({ ...USE, ...change })).toEqual({ verdict, seats, sentence });
});
