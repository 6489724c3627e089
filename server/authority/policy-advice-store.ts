import { z } from "zod";
import type { PastLease } from "../domain/policy-suggestion.ts";
import type { Tx } from "./ports.ts";

/** When it was granted, when it ended, and how. */
const lease = z.tuple([
  z.number(),
  z.number().nullable(),
  z.enum(["released", "expired", "revoked"]).nullable(),
]);

/** The newest seats that people held of some licenses, at most `each` of each; borrowed ones need no heartbeat, and are left out. */
export async function listLeasesOf(
  tx: Tx,
  tenantId: string,
  query: { readonly licenseIds: readonly string[]; readonly since: Date; readonly each: number },
): Promise<ReadonlyMap<string, readonly PastLease[]>> {
  const { licenseIds, since, each } = query;
  const rows = await tx.$queryRaw<{ licenseId: string; leases: unknown }[]>`
    SELECT p.license_id AS "licenseId", x.leases
      FROM unnest(${licenseIds}::uuid[]) AS l (id)
      JOIN pool p ON p.tenant_id = ${tenantId}::uuid AND p.license_id = l.id
     CROSS JOIN LATERAL (
       SELECT coalesce(json_agg(json_build_array((extract(epoch FROM h.granted_at) * 1000)::bigint,
                                                 (extract(epoch FROM h.ended_at) * 1000)::bigint, h.ended)), '[]') AS leases
         FROM (SELECT * FROM lease
                WHERE tenant_id = ${tenantId}::uuid AND pool_id = p.id AND granted_at >= ${since} AND NOT borrowed
                ORDER BY granted_at DESC LIMIT ${each}) AS h) AS x`;
  return new Map(
    rows.map(({ licenseId, leases }) => [
      licenseId,
      z
        .array(lease)
        .parse(leases)
        .map(([grantedAt, endedAt, ended]) => ({
          grantedAt: new Date(grantedAt),
          endedAt: endedAt === null ? null : new Date(endedAt),
          ended,
        })),
    ]),
  );
}

/** The licenses of each scenario's latest run in the lab, and the rules that they were under. */
export async function listLabLicenses(tx: Tx, tenantId: string, since: Date) {
  return tx.$queryRaw<{ id: string; rules: unknown }[]>`
    SELECT l.id, v.rules
      FROM (SELECT DISTINCT ON (scenario) license_id FROM lab_run
             WHERE tenant_id = ${tenantId}::uuid AND started_at >= ${since}
             ORDER BY scenario, started_at DESC) AS run
      JOIN license l ON l.tenant_id = ${tenantId}::uuid AND l.id = run.license_id
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id`;
}
