import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Credits, type Forecast, type ForecastInput, forecast } from "./credit-forecast.ts";

const NOW = new Date("2030-06-10T00:00:00Z");
const day = (text: string) => new Date(`${text}T00:00:00Z`);
const prepaid = (amount: number, until: string | null = null): Credits => ({
  amount,
  until: until === null ? null : day(until),
  isPeriod: false,
});
const period = (amount: number, until: string): Credits => ({ amount, until: day(until), isPeriod: true });
const steady = (perDay: number, days = 14) => Array.from({ length: days }, () => perDay);

const ask = (change: Partial<ForecastInput>): Forecast =>
  forecast({ now: NOW, days: [], credits: [], renewals: [], ...change });

describe("a forecast", () => {
  test.each<[string, Partial<ForecastInput>, object]>([
    ["nothing is left", { credits: [prepaid(0)], days: steady(5) }, { kind: "none_left", comes: null }],
    [
      "nothing is left, but new ones come",
      { credits: [], renewals: [{ amount: 10, period: "month", until: null }] },
      { kind: "none_left", comes: day("2030-07-01") },
    ],
    [
      "nothing is left, and the license ends before new ones would come",
      { credits: [], renewals: [{ amount: 10, period: "month", until: day("2030-06-20") }] },
      { kind: "none_left", comes: null },
    ],
    ["no figures yet", { credits: [prepaid(100)] }, { kind: "too_early", days: 0, daysMin: 3 }],
    [
      "two days of use",
      { credits: [prepaid(100)], days: [0, 0, 0, 5, 5] },
      { kind: "too_early", days: 2, daysMin: 3 },
    ],
    [
      "never used",
      { credits: [prepaid(100)], days: steady(0, 28) },
      { kind: "unused", days: 28, lost: null },
    ],
    [
      "not used for two weeks",
      { credits: [prepaid(100)], days: [9, ...steady(0)] },
      { kind: "unused", days: 14 },
    ],
    [
      "never used, and expiring",
      { credits: [prepaid(100, "2030-07-05")], days: steady(0, 28) },
      { kind: "unused", lost: { amount: 100, on: day("2030-07-05") } },
    ],
    [
      "a steady pace",
      { credits: [prepaid(100)], days: steady(10) },
      {
        kind: "runs_out",
        on: day("2030-06-20"),
        days: 14,
        perDay: 10,
        trend: "steady",
        sooner: null,
        lost: null,
      },
    ],
    [
      "half a day's worth at the end",
      { credits: [prepaid(105)], days: steady(10) },
      { kind: "runs_out", on: new Date("2030-06-20T12:00:00Z") },
    ],
    [
      "use that began five days ago",
      { credits: [prepaid(100)], days: [...steady(0, 20), ...steady(20, 5)] },
      { kind: "runs_out", days: 5, perDay: 20, on: day("2030-06-15") },
    ],
    [
      "only the last two weeks count",
      { credits: [prepaid(100)], days: [...steady(1000, 14), ...steady(10)] },
      { kind: "runs_out", perDay: 10 },
    ],
    [
      "rising use runs out sooner at the last week's pace",
      { credits: [prepaid(300)], days: [...steady(10, 7), ...steady(20, 7)] },
      { kind: "runs_out", trend: "rising", perDay: 15, on: day("2030-06-30"), sooner: day("2030-06-25") },
    ],
    [
      "falling use is said, and the pace stays careful",
      { credits: [prepaid(300)], days: [...steady(20, 7), ...steady(10, 7)] },
      { kind: "runs_out", trend: "falling", on: day("2030-06-30"), sooner: null },
    ],
    [
      "what expires unused is lost, and they run out the sooner",
      { credits: [prepaid(100, "2030-06-15"), prepaid(100)], days: steady(10) },
      { kind: "runs_out", on: day("2030-06-25"), lost: { amount: 50, on: day("2030-06-15") } },
    ],
    [
      "a period's credits that run out within it come again too late",
      {
        credits: [period(50, "2030-07-01")],
        days: steady(10),
        renewals: [{ amount: 300, period: "month", until: null }],
      },
      { kind: "runs_out", on: day("2030-06-15") },
    ],
    [
      "a period's credits that suffice last, and what of them is left over is no loss",
      {
        credits: [period(300, "2030-07-01")],
        days: steady(9),
        renewals: [{ amount: 300, period: "month", until: null }],
      },
      { kind: "lasts", lost: null },
    ],
    [
      "a period's credits that do not suffice eat up what was bought",
      {
        credits: [period(0, "2030-07-01"), prepaid(1_000)],
        days: steady(20),
        renewals: [{ amount: 310, period: "month", until: null }],
      },
      // 420 until July, 310 more than July brings (31 × 20 − 310): 270 and August's 310 are 29 days.
      { kind: "runs_out", on: day("2030-08-30") },
    ],
    [
      "a license that ends brings no more",
      {
        credits: [period(300, "2030-07-01")],
        days: steady(9),
        renewals: [{ amount: 300, period: "month", until: day("2030-07-15") }],
      },
      { kind: "runs_out" },
    ],
    ["plenty", { credits: [prepaid(1_000_000)], days: steady(1) }, { kind: "lasts", days: 14 }],
  ])("%s", (_, input, expected) => {
    expect(ask(input)).toMatchObject(expected);
  });

  test("with more credits they last at least as long, and with more use at most as long", () => {
    const runsOut = (amount: number, perDay: number) => {
      const found = ask({ credits: [prepaid(amount)], days: steady(perDay) });
      return found.kind === "runs_out" ? found.on.getTime() : Number.POSITIVE_INFINITY;
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 50 }), (amount, perDay) => {
        expect(runsOut(amount + 1, perDay)).toBeGreaterThanOrEqual(runsOut(amount, perDay));
        expect(runsOut(amount, perDay + 1)).toBeLessThanOrEqual(runsOut(amount, perDay));
      }),
    );
  });
});
