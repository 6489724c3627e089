import type { LicenseStatus } from "../domain/license-state.ts";
import type { Tx } from "./ports.ts";

/** One pass over the licenses: how many of each status, and how many devices are active on them. */
export function countByStatus(tx: Tx, tenantId: string, now: Date) {
  return tx.$queryRaw<{ status: LicenseStatus; licenses: number; devices: number }[]>`
    SELECT license_status(valid_from, expires_at, grace_until, suspended_at, revoked_at, ${now}::timestamptz) AS status,
           count(*)::integer AS licenses, sum(activation_count)::integer AS devices
      FROM license WHERE tenant_id = ${tenantId}::uuid GROUP BY 1`;
}

/** New devices of each UTC day from `since` on; a day without any is not there. */
export function countActivationsByDay(tx: Tx, tenantId: string, since: Date) {
  return tx.$queryRaw<{ day: string; count: number }[]>`
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*)::integer AS count
      FROM runtime_event
     WHERE tenant_id = ${tenantId}::uuid AND at >= ${since}::timestamptz
       AND operation = 'activate' AND outcome = 'granted' AND facts->>'knownDevice' = 'false'
     GROUP BY 1`;
}

/** Most frequent first. */
export function countDenialsByCode(tx: Tx, tenantId: string, since: Date) {
  return tx.$queryRaw<{ code: string; count: number }[]>`
    SELECT code, count(*)::integer AS count
      FROM runtime_event
     WHERE tenant_id = ${tenantId}::uuid AND at >= ${since}::timestamptz AND outcome = 'denied'
     GROUP BY code ORDER BY count DESC, code`;
}

/** Licenses in use that end in the window, soonest first. */
export function listExpiring(tx: Tx, tenantId: string, from: Date, until: Date, limit: number) {
  return tx.license.findMany({
    where: { tenantId, expiresAt: { gt: from, lte: until }, suspendedAt: null, revokedAt: null },
    orderBy: { expiresAt: "asc" },
    take: limit,
    select: {
      id: true,
      keyHint: true,
      expiresAt: true,
      customer: { select: { id: true, name: true } },
      product: { select: { name: true, keyPrefix: true } },
    },
  });
}

/** What applications asked for; that a license's state moved with time was nobody's request. */
export function listRecentDecisions(tx: Tx, tenantId: string, limit: number) {
  return tx.runtimeEvent.findMany({
    where: { tenantId, operation: { not: "transition" } },
    orderBy: { at: "desc" },
    take: limit,
  });
}

/** What decisions are about, by id: a decision keeps ids only. */
export async function nameSubjects(
  tx: Tx,
  tenantId: string,
  decisions: readonly { readonly licenseId: string | null; readonly activationId: string | null }[],
) {
  const licenses = await tx.license.findMany({
    where: { tenantId, id: { in: decisions.flatMap(({ licenseId }) => licenseId ?? []) } },
    select: {
      id: true,
      keyHint: true,
      customer: { select: { name: true } },
      product: { select: { keyPrefix: true } },
    },
  });
  const devices = await tx.activation.findMany({
    where: { tenantId, id: { in: decisions.flatMap(({ activationId }) => activationId ?? []) } },
    select: { id: true, name: true },
  });
  return {
    licenses: new Map(licenses.map((license) => [license.id, license])),
    devices: new Map(devices.map(({ id, name }) => [id, name])),
  };
}
