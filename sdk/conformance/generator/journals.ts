import { writeArmour } from "../../typescript/src/offline-armour.ts";
import { DEVICE_FILE_TYPES } from "../../typescript/src/offline-file.ts";
import type { JournalEntry } from "../../typescript/src/wire.ts";
import { digest, signJws, type TestKey } from "../../typescript/testing/authority.ts";
import { CLOCK, device, jwkOf, otherDevice, type Vector } from "./vector.ts";

/** A usage journal, as who takes it in sees it: a well-signed file whose chain must hold. */
interface JournalVector extends Vector {
  readonly text: string;
}

const ACTIVATION = "act_01jm3tqk8xf0ta9v6zgb0c1d2e";
const entry = (amount: number, closes = false): JournalEntry => ({
  ticket: "job-42",
  amount,
  at: CLOCK,
  closes,
});
const ENTRIES = [entry(5), entry(7), entry(3, true)];

/** Written out again, so that the corpus does not agree with the library by being made with it. */
function origin(activation = ACTIVATION, key: TestKey = device): string {
  return digest(`signet-offline-journal\n${activation}\n${key.kid}`);
}

function headOf(entries: readonly JournalEntry[], prev = origin(), first = 1): string {
  return entries.reduce(
    (before, { ticket, amount, at, closes }, index) =>
      digest([before, first + index, ticket, amount, at, closes ? "closes" : "open"].join("\n")),
    prev,
  );
}

function journal(changes: object, by = device): string {
  const claims = {
    deviceKey: jwkOf(by),
    iat: CLOCK,
    activation: ACTIVATION,
    first: 1,
    prev: origin(ACTIVATION, by),
    entries: ENTRIES,
    head: headOf(ENTRIES, origin(ACTIVATION, by)),
    ...changes,
  };
  return writeArmour("journal", signJws({ alg: "EdDSA", typ: DEVICE_FILE_TYPES.journal }, claims, by));
}

const [one = entry(0), two = entry(0), three = entry(0)] = ENTRIES;
const before = headOf([one]);

type Row = readonly [id: string, reason: string | undefined, text: string, says: string];

const ROWS: readonly Row[] = [
  ["good", undefined, journal({}), "A journal from its beginning."],
  [
    "later-stretch",
    undefined,
    journal({ first: 2, prev: before, entries: [two, three], head: headOf([two, three], before, 2) }),
    "A stretch that follows what was uploaded before.",
  ],
  [
    "amount-changed",
    "chain",
    journal({ entries: [entry(1), two, three] }),
    "An entry says less than when it was written.",
  ],
  ["entry-missing", "chain", journal({ entries: [one, three] }), "An entry was taken out."],
  [
    "last-missing",
    "chain",
    journal({ entries: [one, two] }),
    "The last entry was left out, and its hash not.",
  ],
  ["entry-added", "chain", journal({ entries: [...ENTRIES, entry(1)] }), "An entry was put in at the end."],
  ["order-changed", "chain", journal({ entries: [two, one, three] }), "Two entries have changed places."],
  [
    "reopened",
    "chain",
    journal({ entries: [one, two, entry(3)] }),
    "The last use of its ticket is said not to be the last.",
  ],
  [
    "ticket-changed",
    "chain",
    journal({ entries: [{ ...one, ticket: "job-43" }, two, three] }),
    "An entry charges another ticket than when it was written.",
  ],
  [
    "time-changed",
    "chain",
    journal({ entries: [{ ...one, at: CLOCK - 1 }, two, three] }),
    "An entry has another time than when it was written.",
  ],
  [
    "renumbered",
    "chain",
    journal({ first: 2 }),
    "Its entries have other numbers than when they were written.",
  ],
  [
    "prev-wrong",
    "chain",
    journal({
      first: 2,
      prev: digest("nothing"),
      entries: [two, three],
      head: headOf([two, three], before, 2),
    }),
    "Does not follow the entry it says it follows.",
  ],
  [
    "head-wrong",
    "chain",
    journal({ head: digest("nothing") }),
    "Says another last hash than its entries lead to.",
  ],
  [
    "origin-other-device",
    "origin",
    journal({
      prev: origin(ACTIVATION, otherDevice),
      head: headOf(ENTRIES, origin(ACTIVATION, otherDevice)),
    }),
    "Begins where another device's journal begins: the state was copied.",
  ],
  [
    "origin-other-activation",
    "origin",
    journal({
      prev: origin("act_01jm3tqk8xf0ta9v6zgb0c1d2f"),
      head: headOf(ENTRIES, origin("act_01jm3tqk8xf0ta9v6zgb0c1d2f")),
    }),
    "Begins where another activation's journal begins.",
  ],
  [
    "origin-nothing",
    "origin",
    journal({ prev: digest("nothing"), head: headOf(ENTRIES, digest("nothing")) }),
    "Begins nowhere.",
  ],
  ["entries-none", "claims", journal({ entries: [] }), "Holds no entry."],
  [
    "amount-negative",
    "claims",
    journal({ entries: [entry(-1)] }),
    "An amount below nothing would give credits back.",
  ],
  ["amount-fraction", "claims", journal({ entries: [entry(0.5)] }), "An amount that is not whole."],
  [
    "amount-huge",
    "claims",
    journal({ entries: [entry(2 ** 60)] }),
    "An amount that not every language can count.",
  ],
  [
    "ticket-line-break",
    "claims",
    journal({ entries: [{ ...one, ticket: "job\n42" }] }),
    "A line break in a ticket's id could make two entries read alike.",
  ],
  ["first-zero", "claims", journal({ first: 0 }), "Entries count from 1."],
  ["prev-short", "claims", journal({ prev: "AAAA" }), "The hash before it is none."],
  ["more-fields", "claims", journal({ refund: 100 }), "A field that nobody knows, in a file that charges."],
];

export const journals = () => ({
  vectors: ROWS.map(
    ([id, reason, text, says]): JournalVector => ({
      id: `journal-${id}`,
      says,
      text,
      ...(reason === undefined
        ? { accepted: { activation: ACTIVATION } }
        : { refused: { code: "offline_request_invalid", reason } }),
    }),
  ),
});
