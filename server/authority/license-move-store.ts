import { Prisma } from "#prisma/generated/client.ts";
import type { PolicyRules } from "../domain/policy.ts";
import type { Tx } from "./ports.ts";

/** Which licenses of a policy are to move; what is left out does not narrow them. */
export interface MoveFilter {
  /** On these versions. */
  readonly fromVersionIds?: readonly string[] | undefined;
  readonly customerId?: string | undefined;
  /** These, and no others. */
  readonly licenseIds?: readonly string[] | undefined;
  /** Leaves out those that have terms of their own. */
  readonly withoutOwnTerms?: boolean | undefined;
}

/** Of a policy's licenses `l`, those that can move to a version (null: to none that there is yet). */
function toMove(versionId: string | null, filter: MoveFilter): Prisma.Sql {
  const { fromVersionIds, customerId, licenseIds, withoutOwnTerms } = filter;
  return Prisma.join(
    [
      Prisma.sql`l.revoked_at IS NULL`,
      ...(versionId === null ? [] : [Prisma.sql`l.policy_version_id <> ${versionId}::uuid`]),
      ...(fromVersionIds === undefined
        ? []
        : [Prisma.sql`l.policy_version_id = ANY (${fromVersionIds}::uuid[])`]),
      ...(customerId === undefined ? [] : [Prisma.sql`l.customer_id = ${customerId}::uuid`]),
      ...(licenseIds === undefined ? [] : [Prisma.sql`l.id = ANY (${licenseIds}::uuid[])`]),
      ...(withoutOwnTerms ? [Prisma.sql`l.overrides = '{}'`] : []),
    ],
    " AND ",
  );
}

/** The next licenses of a policy, not revoked, that are on another version, by id, locked; `after` goes on where a page ended. */
export async function lockLicensesToMove(
  tx: Tx,
  tenantId: string,
  query: {
    readonly policyId: string;
    readonly versionId: string;
    readonly filter: MoveFilter;
    readonly after?: string | undefined;
    readonly limit: number;
  },
) {
  const { policyId, versionId, filter } = query;
  const after = query.after === undefined ? Prisma.empty : Prisma.sql`AND l.id > ${query.after}::uuid`;
  return tx.$queryRaw<{ id: string; policyVersion: number; overrides: unknown }[]>`
    SELECT l.id, v.number AS "policyVersion", l.overrides
      FROM license l
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id
     WHERE l.tenant_id = ${tenantId}::uuid AND l.policy_id = ${policyId}::uuid AND ${toMove(versionId, filter)} ${after}
     ORDER BY l.id LIMIT ${query.limit} FOR NO KEY UPDATE OF l`;
}

/** Of a policy's newest licenses, at most `scannedMax`, those that would move, newest first. */
export async function scanLicensesToMove(
  tx: Tx,
  tenantId: string,
  query: {
    readonly policyId: string;
    readonly versionId: string | null;
    readonly filter: MoveFilter;
    readonly scannedMax: number;
  },
): Promise<{ readonly licenses: ScannedLicense[]; readonly capped: boolean }> {
  const { policyId, versionId, filter, scannedMax } = query;
  const only =
    filter.licenseIds === undefined ? Prisma.empty : Prisma.sql`AND id = ANY (${filter.licenseIds}::uuid[])`;
  const rows = await tx.$queryRaw<(ScannedLicense & { moves: boolean })[]>`
    SELECT l.id, l.policy_version_id AS "policyVersionId", l.overrides, l.activation_count AS "activationCount",
           l.valid_from AS "validFrom", l.expires_at AS "expiresAt", l.grace_until AS "graceUntil",
           l.suspended_at AS "suspendedAt", l.revoked_at AS "revokedAt", l.updated_at AS "updatedAt",
           ${toMove(versionId, filter)} AS moves
      FROM (SELECT * FROM license
             WHERE tenant_id = ${tenantId}::uuid AND policy_id = ${policyId}::uuid ${only}
             ORDER BY issued_at DESC LIMIT ${scannedMax}) AS l
     ORDER BY l.issued_at DESC`;
  return { licenses: rows.filter(({ moves }) => moves), capped: rows.length === scannedMax };
}

export interface ScannedLicense {
  readonly id: string;
  readonly policyVersionId: string;
  readonly overrides: unknown;
  readonly activationCount: number;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly suspendedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly updatedAt: Date;
}

/**
 * Puts locked licenses under a version, their own overrides kept. Ends stay as they were granted; grace follows the
 * new rules. Lowering the maximum of devices breaks none that is active.
 */
export async function moveLicenses(
  tx: Tx,
  tenantId: string,
  move: {
    readonly ids: readonly string[];
    readonly versionId: string;
    readonly rules: PolicyRules;
    readonly now: Date;
  },
): Promise<void> {
  const { ids, versionId, rules, now } = move;
  await tx.$executeRaw`
    UPDATE license l
       SET policy_version_id = ${versionId}::uuid, effective = n.effective,
           activations_max = n.activations_max,
           activations_ceiling = CASE WHEN n.activations_max IS NOT NULL THEN greatest(n.activations_max, l.activation_count) END,
           grace_until = n.grace_until,
           announced_status = license_status(
             l.valid_from, l.expires_at, n.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz),
           updated_at = greatest(${now}::timestamptz, l.updated_at + interval '1 millisecond')
      FROM (
        SELECT e.id, e.effective, (e.effective->>'activationsMax')::integer AS activations_max,
               e.expires_at + make_interval(hours => 24 * (e.effective->>'graceDays')::integer) AS grace_until
          FROM (SELECT id, expires_at, ${JSON.stringify(rules)}::jsonb || overrides AS effective FROM license
                 WHERE tenant_id = ${tenantId}::uuid AND id = ANY (${ids}::uuid[])) AS e) AS n
     WHERE l.tenant_id = ${tenantId}::uuid AND l.id = n.id`;
}
