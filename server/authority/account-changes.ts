import type { Actor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import type { AdjustBalance, GrantCredits, RefundCharge } from "./account-input.ts";
import * as store from "./account-store.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import { present } from "./missing.ts";
import type { Credits, Tx } from "./ports.ts";

/** What a change did to the balance. */
export interface BalanceChange {
  readonly balanceBefore: number;
  readonly balance: number;
  /** It was done before, and is not done again. */
  readonly replayed: boolean;
}

/** What was found to be done already, or how to do it. */
type Decided =
  | { readonly done: bigint }
  | {
      readonly amount: number;
      readonly detail: { readonly [name: string]: Auditable };
      run(): Promise<{ readonly balance: number }>;
    };

/**
 * What the vendor does to a balance by hand. Each is a line of the ledger with a reason and an entry of the audit log, in one
 * transaction; asked for twice, at once or later, it is done once.
 */
export function createAccountChanges(deps: { database: Database; clock: Clock; credits: Credits }) {
  const { database, clock, credits } = deps;

  function change(
    actor: Actor,
    accountId: string,
    { action, reason }: { readonly action: string; readonly reason: string },
    decide: (tx: Tx, about: Parameters<Credits["adjust"]>[2]) => Promise<Decided>,
  ): Promise<BalanceChange> {
    const { tenantId } = actor;
    const correlationId = currentCorrelationId() ?? newCorrelationId();
    return database.withTenant(tenantId, async (tx) => {
      const { licenseId, meter } = present(await store.findAccount(tx, tenantId, accountId), "account");
      // What was done before is looked for under the lock, so that of two that come at once the second finds the first.
      await credits.lock(tx, tenantId, licenseId);
      const decided = await decide(tx, { licenseId, meter, reason, correlationId, amount: 0 });
      if ("done" in decided) {
        const { granted, reserved, spent } = present(
          await store.findAccount(tx, tenantId, accountId),
          "account",
        );
        const balance = Number(granted - reserved - spent);
        return { balanceBefore: balance - Number(decided.done), balance, replayed: true };
      }
      const { balance } = await decided.run();
      const balanceBefore = balance - decided.amount;
      await recordAudit(tx, actor, clock, {
        action,
        subjectKind: "license",
        subjectId: licenseId,
        before: { meter, balance: balanceBefore },
        after: { meter, balance, amount: decided.amount, ...decided.detail, reason },
      });
      return { balanceBefore, balance, replayed: false };
    });
  }

  return {
    /** Adds credits. Throws `idempotency_conflict` when the request's id was used for others. */
    grant(actor: Actor, { id, requestId, kind, amount, priority, expiresAt, reason }: GrantCredits) {
      const { tenantId } = actor;
      if (expiresAt !== null && expiresAt <= clock.now())
        throw invalidField("/expiresAt", "Choose a date in the future.");
      return change(actor, id, { action: "license.credits_granted", reason }, async (tx, about) => {
        const known = await store.findGrant(tx, tenantId, requestId);
        if (known !== null) {
          if (known.accountId !== id || known.amount !== BigInt(amount))
            throw new SignetError("idempotency_conflict");
          return { done: known.amount };
        }
        const grant = { kind, priority, expiresAt, grantId: requestId };
        return {
          amount,
          detail: { grantId: publicId("grant", requestId), kind, priority, expiresAt },
          run: () => credits.grant(tx, tenantId, { ...about, amount, ...grant }),
        };
      });
    },

    /**
     * Gives back what a usage event or a settled ticket cost, wholly or in part, once. Throws `not_found` for what was never
     * charged here, and `invalid_request` for more than it cost, or for another amount than was given back before.
     */
    refund(actor: Actor, { id, of, amount, reason }: RefundCharge) {
      const { tenantId } = actor;
      return change(actor, id, { action: "license.charge_refunded", reason }, async (tx, about) => {
        const { charged, refunded } = await chargeOf(tx, tenantId, id, of);
        if (refunded === BigInt(amount)) return { done: refunded };
        if (refunded > 0n)
          throw invalidField(
            "/amount",
            `A charge is refunded once: ${refunded} of it were given back before.`,
          );
        if (charged < BigInt(amount))
          throw invalidField("/amount", `It cost ${charged}: refund at most that.`);
        return { amount, detail: of, run: () => credits.refund(tx, tenantId, { ...about, amount, of }) };
      });
    },

    /**
     * Corrects the balance, up or down. Throws `insufficient_credits` when it would fall below what the overdraft allows, and
     * `idempotency_conflict` when the request's id was used for another correction.
     */
    adjust(actor: Actor, { id, requestId, amount, reason }: AdjustBalance) {
      const { tenantId } = actor;
      return change(actor, id, { action: "license.balance_adjusted", reason }, async (tx, about) => {
        const known = await store.findEventEntry(tx, tenantId, requestId, "adjust");
        if (known !== null) {
          const done = known.granted - known.spent;
          if (known.accountId !== id || done !== BigInt(amount))
            throw new SignetError("idempotency_conflict");
          return { done };
        }
        return {
          amount,
          detail: {},
          run: () => credits.adjust(tx, tenantId, { ...about, amount, requestId }),
        };
      });
    },
  };
}

/** What an event or a ticket of this account cost, and what of it was given back. */
async function chargeOf(
  tx: Tx,
  tenantId: string,
  accountId: string,
  of: RefundCharge["of"],
): Promise<{ charged: bigint; refunded: bigint }> {
  if ("ticketId" in of) {
    const ticket = await store.findTicket(tx, tenantId, of.ticketId);
    const own =
      ticket !== null && ticket.accountId === accountId && ticket.used !== null ? ticket : undefined;
    const { used, refunded } = present(own, "settled ticket of this account");
    return { charged: used ?? 0n, refunded };
  }
  const debit = await store.findEventEntry(tx, tenantId, of.eventId, "debit");
  const { spent } = present(debit?.accountId === accountId ? debit : undefined, "charge of this account");
  const refund = await store.findEventEntry(tx, tenantId, of.eventId, "refund");
  return { charged: spent, refunded: -(refund?.spent ?? 0n) };
}
