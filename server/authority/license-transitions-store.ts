import type { Prisma } from "#prisma/generated/client.ts";
import type { LicenseStatus } from "../domain/license-state.ts";
import type { Tx } from "./ports.ts";

export interface Transition {
  readonly id: string;
  readonly policyVersionId: string;
  readonly from: LicenseStatus;
  readonly to: LicenseStatus;
}

/** Notes what licenses have become as announced. Those that another worker is at are left to it. */
export function takeDue(tx: Tx, tenantId: string, now: Date, limit: number): Promise<Transition[]> {
  return tx.$queryRaw<Transition[]>`
    WITH due AS (
      SELECT l.id, l.announced_status AS "from",
             license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS "to"
        FROM license l
       WHERE l.tenant_id = ${tenantId}::uuid AND l.transition_due_at <= ${now}::timestamptz
         AND l.announced_status <>
             license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz)
       ORDER BY l.transition_due_at LIMIT ${limit}
         FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE license l SET announced_status = due."to"
      FROM due WHERE l.tenant_id = ${tenantId}::uuid AND l.id = due.id
    RETURNING l.id, l.policy_version_id AS "policyVersionId", due."from", due."to"`;
}

export async function recordTransitions(
  tx: Tx,
  events: readonly Prisma.RuntimeEventCreateManyInput[],
): Promise<void> {
  await tx.runtimeEvent.createMany({ data: [...events] });
}

export interface EndingLicense {
  readonly id: string;
  readonly expiresAt: Date;
  /** Of the event that tells of this end: the same whenever it is asked. */
  readonly eventId: string;
}

/** Licenses in use that began by `begun` and end after `from` and by `until`, of which nothing was told under this mark. */
export function listEnding(
  tx: Tx,
  tenantId: string,
  ends: { readonly from: Date; readonly until: Date; readonly begun: Date; readonly mark: string },
  limit: number,
): Promise<EndingLicense[]> {
  return tx.$queryRaw<EndingLicense[]>`
    SELECT l.id, l.expires_at AS "expiresAt", e.id AS "eventId"
      FROM license l
     CROSS JOIN LATERAL (SELECT md5('license.expiring ' || l.id || ' ' || extract(epoch FROM l.expires_at) || ${ends.mark})::uuid AS id) e
     WHERE l.tenant_id = ${tenantId}::uuid AND l.expires_at > ${ends.from}::timestamptz AND l.expires_at <= ${ends.until}::timestamptz
       AND l.valid_from <= ${ends.begun}::timestamptz AND l.revoked_at IS NULL AND l.suspended_at IS NULL
       AND NOT EXISTS (SELECT FROM domain_event d WHERE d.tenant_id = l.tenant_id AND d.id = e.id)
     ORDER BY l.expires_at LIMIT ${limit}`;
}
