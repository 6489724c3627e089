import type { Prisma } from "#prisma/generated/client.ts";
import type { LicensePayload } from "#server/domain/event-payloads.ts";
import { publicId } from "#server/domain/ids.ts";
import type { LicenseStatus } from "#server/domain/license-state.ts";

interface Row {
  readonly id: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly status: LicenseStatus;
  readonly note: string;
  readonly issuedAt: Date;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly activationsMax: number | null;
  readonly seats: number;
  readonly customerId: string;
  readonly customerName: string;
  readonly productId: string;
  readonly productCode: string;
  readonly policyId: string;
  readonly policyCode: string;
  readonly policyVersion: number;
}

/** Licenses as receivers are told of them, by their stored ids, as the transaction sees them now. */
export async function licenseSnapshots(
  tx: Prisma.TransactionClient,
  tenantId: string,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, LicensePayload>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.$queryRaw<Row[]>`
    SELECT l.id, p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", l.note,
           license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS status,
           l.issued_at AS "issuedAt", l.valid_from AS "validFrom", l.expires_at AS "expiresAt", l.grace_until AS "graceUntil",
           l.activations_max AS "activationsMax", coalesce((l.effective->>'seats')::integer, 0) AS seats,
           c.id AS "customerId", c.name AS "customerName", p.id AS "productId", p.code AS "productCode",
           o.id AS "policyId", o.code AS "policyCode", v.number AS "policyVersion"
      FROM license l
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
      JOIN policy o ON o.tenant_id = l.tenant_id AND o.id = l.policy_id
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id
     WHERE l.tenant_id = ${tenantId}::uuid AND l.id = ANY (${[...new Set(ids)]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, asPayload(row)]));
}

function asPayload(row: Row): LicensePayload {
  const { status, note, activationsMax, seats } = row;
  return {
    id: publicId("license", row.id),
    keyHint: `${row.keyPrefix}-…-${row.keyHint}`,
    status,
    product: { id: publicId("product", row.productId), code: row.productCode },
    policy: { id: publicId("policy", row.policyId), code: row.policyCode, version: row.policyVersion },
    customer: { id: publicId("customer", row.customerId), name: row.customerName },
    note,
    issuedAt: row.issuedAt.toISOString(),
    validFrom: row.validFrom?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    graceUntil: row.graceUntil?.toISOString() ?? null,
    activationsMax,
    seats,
  };
}
