import type { LicenseStatus } from "../domain/license-state.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId, newUuid } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
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
      const tenants = await database.prisma.tenant.findMany({ select: { id: true } });
      let announced = 0;
      for (const { id } of tenants) {
        if (announced === limit) break;
        const left = limit - announced;
        announced += await database.withTenant(id, (tx) => announce(tx, id, clock.now(), left));
      }
      return { announced };
    },
  };
}

async function announce(tx: Tx, tenantId: string, now: Date, limit: number): Promise<number> {
  const changed = await takeDue(tx, tenantId, now, limit);
  if (changed.length === 0) return 0;
  const correlationId = currentCorrelationId() ?? newCorrelationId();
  await tx.runtimeEvent.createMany({
    data: changed.map(({ id, policyVersionId, from, to }) => ({
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
  });
  return changed.length;
}

/** Licenses another worker is at are left to it. */
function takeDue(tx: Tx, tenantId: string, now: Date, limit: number) {
  return tx.$queryRaw<{ id: string; policyVersionId: string; from: LicenseStatus; to: LicenseStatus }[]>`
    WITH due AS (
      SELECT l.id, l.announced_status AS "from",
             license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS "to"
        FROM license l
       WHERE l.tenant_id = ${tenantId}::uuid
         AND l.announced_status <>
             license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz)
       LIMIT ${limit}
         FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE license l SET announced_status = due."to"
      FROM due WHERE l.tenant_id = ${tenantId}::uuid AND l.id = due.id
    RETURNING l.id, l.policy_version_id AS "policyVersionId", due."from", due."to"`;
}
