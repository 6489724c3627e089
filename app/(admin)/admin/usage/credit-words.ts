import { csvOf } from "#server/domain/csv.ts";
import { formatNumber } from "../../../_components/format.ts";
import type { Account, LedgerLine } from "./account.ts";

/** "1,200 render-minutes". */
export function amountOf(amount: number, { meter }: Pick<Account, "meter">): string {
  return `${formatNumber(amount)} ${meter.unit}`;
}

/** "+40" or "−40". */
export function signed(amount: number): string {
  return amount < 0 ? `−${formatNumber(-amount)}` : `+${formatNumber(amount)}`;
}

/** What a change does to the balance: "Balance: 120 → 95 render-minutes". */
export function balanceWords(account: Pick<Account, "balance" | "meter">, change: number): string {
  return `Balance: ${formatNumber(account.balance)} → ${amountOf(account.balance + change, account)}.`;
}

/** How far a balance may be taken down; below that a correction is refused. */
export function takableOf({ balance, overdraft }: Pick<Account, "balance" | "overdraft">): number {
  return Math.max(0, balance + overdraft);
}

/** What of a line can still be given back: a charge is refunded once. */
export function refundable({
  charged,
  refunded,
  of,
}: Pick<LedgerLine, "charged" | "refunded" | "of">): number {
  return of === null || charged === null || refunded !== 0 ? 0 : charged;
}

export const KIND_WORDS = {
  grant: "Credits added",
  reserve: "Reserved by a ticket",
  settle: "Ticket settled",
  release: "Rest of a ticket returned",
  debit: "Usage charged",
  refund: "Charge refunded",
  adjust: "Corrected by hand",
  expire: "Credits expired",
} as const satisfies Record<LedgerLine["kind"], string>;

/** The ledger as a spreadsheet reads it. A text that begins like a formula is kept from being one. */
export function ledgerCsv(lines: readonly LedgerLine[]): string {
  const header = "entry,recorded_at,kind,change,balance,of,id,reason,correlation_id,occurred_at".split(",");
  const rows = lines.map((line) => [
    line.entry,
    line.recordedAt.toISOString(),
    line.kind,
    line.change,
    line.balance,
    line.of?.kind ?? "",
    line.of?.id ?? "",
    line.reason,
    line.correlationId,
    line.occurredAt?.toISOString() ?? "",
  ]);
  return csvOf([header, ...rows]);
}
