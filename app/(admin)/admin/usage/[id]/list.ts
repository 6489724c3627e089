import { LEDGER_KINDS } from "#server/domain/ledger.ts";
import type { TableSpec } from "../../../../_components/table-url.ts";
import { KIND_WORDS } from "../credit-words.ts";

/** What a ledger can be narrowed by, in its address; days are `2027-01-31`. */
export const LEDGER = { filters: { kind: LEDGER_KINDS, from: null, to: null } } satisfies TableSpec;

export const KIND_OPTIONS = LEDGER_KINDS.map((value) => ({ value, label: KIND_WORDS[value] }));

interface Narrowed {
  readonly kind?: (typeof LEDGER_KINDS)[number];
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** The ledger's address → what the procedure is asked for. The last day is meant whole. */
export function ledgerInput(id: string, { kind, from, to, limit, cursor }: Narrowed) {
  const begins = from === undefined ? undefined : dayOf(from);
  const ends = to === undefined ? undefined : dayOf(to);
  ends?.setUTCDate(ends.getUTCDate() + 1);
  return {
    id,
    limit,
    ...(kind === undefined ? {} : { kind }),
    ...(begins === undefined ? {} : { from: begins }),
    ...(ends === undefined ? {} : { to: ends }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** UTC, as periods of credits are; what is no day is as if it were not there. */
function dayOf(text: string): Date | undefined {
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? undefined : day;
}
