import { describe, expect, test } from "vitest";
import { CODES } from "./codes.ts";
import { explainDecision, type RecordedDecision } from "./explain.ts";
import { DEFAULT_RULES } from "./policy.ts";

const rules = {
  ...DEFAULT_RULES,
  seats: 5,
  meters: {
    minutes: {
      periodCredits: 0,
      period: "none" as const,
      overdraft: 0,
      ticketTtlSeconds: 60,
      ticketAmountMax: 9,
    },
  },
};
const denied: RecordedDecision = {
  operation: "checkout",
  outcome: "denied",
  code: "no_seats_available",
  rule: "seats.seats",
  facts: { seats: 5, inUse: 5 },
  policy: { code: "floating", version: 3, rules },
};

test.each<[string, Partial<RecordedDecision>, string]>([
  [
    "names the policy version and its value",
    {},
    "5 of 5 seats were in use (policy floating v3, seats.seats = 5)",
  ],
  [
    "says when the license has a value of its own",
    { facts: { seats: 7, inUse: 7 } },
    "7 of 7 seats were in use (policy floating v3, seats.seats = 7 for this license)",
  ],
  [
    "says when there were seats, and the person had as many as one may",
    {
      rule: "seats.seatsPerHolderMax",
      facts: { seats: 5, inUse: 3, holder: "ada", held: 1, seatsPerHolderMax: 1 },
    },
    "ada held 1 of the 1 seats a person may hold at once, while 3 of 5 seats were in use (policy floating v3, seats.seatsPerHolderMax = 1)",
  ],
  [
    "takes a value that is no fact from the policy version",
    { code: "borrow_too_long", rule: "seats.borrowDaysMax", facts: { borrowSeconds: 90_000 } },
    "90000 seconds are longer than a seat may be borrowed (policy floating v3, seats.borrowDaysMax = 0)",
  ],
  [
    "takes a meter's value from that meter's rules",
    {
      code: "ticket_amount_exceeded",
      rule: "usage.ticketAmountMax",
      facts: { amount: 10, meter: "minutes" },
    },
    "10 is more than the ticket may hold (policy floating v3, usage.ticketAmountMax = 9)",
  ],
  [
    "says how far a balance may fall",
    {
      code: "insufficient_credits",
      rule: "usage.balance",
      facts: { amount: 8, meter: "minutes", balance: 2, overdraft: 5 },
    },
    "8 minutes were asked for and the balance was 2, which may fall to -5 (policy floating v3, usage.balance = 2)",
  ],
  [
    "says that a journal spends from a ticket that somebody else would end",
    { code: "ticket_settled", rule: "ticket.status", facts: { ticket: "job", status: "pending" } },
    "a usage journal spends from ticket job, which only that journal or time ends (policy floating v3, ticket.status = pending)",
  ],
  [
    "does without a policy where no license was found",
    { code: "license_not_found", rule: "license.key", facts: {}, policy: null },
    "no license has that key (license.key)",
  ],
])("a denial %s", (_, change, reason) => {
  expect(explainDecision({ ...denied, ...change })).toBe(`Denied because ${reason}.`);
});

test.each<[string, object, string]>([
  ["a key", { kind: "apiKey", id: "apk_1" }, "API key apk_1."],
  ["a token got with a key", { kind: "accessToken", id: "apk_1" }, "an access token of API key apk_1."],
  ["a signature", { kind: "signature", id: "apk_1" }, "a request signed by API key apk_1."],
  [
    "another's token",
    { kind: "identityToken", id: "gateway", issuer: "https://id.example" },
    "an identity provider's token of gateway (https://id.example).",
  ],
])("a decision asked for by a backend says so: with %s", (_, credential, named) => {
  const asked = explainDecision({ ...denied, facts: { ...denied.facts, credential } });
  expect(asked).toBe(`${explainDecision(denied)} A backend asked with ${named}`);
});

describe("every code", () => {
  test.each(Object.keys(CODES))("%s has a reason, with facts and without", (code) => {
    const sentence = explainDecision({ ...denied, code, rule: null, facts: {}, policy: null });
    expect(sentence).toMatch(/^Denied because [a-z][^()]+[a-z]\.$/);
    expect(sentence).not.toMatch(/undefined|null|_|\s\s/);
  });
});

/** The operations that the database's functions and the sweep of transitions leave events of. */
const OPERATIONS = [
  "activate",
  "refresh",
  "deactivate",
  "checkout",
  "release",
  "lease_expired",
  "ticket",
  "settle",
  "void",
  "ticket_expired",
  "usage",
  "transition",
  "offline_activate",
  "offline_answer",
  "offline_deactivate",
  "offline_journal",
];

describe("a grant", () => {
  test.each(OPERATIONS)("of %s says what was done, without facts too", (operation) => {
    const granted = { ...denied, operation, outcome: "granted", code: null, rule: null, facts: {} } as const;
    expect(explainDecision(granted)).toMatch(/^Granted: (?!\w+\.$)[^_]+\.$/);
    expect(explainDecision(granted)).not.toMatch(/undefined|null|\s\s/);
  });

  test.each<[string, object, string]>([
    ["checkout", { slot: 2 }, "seat 2 was free"],
    ["checkout", { slot: 6, overage: true }, "overage seat 6 was free"],
    ["checkout", { holder: "ann", resumed: true }, "ann got its own seat back"],
    ["activate", { knownDevice: true }, "the device was activated already"],
    ["ticket", { amount: 4, meter: "minutes" }, "4 minutes were reserved"],
    [
      "usage",
      { events: 3, accepted: 2, duplicates: 1 },
      "2 of 3 usage events were charged, 1 had been before",
    ],
    [
      "ticket_expired",
      { ticket: "job", status: "settled", used: 9 },
      "ticket job ran out and was charged 9 that its journal had told",
    ],
    [
      "offline_journal",
      { late: 35, short: 20 },
      "the usage journal was taken in; 35 credits were told and charged late; for 20 credits that it tells there was no balance left",
    ],
    ["offline_journal", { replayed: true }, "the usage journal had been taken in before"],
    ["transition", { from: "active", to: "grace" }, "time changed the license from active to grace"],
  ])("of %s says what was done: %o", (operation, facts, what) => {
    expect(
      explainDecision({
        ...denied,
        operation,
        outcome: "granted",
        code: null,
        rule: null,
        facts: { ...facts },
      }),
    ).toBe(`Granted: ${what}.`);
  });
});
