import type { Pool } from "pg";
import type { JournalEntry, JournaledTicket } from "#sdk/wire.ts";
import type { ActivateItem, ActivateRow } from "#server/activations/activations-store.ts";
import type { Code } from "#server/domain/codes.ts";
import type { Clock } from "#server/platform/clock.ts";
import { decideAgain } from "#server/platform/decide-again.ts";

export interface OfflineActivateItem extends ActivateItem {
  readonly nonce: string;
  readonly request_hash: string;
}

/** As an activation is answered; beside it the sealed response, where the request was answered before. */
export interface OfflineActivateRow extends ActivateRow {
  readonly response_cipher: Buffer | null;
}

export interface AnswerItem {
  readonly thumbprint: string;
  readonly nonce: string;
  readonly event_id: string;
  readonly correlation_id: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly response: Uint8Array;
}

export interface JournalItem {
  readonly activation_id: string;
  /** Of the device key that signed it. */
  readonly thumbprint: string;
  readonly first: number;
  readonly prev: string;
  readonly entries: readonly (JournalEntry & { readonly hash: string })[];
  readonly event_id: string;
  readonly correlation_id: string;
}

export interface JournalRow {
  readonly decided_at: Date;
  readonly trust_seq: number;
  /** Null: recorded. */
  readonly code: Code | null;
  readonly rule: string | null;
  readonly facts: {
    readonly first: number;
    /** Entries that were known before. */
    readonly recorded: number;
    readonly entry?: number;
    readonly ticket?: string;
  };
  readonly license_id: string | null;
  readonly product: string | null;
  readonly last_entry: number | null;
  readonly head: string | null;
  readonly tickets: readonly JournaledTicket[] | null;
  readonly replayed: boolean;
}

export interface KeptRow {
  readonly code: Code | null;
  /** Null: it was decided, and not answered yet. */
  readonly response_cipher: Buffer | null;
}

export type OfflineStore = ReturnType<typeof createOfflineStore>;

/** One call of one SQL function (prisma/sql/) for each file. */
export function createOfflineStore(pool: Pool, clock: Clock) {
  return {
    activate: (tenantId: string, item: OfflineActivateItem): Promise<OfflineActivateRow> =>
      decideAgain(async () => {
        const { rows } = await pool.query<OfflineActivateRow>({
          name: "activate_offline",
          text: "SELECT * FROM activate_offline($1, $2, $3)",
          values: [tenantId, clock.forDatabase(), JSON.stringify(item)],
        });
        const [row] = rows;
        if (row === undefined) throw new Error("activate_offline answered nothing.");
        return row;
      }),

    /** Tried again where another server recorded the same entries in between: then they are known. */
    recordJournal: (tenantId: string, item: JournalItem): Promise<JournalRow> =>
      decideAgain(async () => {
        const { rows } = await pool.query<JournalRow>({
          name: "record_journal",
          text: "SELECT * FROM record_journal($1, $2, $3)",
          values: [tenantId, clock.forDatabase(), JSON.stringify(item)],
        });
        const [row] = rows;
        if (row === undefined) throw new Error("record_journal answered nothing.");
        return row;
      }),

    /** What was answered to a request, or why it is answered no more; undefined where nobody asked. */
    async kept(tenantId: string, thumbprint: string, nonce: string): Promise<KeptRow | undefined> {
      const { rows } = await pool.query<KeptRow>({
        name: "kept_offline_response",
        text: "SELECT * FROM kept_offline_response($1, $2, $3, $4)",
        values: [tenantId, clock.forDatabase(), thumbprint, nonce],
      });
      return rows[0];
    },

    /** The response that is kept: this one, or the first of another server. */
    async answer(tenantId: string, { response, ...item }: AnswerItem): Promise<Buffer> {
      const { rows } = await pool.query<{ kept: Buffer }>({
        name: "answer_offline_request",
        text: "SELECT answer_offline_request($1, $2, $3, $4) AS kept",
        values: [tenantId, clock.forDatabase(), JSON.stringify(item), response],
      });
      const [row] = rows;
      if (row === undefined) throw new Error("answer_offline_request kept nothing.");
      return row.kept;
    },
  };
}
