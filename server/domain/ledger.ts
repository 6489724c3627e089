/** What a line of a ledger can be, and what can become of a ticket, in the words of the schema. */
export const LEDGER_KINDS = [
  "grant",
  "reserve",
  "settle",
  "release",
  "debit",
  "refund",
  "adjust",
  "expire",
] as const;
export const TICKET_STATUSES = ["pending", "settled", "voided", "expired"] as const;
