import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { LEDGER_KINDS, TICKET_STATUSES } from "../domain/ledger.ts";
import { pageFields, requiredText } from "./input.ts";

/** Well within what JavaScript counts exactly, however often it is added up. */
const AMOUNT_MAX = 1_000_000_000_000;
const NOT_A_CURSOR = "The cursor is the nextCursor of the page before.";

const accountId = idOf("account");
const reason = requiredText("Say why, for whoever reads the ledger later.", 500);
/** Made by whoever asks: what came twice under it is done once. */
const requestId = z.uuid("A request id is a UUID, made anew for each change.");
const whole = z.int("Enter a whole number.");
const amountUpTo = (max: number) => whole.max(max, `Enter at most ${max.toLocaleString("en")}.`);
const date = z
  .date("Choose a date.")
  .min(new Date("1970-01-01"), "Choose a date after 1970.")
  .max(new Date("9000-01-01"), "Choose a date before the year 9000.");

export const listAccounts = z
  .strictObject({
    licenseId: idOf("license").optional(),
    productId: idOf("product").optional(),
    customerId: idOf("customer").optional(),
    /** Meter code. */
    meter: z.string().max(60, "Use at most 60 characters.").optional(),
    ...pageFields,
  })
  .prefault({});
export type ListAccounts = z.output<typeof listAccounts>;

export const oneAccount = z.strictObject({ id: accountId });

export const listTickets = z.strictObject({
  id: accountId,
  status: z.enum(TICKET_STATUSES, `Choose one of ${TICKET_STATUSES.join(", ")}.`).optional(),
  ...pageFields,
  // tRPC's endless lists say which way they go; this one goes one way only.
  direction: z.literal("forward").optional(),
});
export type ListTickets = z.output<typeof listTickets>;

export const listLedger = z.strictObject({
  id: accountId,
  kind: z.enum(LEDGER_KINDS, `Choose one of ${LEDGER_KINDS.join(", ")}.`).optional(),
  from: date.optional(),
  /** Without the moment itself. */
  to: date.optional(),
  cursor: z
    .string()
    .regex(/^[1-9][0-9]{0,14}$/, NOT_A_CURSOR)
    .nullish(),
  limit: whole.min(1, "Ask for at least 1.").max(1_000, "Ask for at most 1,000.").default(25),
  direction: z.literal("forward").optional(),
});
export type ListLedger = z.output<typeof listLedger>;

export const grantCredits = z.strictObject({
  id: accountId,
  requestId,
  kind: z.enum(["prepaid", "promo"], "Choose prepaid or promo."),
  amount: amountUpTo(AMOUNT_MAX).min(1, "Enter at least 1."),
  /** Lower burns first. */
  priority: whole.min(0, "Enter 0 or more.").max(1_000, "Enter at most 1,000.").default(100),
  expiresAt: date.nullable().default(null),
  reason,
});
export type GrantCredits = z.output<typeof grantCredits>;

export const refundCharge = z.strictObject({
  id: accountId,
  of: z.union(
    [
      z.strictObject({ eventId: z.string().min(1).max(200) }),
      z.strictObject({ ticketId: z.string().min(1).max(200) }),
    ],
    "Name the usage event or the ticket that was charged.",
  ),
  amount: amountUpTo(AMOUNT_MAX).min(1, "Enter at least 1."),
  reason,
});
export type RefundCharge = z.output<typeof refundCharge>;

export const adjustBalance = z.strictObject({
  id: accountId,
  requestId,
  amount: amountUpTo(AMOUNT_MAX)
    .min(-AMOUNT_MAX, `Take at most ${AMOUNT_MAX.toLocaleString("en")}.`)
    .refine((amount) => amount !== 0, "Enter what to add, or below zero what to take."),
  reason,
});
export type AdjustBalance = z.output<typeof adjustBalance>;
