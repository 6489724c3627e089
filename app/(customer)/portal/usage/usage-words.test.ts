import { expect, test } from "vitest";
import type { Meter } from "./usage.ts";
import { forecastWords, lineWords } from "./usage-words.ts";

const NOW = new Date("2026-11-24T10:00:00Z");
const PACE = { days: 14, perDay: 42.4, trend: "steady", lost: null } as const;
const account = (status: "active" | "suspended") => ({
  id: "acc_1",
  license: { id: "lic_1", keyHint: "RNDR-…-AAAAA", status },
  granted: 1,
  reserved: 0,
  spent: 0,
  balance: 1,
  overdraft: 0,
});
const words = (forecast: Meter["forecast"], accounts: Meter["accounts"] = [account("active")]) =>
  forecastWords({ forecast, unit: "minutes", accounts }, NOW);

test("the day they run out is named, with the pace it was told from", () => {
  const found = words({ kind: "runs_out", on: new Date("2026-12-12T00:00:00Z"), sooner: null, ...PACE });
  expect(found).toEqual({
    headline: "At the pace of the last 14 days they last until 12 December.",
    more: ["About 42 minutes a day."],
    tone: "soon",
  });
  const rising = words({
    kind: "runs_out",
    on: new Date("2027-02-01T00:00:00Z"),
    ...PACE,
    trend: "rising",
    sooner: new Date("2026-12-20T00:00:00Z"),
    lost: { amount: 200, on: new Date("2026-12-01T00:00:00Z") },
  });
  expect(rising.headline).toBe("At the pace of the last 14 days they last until 1 February 2027.");
  expect(rising.more).toEqual([
    "About 42 minutes a day.",
    "Use is rising: at the pace of the last week, only until 20 December.",
    "200 minutes are lost unused on 1 December, unless they are used before.",
  ]);
  expect(rising.tone).toBe("good");
});

test("where too little is known it is said, and nothing is guessed", () => {
  expect(words({ kind: "too_early", days: 2, daysMin: 3 }).more).toEqual([
    "Use is counted for 2 whole days; a forecast needs 3.",
  ]);
  expect(words({ kind: "unused", days: 14, lost: null }).headline).toContain("Not used in the last 14 days");
  expect(words({ kind: "none_left", comes: null }, [account("suspended")]).headline).toContain(
    "No license that can be used",
  );
  expect(words({ kind: "none_left", comes: new Date("2026-12-01T00:00:00Z") }).more).toEqual([
    "New ones come on 1 December.",
  ]);
});

test.each([
  [{ kind: "debit", change: -25, refunded: 5 }, "25 minutes used, 5 given back later"],
  [{ kind: "grant", change: 600, refunded: null }, "600 minutes added"],
  [{ kind: "reserve", change: -40, refunded: null }, "40 minutes reserved for a job"],
  [{ kind: "release", change: 15, refunded: null }, "15 minutes came back from a reservation"],
  [{ kind: "settle", change: 0, refunded: 0 }, "A reserved job was charged"],
  [{ kind: "adjust", change: -3, refunded: null }, "Corrected by the vendor: 3 minutes less"],
  [{ kind: "expire", change: -9, refunded: null }, "9 minutes expired unused"],
] as const)("%o reads well", (line, sentence) => {
  expect(lineWords(line, "minutes")).toBe(sentence);
});
