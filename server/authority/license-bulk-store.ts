import type { LicenseStatus, LicenseTimes } from "../domain/license-state.ts";
import type { Tx } from "./ports.ts";
import { isHeld } from "./seat-store.ts";

export interface BulkLicense extends LicenseTimes {
  readonly id: string;
  readonly keyHint: string;
  readonly customerName: string;
  readonly policyId: string;
  readonly policyVersionId: string;
  readonly policyVersion: number;
  readonly overrides: unknown;
  readonly graceDays: number;
  readonly activationTokenTtlSeconds: number;
  readonly activationCount: number;
}

/** Held until the transaction ends, in the order of their ids. */
export async function lockLicenses(tx: Tx, tenantId: string, ids: readonly string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT id FROM license WHERE tenant_id = ${tenantId}::uuid AND id = ANY (${ids}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

/** What a change of them is decided by, in the order they are asked for. */
export function findLicenses(tx: Tx, tenantId: string, ids: readonly string[]): Promise<BulkLicense[]> {
  return tx.$queryRaw<BulkLicense[]>`
    SELECT l.id, l.key_hint AS "keyHint", c.name AS "customerName", l.policy_id AS "policyId",
           l.policy_version_id AS "policyVersionId", v.number AS "policyVersion", l.overrides,
           l.valid_from AS "validFrom", l.expires_at AS "expiresAt", l.grace_until AS "graceUntil",
           l.suspended_at AS "suspendedAt", l.revoked_at AS "revokedAt", l.activation_count AS "activationCount",
           (l.effective->>'graceDays')::integer AS "graceDays",
           (l.effective->>'activationTokenTtlSeconds')::integer AS "activationTokenTtlSeconds"
      FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS i (id, nth)
      JOIN license l ON l.tenant_id = ${tenantId}::uuid AND l.id = i.id
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id
     ORDER BY i.nth`;
}

/** The seats of these licenses that somebody holds, and when the last of those not borrowed runs out by itself. */
export async function seatsOf(
  tx: Tx,
  tenantId: string,
  licenseIds: readonly string[],
  now: Date,
): Promise<{ readonly held: number; readonly borrowed: number; readonly until: Date | null }> {
  const [sum] = await tx.$queryRaw<{ held: number; borrowed: number; until: Date | null }[]>`
    SELECT count(*)::integer AS held, (count(*) FILTER (WHERE s.borrowed))::integer AS borrowed,
           max(s.expires_at) FILTER (WHERE NOT s.borrowed) AS until
      FROM unnest(${licenseIds}::uuid[]) AS i (id)
      JOIN pool p ON p.tenant_id = ${tenantId}::uuid AND p.license_id = i.id
      JOIN seat s ON s.tenant_id = p.tenant_id AND s.pool_id = p.id
     WHERE ${isHeld(tenantId, now)}`;
  if (sum === undefined) throw new Error("An aggregate answers with one row.");
  return sum;
}

/** Writes what licenses' states are derived from; each says all of it. */
export async function updateTimes(
  tx: Tx,
  tenantId: string,
  rows: readonly (LicenseTimes & { readonly id: string; readonly status: LicenseStatus })[],
  now: Date,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE license l
       SET valid_from = i."validFrom", expires_at = i."expiresAt", grace_until = i."graceUntil",
           suspended_at = i."suspendedAt", revoked_at = i."revokedAt", announced_status = i.status,
           updated_at = greatest(${now}::timestamptz, l.updated_at + interval '1 millisecond')
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           AS i (id uuid, "validFrom" timestamptz, "expiresAt" timestamptz, "graceUntil" timestamptz,
                 "suspendedAt" timestamptz, "revokedAt" timestamptz, status license_status)
     WHERE l.tenant_id = ${tenantId}::uuid AND l.id = i.id`;
}
