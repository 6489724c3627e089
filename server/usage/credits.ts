import type { Prisma } from "#prisma/generated/client.ts";
import type { Code } from "#server/domain/codes.ts";
import { SignetError } from "#server/domain/errors.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { BalanceRow } from "./usage-store.ts";

type Tx = Prisma.TransactionClient;

/** Which account, and why: every change by hand says so in the ledger. */
interface CreditChange {
  readonly licenseId: string;
  /** Meter code. */
  readonly meter: string;
  readonly reason: string;
  readonly correlationId: string;
}

export interface GrantInput extends CreditChange {
  readonly kind: "prepaid" | "promo";
  /** Whole number from 1 on. */
  readonly amount: number;
  /** Lower burns first; period credits have 100. */
  readonly priority: number;
  readonly expiresAt: Date | null;
  /** Made by whoever asks, so that it is added once; made here when left out. */
  readonly grantId?: string;
}

export interface RefundInput extends CreditChange {
  /** At most what it cost. */
  readonly amount: number;
  /** The id, made by the client, of the usage event or of the settled ticket. */
  readonly of: { readonly eventId: string } | { readonly ticketId: string };
}

export interface AdjustInput extends CreditChange {
  /** Added to the balance; below zero, taken from it. */
  readonly amount: number;
  /** Made by whoever asks: no two corrections of a tenant have the same. */
  readonly requestId?: string;
}

/** The line a change wrote. */
export interface CreditChanged {
  readonly accountId: string;
  readonly entry: number;
  readonly balance: number;
}

interface ChangeRow {
  readonly code: Code | null;
  readonly account_id: string;
  readonly entry: bigint;
  readonly balance: bigint;
}

/** What the vendor does to accounts. Every method runs in the caller's `withTenant` transaction, which audits it. */
export function createCredits({ clock }: { clock: Clock }) {
  async function change(
    tx: Tx,
    tenantId: string,
    kind: "grant" | "refund" | "adjust",
    { licenseId, meter, reason, correlationId }: CreditChange,
    amount: number,
    grant?: { id: string; kind: "prepaid" | "promo"; priority: number; expiresAt: Date | null },
    charge?: { eventId?: string; ticketId?: string },
  ): Promise<CreditChanged> {
    const [row] = await tx.$queryRaw<ChangeRow[]>`
      SELECT * FROM change_credits(
        ${tenantId}::uuid, ${clock.forDatabase()}::timestamptz, ${licenseId}::uuid, ${meter}, ${kind}::ledger_kind,
        ${amount}::bigint, ${grant?.id ?? null}::uuid, ${grant?.kind ?? null}::grant_kind,
        ${grant?.priority ?? null}::integer, ${grant?.expiresAt ?? null}::timestamptz, ${charge?.eventId ?? null},
        ${charge?.ticketId ?? null}, ${reason}, ${correlationId})`;
    if (row === undefined) throw new Error("change_credits answered nothing.");
    if (row.code !== null) throw new SignetError(row.code);
    return { accountId: row.account_id, entry: Number(row.entry), balance: Number(row.balance) };
  }

  /** Locks a license's accounts, and does what time has made due on them. */
  async function lock(tx: Tx, tenantId: string, licenseId: string): Promise<void> {
    await tx.$executeRaw`SELECT lock_accounts(${tenantId}::uuid, ARRAY[${licenseId}::uuid], ${clock.forDatabase()}::timestamptz)`;
  }

  return {
    /** Opens the accounts that licenses' rules name and lets those there are follow the rules; after issue and change. */
    async open(tx: Tx, tenantId: string, licenseIds: readonly string[]): Promise<void> {
      await tx.$executeRaw`SELECT open_accounts(${tenantId}::uuid, ${licenseIds}::uuid[], ${clock.forDatabase()}::timestamptz)`;
    },

    lock,

    /** Adds credits. Throws `meter_not_entitled` when the license has no such account. */
    async grant(tx: Tx, tenantId: string, input: GrantInput): Promise<CreditChanged & { grantId: string }> {
      const { kind, amount, priority, expiresAt, grantId = newUuid() } = input;
      const changed = await change(tx, tenantId, "grant", input, amount, {
        id: grantId,
        kind,
        priority,
        expiresAt,
      });
      return { ...changed, grantId };
    },

    /**
     * Gives back what an event or ticket cost, once, wholly or in part. Throws `not_found` when nothing of at least that
     * amount was charged there, or it was refunded before.
     */
    refund: (tx: Tx, tenantId: string, input: RefundInput) =>
      change(tx, tenantId, "refund", input, input.amount, undefined, input.of),

    /** Corrects the balance. Throws `insufficient_credits` when it would fall below what the overdraft allows. */
    adjust: (tx: Tx, tenantId: string, input: AdjustInput) =>
      change(
        tx,
        tenantId,
        "adjust",
        input,
        input.amount,
        undefined,
        input.requestId === undefined ? undefined : { eventId: input.requestId },
      ),

    /** A license's accounts as they are now, sorted by meter, also those its rules no longer name. */
    async accounts(tx: Tx, tenantId: string, licenseId: string): Promise<readonly BalanceRow[]> {
      const [row] = await tx.$queryRaw<{ balances: BalanceRow[] }[]>`
        SELECT balances FROM account_balances(${tenantId}::uuid, ${clock.forDatabase()}::timestamptz, ${licenseId}::uuid, NULL)`;
      return row?.balances ?? [];
    },

    /** The grants of a license, in the order in which they burn, each with what is left of it now. */
    async grants(tx: Tx, tenantId: string, licenseId: string) {
      await lock(tx, tenantId, licenseId);
      const accounts = { tenantId, licenseId };
      await tx.$executeRaw`
        SELECT burn_down_grants(tenant_id, id) FROM account
         WHERE tenant_id = ${tenantId}::uuid AND license_id = ${licenseId}::uuid`;
      return tx.grant.findMany({
        where: { tenantId, account: accounts },
        include: { account: { select: { meter: { select: { code: true } } } } },
        orderBy: [
          { priority: "asc" },
          { expiresAt: { sort: "asc", nulls: "last" } },
          { createdAt: "asc" },
          { id: "asc" },
        ],
      });
    },

    /** An account's ledger, newest first, each line with the balance after it; `before` is the last entry of the page before. */
    ledger: (tx: Tx, tenantId: string, page: { accountId: string; before?: bigint; limit: number }) =>
      tx.ledgerEntry.findMany({
        where: {
          tenantId,
          accountId: page.accountId,
          ...(page.before === undefined ? {} : { entry: { lt: page.before } }),
        },
        orderBy: { entry: "desc" },
        take: page.limit,
      }),
  };
}
