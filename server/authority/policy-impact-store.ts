import { z } from "zod";
import { isCode } from "../domain/codes.ts";
import type { PastDecision } from "../domain/redecision.ts";
import type { Tx } from "./ports.ts";

/** When, what, how it came out, the facts, who asked, under which version: as much as is needed to decide it again. */
const decision = z.tuple([
  z.number(),
  z.string(),
  z.enum(["granted", "denied"]),
  z.string().nullable(),
  z.string().nullable(),
  z.record(z.string(), z.unknown()),
  z.boolean(),
  z.string().nullable(),
  z.string(),
]);
type DecisionRow = z.infer<typeof decision>;

export function pastOf([at, operation, outcome, code, rule, facts, byDevice]: DecisionRow): PastDecision {
  const refused = code !== null && isCode(code) ? code : "internal_error";
  return { operation, code: outcome === "granted" ? null : refused, rule, facts, at: new Date(at), byDevice };
}

export interface LicenseDecisions {
  readonly licenseId: string;
  /** When its own terms were last changed, and when it was last moved to another version; null: never. */
  readonly overriddenAt: Date | null;
  readonly movedAt: Date | null;
  /** Newest first. */
  readonly decisions: readonly DecisionRow[];
}

/** The newest decisions of some licenses, at most `each` of each. One document a license: a row a decision costs four times that. */
export async function listDecisionsOf(
  tx: Tx,
  tenantId: string,
  query: { readonly licenseIds: readonly string[]; readonly since: Date; readonly each: number },
): Promise<LicenseDecisions[]> {
  const { licenseIds, since, each } = query;
  const rows = await tx.$queryRaw<(Omit<LicenseDecisions, "decisions"> & { decisions: unknown })[]>`
    SELECT l.id AS "licenseId", a."overriddenAt", a."movedAt", e.decisions
      FROM unnest(${licenseIds}::uuid[]) AS l (id)
     CROSS JOIN LATERAL (
       SELECT coalesce(json_agg(json_build_array(
                (extract(epoch FROM x.at) * 1000)::bigint, x.operation, x.outcome, x.code, x.rule, x.facts,
                x.activation_id IS NOT NULL AND NOT x.facts ? 'credential', x.policy_version_id, x.correlation_id)), '[]') AS decisions
         FROM (SELECT * FROM runtime_event
                WHERE tenant_id = ${tenantId}::uuid AND license_id = l.id AND at >= ${since}
                ORDER BY at DESC LIMIT ${each}) AS x) AS e
     CROSS JOIN LATERAL (
       SELECT max(at) FILTER (WHERE action = 'license.overridden') AS "overriddenAt",
              max(at) FILTER (WHERE action = 'license.moved') AS "movedAt"
         FROM audit_event WHERE tenant_id = ${tenantId}::uuid AND subject_id = l.id) AS a`;
  return rows.map((row) => ({ ...row, decisions: z.array(decision).parse(row.decisions) }));
}

const HELD_COUNTED_MAX = 100_000;

/** Seats in service that somebody holds and that would be beyond what their pools keep. */
export async function countHeldBeyond(
  tx: Tx,
  tenantId: string,
  pools: readonly { readonly licenseId: string; readonly size: number }[],
  now: Date,
): Promise<number> {
  const ids = pools.map(({ licenseId }) => licenseId);
  const sizes = pools.map(({ size }) => size);
  const [found] = await tx.$queryRaw<{ held: number }[]>`
    SELECT count(*)::integer AS held
      FROM (SELECT 1
              FROM unnest(${ids}::uuid[], ${sizes}::integer[]) AS l (id, size)
              JOIN pool p ON p.tenant_id = ${tenantId}::uuid AND p.license_id = l.id
              JOIN seat s ON s.tenant_id = ${tenantId}::uuid AND s.pool_id = p.id AND s.slot > l.size
             WHERE s.in_service AND s.expires_at >= ${now} LIMIT ${HELD_COUNTED_MAX}) AS beyond`;
  return found?.held ?? 0;
}
