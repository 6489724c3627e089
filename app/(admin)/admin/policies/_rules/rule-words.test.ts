import { expect, test } from "vitest";
import { DEFAULT_RULES, policyRules } from "#server/domain/policy.ts";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { licenseCount } from "./license-count.ts";
import { METER_WORDS, RULE_WORDS, ruleName, ruleValue } from "./rule-words.ts";

const NAMES = { features: { "export-4k": "4K export" }, meters: { minutes: "Render minutes" } };

test("every rule a difference can name has words", () => {
  const other = policyRules.parse({
    ...DEFAULT_RULES,
    type: "trial",
    durationDays: 14,
    validFrom: "first_activation",
    graceDays: 3,
    activationsMax: null,
    fingerprintMatch: { atLeast: 2 },
    activationTokenTtlSeconds: 3_600,
    selfServiceDeactivation: false,
    deviceProofRequired: true,
    seats: 5,
    leaseTtlSeconds: 600,
    heartbeatSeconds: 45,
    seatsPerHolderMax: null,
    overageSeats: 1,
    borrowDaysMax: 7,
    borrowedSeatsMax: 2,
    reservedSeats: { ops: 2 },
    offlineAllowed: true,
    offlineDaysMax: 30,
    trustMaxAgeDays: 90,
    features: { "export-4k": true },
    meters: {
      minutes: {
        periodCredits: 1_000,
        period: "month",
        overdraft: 0,
        ticketTtlSeconds: 60,
        ticketAmountMax: null,
      },
    },
  });
  const lines = policyDiff(DEFAULT_RULES, other).map(
    ({ path, before, after }) =>
      `${ruleName(path, NAMES).label}: ${ruleValue(path, before)} → ${ruleValue(path, after)}`,
  );
  expect(lines).toHaveLength(Object.keys(RULE_WORDS).length + Object.keys(METER_WORDS).length + 1);
  expect(lines.filter((line) => /[a-z][A-Z]|_|undefined|\[object/.test(line))).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining([
      "Lasts: for ever → 14 days",
      "Devices: 1 → any number",
      "Same device if: most components match → at least 2 components match",
      "Works between online checks: 14 days → 1 hour",
      "Reserved for ops: none → 2",
      "4K export: not granted → granted",
      "Render minutes: credits: none → 1,000",
    ]),
  );
});

test("a count that was not finished says so", () => {
  expect(licenseCount({ count: 1_000, capped: true })).toBe("1,000+ licenses");
  expect(licenseCount({ count: 1, capped: false })).toBe("1 license");
  expect(licenseCount({ count: 0, capped: true })).toBe("no licenses");
});
