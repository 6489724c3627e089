import type { Pool } from "pg";
import type { Clock } from "#server/platform/clock.ts";

export type RetentionStore = ReturnType<typeof createRetentionStore>;

export function createRetentionStore(pool: Pool, clock: Clock) {
  return {
    /** Deletes up to `limit` decisions and up to `limit` ended leases of more than `days` ago; returns how many. */
    async deleteOldEvents(tenantId: string, days: number, limit: number): Promise<number> {
      const { rows } = await pool.query<{ count: number }>({
        name: "delete_old_events",
        text: "SELECT delete_old_events($1, $2, $3, $4) AS count",
        values: [tenantId, clock.forDatabase(), days, limit],
      });
      return rows[0]?.count ?? 0;
    },

    /** Deletes up to `limit` events of the outbox of more than `days` ago, with what was delivered of them. */
    async deleteOldWebhooks(tenantId: string, days: number, limit: number): Promise<number> {
      const { rows } = await pool.query<{ count: number }>({
        name: "delete_old_webhooks",
        text: "SELECT delete_old_webhooks($1, $2, $3, $4) AS count",
        values: [tenantId, clock.forDatabase(), days, limit],
      });
      return rows[0]?.count ?? 0;
    },

    /** Deletes up to `limit` sessions that are over, and up to `limit` old events of people's accounts; returns how many. */
    async deleteOldSignIns(limit: number): Promise<number> {
      const { rows } = await pool.query<{ count: number }>({
        name: "delete_old_sign_ins",
        text: "SELECT delete_old_sign_ins($1, $2) AS count",
        values: [clock.forDatabase(), limit],
      });
      return rows[0]?.count ?? 0;
    },

    /** Deletes up to `limit` mails that ended more than `days` ago; returns how many. */
    async deleteOldMails(tenantId: string, days: number, limit: number): Promise<number> {
      const { rows } = await pool.query<{ count: number }>({
        name: "delete_old_mails",
        text: "SELECT delete_old_mails($1, $2, $3, $4) AS count",
        values: [tenantId, clock.forDatabase(), days, limit],
      });
      return rows[0]?.count ?? 0;
    },
  };
}
