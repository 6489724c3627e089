import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import { newCorrelationId, newUuid } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import * as store from "./license-transitions-store.ts";
import type { Tx } from "./ports.ts";

/** Tells of what time alone has done to licenses. Status never waits for this: it is derived from fields and the clock. */
export function createTransitions({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /**
     * Records licenses whose status is no longer the one announced, at most `limit` over all tenants. Running it twice, or
     * by two workers at once, announces nothing twice.
     */
    async announceTransitions({
      limit,
    }: {
      readonly limit: number;
    }): Promise<{ readonly announced: number }> {
      let announced = 0;
      await eachTenant(database, async (tenantId) => {
        const left = limit - announced;
        if (left === 0) return;
        announced += await database.withTenant(tenantId, (tx) => announce(tx, tenantId, clock.now(), left));
      });
      return { announced };
    },
  };
}

async function announce(tx: Tx, tenantId: string, now: Date, limit: number): Promise<number> {
  const changed = await store.takeDue(tx, tenantId, now, limit);
  if (changed.length === 0) return 0;
  const correlationId = currentCorrelationId() ?? newCorrelationId();
  await store.recordTransitions(
    tx,
    changed.map(({ id, policyVersionId, from, to }) => ({
      tenantId,
      id: newUuid(),
      at: now,
      operation: "transition",
      outcome: "granted" as const,
      facts: { from, to },
      licenseId: id,
      policyVersionId,
      correlationId,
    })),
  );
  return changed.length;
}
