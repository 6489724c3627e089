import type { Pool } from "pg";
import type { Credential } from "#server/domain/credential.ts";
import type { DecisionRow } from "#server/domain/decision.ts";
import type { Clock } from "#server/platform/clock.ts";
import { decideAgain } from "#server/platform/decide-again.ts";
import { provenFunction } from "#server/platform/hot-function.ts";
import {
  type UsageAnswer,
  type UsageBatchRow,
  type UsageItem,
  usageAnswers,
  usageColumns,
} from "./usage-batch.ts";

/** What a decision about a ticket was made on, whether it was granted or not. bigints are text. */
interface TicketRow extends DecisionRow {
  readonly license_id: string | null;
  readonly activation_id: string | null;
  readonly product: string | null;
  readonly status_index: number | null;
  readonly account_id: string | null;
  readonly amount: string | null;
  /** The last ledger entry it wrote. */
  readonly entry: string | null;
  readonly balance: string | null;
  /** It was answered before, and this is that answer. */
  readonly replayed: boolean;
}

export interface IssueRow extends TicketRow {
  readonly issued_at: Date;
  readonly expires_at: Date | null;
}

export interface EndRow extends TicketRow {
  readonly meter: string | null;
  readonly used: string | null;
  readonly ended_at: Date | null;
}

interface TicketItem {
  /** Made by the client. */
  readonly id: string;
  readonly license_id: string;
  readonly activation_id: string | null;
  /** Of a vendor's backend. */
  readonly credential?: Credential | null;
  readonly event_id: string;
  readonly correlation_id: string;
}

export interface IssueItem extends TicketItem {
  readonly meter: string;
  readonly amount: number;
  /** To be used without a network, until then at least. */
  readonly offline_until?: Date | undefined;
}

export interface EndItem extends TicketItem {
  readonly verb: "settle" | "void";
  readonly used: number | undefined;
}

/** An account as its owner sees it. */
export interface BalanceRow {
  readonly account: string;
  readonly meter: string;
  readonly unit: string;
  /** The license's rules still name the meter. */
  readonly entitled: boolean;
  readonly granted: number;
  readonly reserved: number;
  readonly spent: number;
  readonly balance: number;
  readonly overdraft: number;
}

export interface BalancesRow extends DecisionRow {
  readonly balances: readonly BalanceRow[];
}

export type UsageStore = ReturnType<typeof createUsageStore>;

/** One call of one SQL function (prisma/sql/) for each batch, as a named prepared statement. */
export function createUsageStore(pool: Pool, clock: Clock) {
  const issue = provenFunction<IssueItem, IssueRow>(pool, clock, "issue_tickets");

  async function sweep(name: "expire_tickets" | "expire_credits", tenantId: string, limit: number) {
    const text = `SELECT ${name}($1, $2, $3) AS count`;
    const { rows } = await pool.query<{ count: number }>({
      name,
      text,
      values: [tenantId, clock.forDatabase(), limit],
    });
    return rows[0]?.count ?? 0;
  }

  return {
    record: (tenantId: string, items: readonly UsageItem[], provenSeq?: number): Promise<UsageAnswer[]> =>
      decideAgain(async () => {
        const columns = usageColumns(items);
        const { rows } = await pool.query<UsageBatchRow>({
          name: "record_usage",
          text: "SELECT * FROM record_usage($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
          values: [tenantId, clock.forDatabase(), ...columns.parameters, provenSeq ?? null],
        });
        const [row] = rows;
        if (row === undefined) throw new Error("record_usage answered nothing.");
        return usageAnswers(items, columns, row);
      }),

    issue: (tenantId: string, items: readonly IssueItem[], provenSeq?: number): Promise<IssueRow[]> =>
      decideAgain(() => issue(tenantId, items, provenSeq)),

    end: provenFunction<EndItem, EndRow>(pool, clock, "end_tickets"),

    async balances(
      tenantId: string,
      licenseId: string,
      activationId: string | null,
      provenSeq?: number,
    ): Promise<BalancesRow> {
      const { rows } = await pool.query<BalancesRow>({
        name: "account_balances",
        text: "SELECT * FROM account_balances($1, $2, $3, $4, $5)",
        values: [tenantId, clock.forDatabase(), licenseId, activationId, provenSeq ?? null],
      });
      const [row] = rows;
      if (row === undefined) throw new Error("account_balances answered nothing.");
      return row;
    },

    /** Announces up to `limit` tickets of a tenant that time has ended; returns how many. */
    expireTickets: (tenantId: string, limit: number) => sweep("expire_tickets", tenantId, limit),

    /** Expires and renews up to `limit` accounts of a tenant that are due; returns how many. */
    expireCredits: (tenantId: string, limit: number) => sweep("expire_credits", tenantId, limit),
  };
}
