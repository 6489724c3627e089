import type { Pool } from "pg";
import type { Clock } from "#server/platform/clock.ts";

export interface TakenKey {
  readonly outcome: "first" | "answered" | "in_progress" | "conflict";
  readonly answer_cipher: Buffer | null;
}

export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>;

export function createIdempotencyStore(pool: Pool, clock: Clock) {
  return {
    async take(
      tenantId: string,
      key: {
        readonly hash: Buffer;
        readonly request: Buffer;
        readonly attempt: string;
        readonly leaseSeconds: number;
        readonly keptSeconds: number;
      },
    ): Promise<TakenKey> {
      const { rows } = await pool.query<TakenKey>({
        name: "take_idempotency_key",
        text: "SELECT * FROM take_idempotency_key($1, $2, $3, $4, $5, make_interval(secs => $6), make_interval(secs => $7))",
        values: [
          tenantId,
          clock.forDatabase(),
          key.hash,
          key.request,
          key.attempt,
          key.leaseSeconds,
          key.keptSeconds,
        ],
      });
      const [taken] = rows;
      if (taken === undefined) throw new Error("take_idempotency_key returned nothing");
      return taken;
    },

    /** Keeps the attempt's answer; null frees the key for the same request. */
    async answer(
      tenantId: string,
      key: { readonly hash: Buffer; readonly attempt: string },
      answerCipher: Uint8Array | null,
    ): Promise<void> {
      await pool.query({
        name: "answer_idempotency_key",
        text: "SELECT answer_idempotency_key($1, $2, $3, $4, $5)",
        values: [tenantId, clock.forDatabase(), key.hash, key.attempt, answerCipher],
      });
    },

    /** Forgets up to `limit` keys whose time is over; returns how many. */
    async deleteExpired(tenantId: string, limit: number): Promise<number> {
      const { rows } = await pool.query<{ count: number }>({
        name: "delete_expired_idempotency_keys",
        text: "SELECT delete_expired_idempotency_keys($1, $2, $3) AS count",
        values: [tenantId, clock.forDatabase(), limit],
      });
      return rows[0]?.count ?? 0;
    },
  };
}
