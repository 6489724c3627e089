import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/trpc/router.ts";

export type Incident = inferRouterOutputs<AppRouter>["incident"]["list"]["items"][number];

export interface IncidentWords {
  readonly title: string;
  /** What disagrees with what. */
  readonly meaning: string;
  /** What it can do to a customer while it lasts. */
  readonly harm: string;
  readonly todo: readonly string[];
}

/** What every cause has in common: somebody wrote to the database past Signet, or a part of it was restored. */
const LOOK =
  "Find what wrote to the database past Signet at about the time it began: a script, a restored backup, an edit by hand.";
const KEEP = "Keep a copy of the database before anything is put right: it is the evidence.";
const ENDS = "Once both agree again, the incident ends by itself at the next check.";

const KINDS: Readonly<Record<string, IncidentWords>> = {
  ledger_sums: {
    title: "A balance is not the sum of its ledger",
    meaning:
      "Every change of a balance is one line of its ledger. Added up, the lines give another balance than the account has.",
    harm: "Credits are admitted by the account's balance: the customer may spend too much, or be refused too soon.",
    todo: [
      LOOK,
      KEEP,
      "Do not hide it by adjusting credits: an adjustment changes both sides alike, and the difference stays.",
      `The ledger is the truth: let the database's owner set the account to its sums. ${ENDS}`,
    ],
  },
  ledger_chain: {
    title: "The lines of a ledger do not follow each other",
    meaning:
      "Each line has the next number and the balance after it. From some line on, the numbers or balances do not fit.",
    harm: "The balance itself may be right, but what led to it cannot be relied on, for instance in a dispute.",
    todo: [
      LOOK,
      KEEP,
      `Compare the lines from the first that does not fit with a backup, and restore them. ${ENDS}`,
    ],
  },
  ticket_reservations: {
    title: "Reserved credits are not those of open tickets",
    meaning: "What an account holds back is the sum of its pending tickets. Here it is not.",
    harm: "Too much is held back, and the customer is refused what is theirs; or too little, and tickets cannot be honoured.",
    todo: [
      LOOK,
      "Look at the account's open tickets: one that was ended past Signet is the usual cause.",
      `Let the database's owner set the account's reserved credits to the sum of its open tickets. ${ENDS}`,
    ],
  },
  grant_amounts: {
    title: "Grants are not what the ledger says was granted",
    meaning:
      "Each grant has its line in the ledger, and what remains of it is between zero and its amount. One of these is not so.",
    harm: "What expires next, and what a refund gives back to, may be wrong.",
    todo: [LOOK, KEEP, `Compare the account's grants with its ledger lines of the kind grant. ${ENDS}`],
  },
  pool_seats: {
    title: "A pool has not as many slots as seats",
    meaning:
      "A pool has exactly one slot in service for each seat that is paid for. Here it has another number.",
    harm: "With fewer slots people are refused seats that are paid for; with more, seats could be oversold.",
    todo: [
      LOOK,
      `Change the license's seats by one and back: each time, Signet makes the slots anew to that number. ${ENDS}`,
    ],
  },
  seat_leases: {
    title: "Slots and leases tell of different holders",
    meaning:
      "A slot that is held names its live lease, its holder and its fence. Some slot and its lease do not agree.",
    harm: "A holder may lose a seat at the next heartbeat, or a slot may stay taken that nobody uses.",
    todo: [
      LOOK,
      "Wait for one lease's time to pass: a slot whose time is over is given out again, and the new lease puts it right.",
      `If it lasts longer, look at the seats of the license and release those that nobody uses. ${ENDS}`,
    ],
  },
  license_activations: {
    title: "A license counts other devices than it has",
    meaning: "A license keeps count of its active devices. The devices that are there are another number.",
    harm: "A device may be refused although there is room, or admitted beyond the limit.",
    todo: [
      LOOK,
      KEEP,
      `Let the database's owner set the license's count to the number of its active devices. ${ENDS}`,
    ],
  },
};

const UNKNOWN: IncidentWords = {
  title: "Two records disagree",
  meaning: "Two records of one truth say different things.",
  harm: "Decisions may be made by the wrong one of them.",
  todo: [LOOK, KEEP, ENDS],
};

export function wordsOf(kind: string): IncidentWords {
  return KINDS[kind] ?? UNKNOWN;
}

/** The kinds that have words: as many as reconciliation has. */
export const KINDS_WITH_WORDS = Object.keys(KINDS);

const FIELDS: Readonly<Record<string, string>> = {
  granted: "Granted",
  reserved: "Reserved",
  spent: "Spent",
  entries: "Lines in the ledger",
  unsoundEntries: "Lines that do not fit",
  first: "The first of them",
  lapsing: "Of that, credits that expire when the ticket ends",
  amount: "Granted in all",
  impossibleGrants: "Grants with an impossible rest",
  seats: "Seats",
  liveLeases: "Live leases",
  slotsAstray: "Slots whose lease does not fit",
  devices: "Devices",
};

export interface Comparison {
  readonly label: string;
  readonly expected: string;
  readonly actual: string;
  readonly differs: boolean;
}

/** What should be and what is, figure by figure, those that differ first. */
export function comparisonOf({ expected, actual }: Pick<Incident, "expected" | "actual">): Comparison[] {
  const [should, is] = [figuresOf(expected), figuresOf(actual)];
  const rows = [...new Set([...should.keys(), ...is.keys()])].map((field) => {
    const [one, other] = [shown(should.get(field)), shown(is.get(field))];
    return { label: FIELDS[field] ?? field, expected: one, actual: other, differs: one !== other };
  });
  return rows.toSorted((a, b) => Number(b.differs) - Number(a.differs));
}

function figuresOf(value: unknown): Map<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "none";
  return typeof value === "number" ? value.toLocaleString("en") : String(value);
}

/** Where the thing is shown: an account has a page of its own, a pool is on its license's. */
export function pageOf({ subjectKind, subjectId, license }: Incident): string | undefined {
  if (subjectKind === "account") return `/admin/usage/${subjectId}`;
  return license === null ? undefined : `/admin/licenses/${license.id}`;
}
