import { describe, expect, test } from "vitest";
import { DEFAULT_RULES, type PolicyRules } from "./policy.ts";
import { policySentence, policyStatements } from "./policy-sentence.ts";

function say(changes: Partial<PolicyRules>, names = {}): string {
  return policySentence({ ...DEFAULT_RULES, ...changes }, names);
}

describe("policySentence", () => {
  test("a new policy reads as what it is", () => {
    expect(policySentence(DEFAULT_RULES)).toBe(
      "A customer may use it for ever, on one device. They can move it to another device by themselves. Once activated, it works up to 14 days between two checks online. Activation needs the internet.",
    );
  });

  test.each<[string, Partial<PolicyRules>, string]>([
    [
      "a subscription with grace",
      { type: "subscription", durationDays: 365, graceDays: 14, activationsMax: 3 },
      "A customer may use it for 365 days from the day it is issued, then 14 days more while being told that it has expired, on up to 3 devices.",
    ],
    [
      "a trial from first activation",
      { type: "trial", durationDays: 1, validFrom: "first_activation" },
      "A customer may try it for 1 day from its first activation, on one device.",
    ],
    ["no limit of devices", { activationsMax: null }, "on any number of devices."],
    ["no device at all", { activationsMax: 0 }, "No device can be activated."],
    [
      "a device only the vendor frees",
      { selfServiceDeactivation: false },
      "To move it to another device they have to ask you.",
    ],
    [
      "devices that prove their key",
      { deviceProofRequired: true },
      "Each request must be proved by the device's own key, so that a copied token is worth nothing.",
    ],
    [
      "one seat",
      { seats: 1 },
      "One person can work at the same time. A seat whose program falls silent comes free after 5 minutes.",
    ],
    [
      "several seats for one person",
      { seats: 5, seatsPerHolderMax: null },
      "One person may hold any number of the seats.",
    ],
    ["a big number", { activationsMax: 25_000 }, "on up to 25,000 devices."],
    ["a short token", { activationTokenTtlSeconds: 3_600 }, "up to one hour between two checks online."],
    [
      "seats with overage",
      { seats: 5, overageSeats: 1 },
      "5 people can work at the same time; one more is let in as overage.",
    ],
    [
      "reserved seats",
      { seats: 5, reservedSeats: { ops: 2, qa: 1 } },
      "Of these seats, 2 for ops and 1 for qa are reserved.",
    ],
    [
      "borrowing",
      { seats: 5, borrowDaysMax: 7, borrowedSeatsMax: 2 },
      "Up to 2 seats can be taken offline, for at most 7 days.",
    ],
    ["a short lease", { seats: 5, leaseTtlSeconds: 45 }, "comes free after 45 seconds."],
    [
      "offline without end",
      { offlineAllowed: true },
      "It can be activated on a machine without internet, for as long as it lasts.",
    ],
    [
      "offline with bounds",
      { offlineAllowed: true, offlineDaysMax: 30, trustMaxAgeDays: 90 },
      "for at most 30 days, with a security snapshot no older than 90 days.",
    ],
  ])("%s", (_, changes, expected) => {
    expect(say(changes)).toContain(expected);
  });

  test("in pieces says the same, each piece beside the fields it comes from", () => {
    const rules = { ...DEFAULT_RULES, seats: 2, features: { "export-4k": true } };
    const statements = policyStatements(rules);
    expect(statements.map(({ text }) => text).join(" ")).toBe(policySentence(rules));
    const changed = policyStatements({ ...rules, activationsMax: 7 });
    const moved = changed.filter(({ text }, index) => text !== statements[index]?.text);
    expect(moved).toEqual([{ group: "devices", text: "on up to 7 devices." }]);
  });

  test("meters and features are called by the product's own names, and a flag that is off is not granted", () => {
    const meter = {
      periodCredits: 500,
      period: "month",
      overdraft: 50,
      ticketTtlSeconds: 60,
      ticketAmountMax: 20,
    } as const;
    const sentence = say(
      {
        meters: {
          "render-minutes": meter,
          exports: { ...meter, periodCredits: 0, overdraft: 0, ticketAmountMax: null },
        },
        features: { "export-4k": true, beta: false, "projects-max": 10, "support-tier": "gold" },
      },
      { features: { "export-4k": "4K export" }, units: { "render-minutes": "minutes of rendering" } },
    );
    expect(sentence).toContain(
      "It gets 500 minutes of rendering every month, may overdraw by 50, reserves at most 20 at once.",
    );
    expect(sentence).toContain("It uses up exports that you grant.");
    expect(sentence).toContain("It includes 4K export, projects-max up to 10, and support-tier “gold”.");
    expect(sentence).not.toContain("beta");
  });
});
