/** Files that licenses are imported from: what their columns are, and how a column is known by its heading. */

export const IMPORT_ROWS_MAX = 10_000;

export interface ImportColumn {
  /** What it holds and what leaving it empty means, for whoever fills it in. */
  readonly says: string;
  readonly required: boolean;
  /** Other headings it goes by, in small letters with single spaces. */
  readonly also: readonly string[];
  readonly examples: readonly [string, string, string];
}

const columns = {
  customer: {
    says: "The customer's name, or its id (cus_…). A name that you do not have yet makes a new customer.",
    required: true,
    also: ["customer name", "customer id", "company", "organisation", "organization", "account", "licensee"],
    examples: ["Northwind", "Northwind", "Tailspin Toys"],
  },
  customer_email: {
    says: "The address of a new customer. Empty: none; one that you have already keeps its own.",
    required: false,
    also: ["email", "e mail", "customer e mail", "contact email", "contact"],
    examples: ["", "", "it@tailspin.example"],
  },
  policy: {
    says: "The code of a published policy. Empty: the one that you choose for all rows.",
    required: false,
    also: ["policy code", "plan", "license type", "licence type"],
    examples: ["studio", "studio", "studio"],
  },
  product: {
    says: "The product's code; needed only where two products have a policy of the same code.",
    required: false,
    also: ["product code"],
    examples: ["", "", ""],
  },
  starts_at: {
    says: "The first day, such as 2027-01-31, in UTC. Empty: now.",
    required: false,
    also: ["starts", "start", "start date", "valid from"],
    examples: ["", "2027-01-01", ""],
  },
  expires_at: {
    says: "The last day, in UTC. Empty: as the policy says.",
    required: false,
    also: ["expires", "expiry", "expiry date", "expiration date", "end", "end date", "valid until"],
    examples: ["", "2027-12-31", ""],
  },
  devices: {
    says: "How many devices it may be used on, or “unlimited”. Empty: as the policy says.",
    required: false,
    also: ["device limit", "activations", "activation limit", "machines"],
    examples: ["", "5", "unlimited"],
  },
  seats: {
    says: "How many floating seats it has. Empty: as the policy says.",
    required: false,
    also: ["floating seats", "seat count"],
    examples: ["", "", ""],
  },
  note: {
    says: "Anything that helps to find it: an order number. Only your team sees it.",
    required: false,
    also: ["notes", "comment", "order", "order number", "reference"],
    examples: ["Order 1041", "Order 1042", "Order 1043"],
  },
} as const satisfies Readonly<Record<string, ImportColumn>>;

export type ImportColumnName = keyof typeof columns;

/** Every column a file may have, in the order in which people are shown them. */
export const IMPORT_COLUMNS: Readonly<Record<ImportColumnName, ImportColumn>> = columns;

export const IMPORT_COLUMN_NAMES = Object.keys(columns).filter(
  (name): name is ImportColumnName => name in columns,
);

/** Which column of the file, counted from 0, holds what; null: none does. */
export type ImportMapping = Readonly<Record<ImportColumnName, number | null>>;

/** What each heading most likely stands for; the first that fits is taken. */
export function guessMapping(headings: readonly string[]): ImportMapping {
  const plain = headings.map((heading) =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, " "),
  );
  const guessed: Record<ImportColumnName, number | null> = { ...NOTHING_MAPPED };
  for (const name of IMPORT_COLUMN_NAMES) {
    const names = [name.replaceAll("_", " "), ...IMPORT_COLUMNS[name].also];
    const index = names.map((each) => plain.indexOf(each)).find((found) => found >= 0);
    guessed[name] = index ?? null;
  }
  return guessed;
}

const NOTHING_MAPPED: ImportMapping = {
  customer: null,
  customer_email: null,
  policy: null,
  product: null,
  starts_at: null,
  expires_at: null,
  devices: null,
  seats: null,
  note: null,
};

/** A file to begin from: the headings, and three rows that say how they are filled in. */
export function exampleRows(): string[][] {
  const rows = [0, 1, 2].map((row) =>
    IMPORT_COLUMN_NAMES.map((name) => IMPORT_COLUMNS[name].examples[row] ?? ""),
  );
  return [[...IMPORT_COLUMN_NAMES], ...rows];
}
