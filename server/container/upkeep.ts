import { createAnalytics } from "../analytics/service.ts";
import { createHealth } from "../operations/health-service.ts";
import { createPortalMetrics } from "../operations/portal-metrics.ts";
import { createReconciliation } from "../reconciliation/service.ts";
import { createRetentionStore } from "../retention/retention-store.ts";
import { createRetention } from "../retention/service.ts";
import type { Foundation } from "./foundation.ts";
import type { Runtime } from "./runtime.ts";

/** What counts, adds up again, watches and clears away. */
export function createUpkeep({ env, clock, log, database }: Foundation, { idempotencyKeys }: Runtime) {
  return {
    analytics: createAnalytics({ database, clock }),
    retention: createRetention({
      database,
      store: createRetentionStore(database.pool, clock),
      idempotencyKeys,
      eventDays: env.EVENT_RETENTION_DAYS,
      webhookDays: env.WEBHOOK_RETENTION_DAYS,
    }),
    reconciliation: createReconciliation({ database, clock, log }),
    health: createHealth({ database, clock }),
    portalMetrics: createPortalMetrics({ clock }),
  };
}
