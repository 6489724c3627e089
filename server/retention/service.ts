import { INSTALLATION } from "#server/domain/installation.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import type { RetentionStore } from "./retention-store.ts";

/** Rows deleted in one transaction, and such transactions for one tenant in one run; the runs after it go on. */
const DELETED_AT_ONCE = 1_000;
const STEPS_MAX = 100;

/**
 * Lets go of what is kept for a time only: decisions, ended leases, the outbox, mails, sessions that are over, what happened to
 * people's accounts, answers kept for idempotency keys. Never the ledger.
 */
export function createRetention(deps: {
  database: Database;
  store: RetentionStore;
  idempotencyKeys: { deleteExpired(tenantId: string, limit: number): Promise<number> };
  /** Days that decisions and ended leases are kept. */
  eventDays: number;
  /** Days that the outbox, what was delivered of it, and which mails were sent is kept. */
  webhookDays: number;
}) {
  const { database, store, idempotencyKeys, eventDays, webhookDays } = deps;

  async function untilNothingIsLeft(deleteSome: () => Promise<number>): Promise<number> {
    let deleted = 0;
    for (let step = 0; step < STEPS_MAX; step++) {
      const count = await deleteSome();
      deleted += count;
      if (count === 0) break;
    }
    return deleted;
  }

  const deleteMails = (tenantId: string) =>
    untilNothingIsLeft(() => store.deleteOldMails(tenantId, webhookDays, DELETED_AT_ONCE));

  return {
    /** Over all tenants, in bounded steps. Running it twice changes nothing. */
    async deleteExpired(): Promise<{ deleted: number }> {
      let deleted = await deleteMails(INSTALLATION);
      deleted += await untilNothingIsLeft(() => store.deleteOldSignIns(DELETED_AT_ONCE));
      await eachTenant(database, async (tenantId) => {
        deleted += await untilNothingIsLeft(() =>
          store.deleteOldEvents(tenantId, eventDays, DELETED_AT_ONCE),
        );
        deleted += await untilNothingIsLeft(() =>
          store.deleteOldWebhooks(tenantId, webhookDays, DELETED_AT_ONCE),
        );
        deleted += await deleteMails(tenantId);
        deleted += await untilNothingIsLeft(() => idempotencyKeys.deleteExpired(tenantId, DELETED_AT_ONCE));
      });
      return { deleted };
    },
  };
}
