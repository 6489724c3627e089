import type { Tx } from "./ports.ts";

/** What reconciliation goes through; each has a cursor once it has begun. */
const SWEEPS = ["accounts", "pools", "licenses"];

/** An incident, and the license that it is about. */
export interface IncidentRow {
  readonly kind: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly resolvedAt: Date | null;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedNote: string | null;
  readonly acknowledgedBy: string | null;
  readonly licenseId: string | null;
  readonly keyPrefix: string | null;
  readonly keyHint: string | null;
  readonly customer: string | null;
  /** Of an account. */
  readonly meter: string | null;
}

/** Those that last first, then the last seen. */
export function listIncidents(tx: Tx, tenantId: string, limit: number) {
  return tx.$queryRaw<IncidentRow[]>`
    SELECT i.kind, i.subject_kind AS "subjectKind", i.subject_id::text AS "subjectId", i.expected, i.actual,
           i.first_seen_at AS "firstSeenAt", i.last_seen_at AS "lastSeenAt", i.resolved_at AS "resolvedAt",
           i.acknowledged_at AS "acknowledgedAt", i.acknowledged_note AS "acknowledgedNote", u.name AS "acknowledgedBy",
           l.id::text AS "licenseId", l.key_hint AS "keyHint", r.key_prefix AS "keyPrefix", c.name AS customer,
           m.name AS meter
      FROM (SELECT * FROM incident WHERE tenant_id = ${tenantId}::uuid
             ORDER BY resolved_at DESC NULLS FIRST, last_seen_at DESC LIMIT ${limit}::integer) i
      LEFT JOIN account a ON i.subject_kind = 'account' AND a.tenant_id = i.tenant_id AND a.id = i.subject_id
      LEFT JOIN meter m ON m.tenant_id = a.tenant_id AND m.id = a.meter_id
      LEFT JOIN pool p ON i.subject_kind = 'pool' AND p.tenant_id = i.tenant_id AND p.id = i.subject_id
      LEFT JOIN license l ON l.tenant_id = i.tenant_id
                         AND l.id = coalesce(a.license_id, p.license_id, CASE i.subject_kind WHEN 'license' THEN i.subject_id END)
      LEFT JOIN product r ON r.tenant_id = l.tenant_id AND r.id = l.product_id
      LEFT JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      LEFT JOIN "user" u ON u.id = i.acknowledged_by
     ORDER BY i.resolved_at DESC NULLS FIRST, i.last_seen_at DESC`;
}

/** When the sweep that was longest not at work last was; null where one was never. */
export async function lastCheckedAt(tx: Tx, tenantId: string): Promise<Date | null> {
  const cursors = await tx.sweepCursor.findMany({
    where: { tenantId, sweep: { in: SWEEPS } },
    orderBy: { updatedAt: "asc" },
  });
  return cursors.length < SWEEPS.length ? null : (cursors[0]?.updatedAt ?? null);
}

/** Marks one that lasts. Undefined when there is none. */
export async function acknowledge(
  tx: Tx,
  tenantId: string,
  { kind, subjectId }: { readonly kind: string; readonly subjectId: string },
  mark: { readonly acknowledgedAt: Date; readonly acknowledgedBy: string; readonly acknowledgedNote: string },
): Promise<{ subjectKind: string; before: string | null } | undefined> {
  const where = { tenantId, kind, subjectId, resolvedAt: null };
  const known = await tx.incident.findFirst({ where });
  const { count } = await tx.incident.updateMany({ where, data: mark });
  if (known === null || count === 0) return undefined;
  return { subjectKind: known.subjectKind, before: known.acknowledgedNote };
}
