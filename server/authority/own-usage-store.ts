import type { Tx } from "./ports.ts";

export interface OwnAccountRow {
  readonly accountId: string;
  readonly licenseId: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly productId: string;
  readonly productName: string;
  readonly meter: string;
  readonly meterName: string;
  readonly unit: string;
  readonly granted: bigint;
  readonly reserved: bigint;
  readonly spent: bigint;
  readonly overdraft: bigint;
  /** `MeterRules` of the license, as they are now; null where they no longer name the meter. */
  readonly rules: unknown;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly suspendedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** By product and meter, of the newest license first. */
export function listOwnAccounts(
  tx: Tx,
  tenantId: string,
  customerId: string,
  limit: number,
): Promise<OwnAccountRow[]> {
  return tx.$queryRaw<OwnAccountRow[]>`
    SELECT a.id AS "accountId", l.id AS "licenseId", p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint",
           p.id AS "productId", p.name AS "productName", m.code AS meter, m.name AS "meterName", m.unit,
           a.granted, a.reserved, a.spent, coalesce((l.effective->'meters'->m.code->>'overdraft')::bigint, 0) AS overdraft,
           l.effective->'meters'->m.code AS rules, l.valid_from AS "validFrom", l.expires_at AS "expiresAt",
           l.grace_until AS "graceUntil", l.suspended_at AS "suspendedAt", l.revoked_at AS "revokedAt"
      FROM license l
      JOIN account a ON a.tenant_id = l.tenant_id AND a.license_id = l.id
      JOIN meter m ON m.tenant_id = a.tenant_id AND m.id = a.meter_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
     WHERE l.tenant_id = ${tenantId}::uuid AND l.customer_id = ${customerId}::uuid
     ORDER BY p.name, p.id, m.name, m.code, l.issued_at DESC, l.id DESC LIMIT ${limit}`;
}

/** What the customer used of each meter on each UTC day from `from` on, as far as figures are computed. */
export function readOwnUse(tx: Tx, tenantId: string, customerId: string, from: Date) {
  return tx.$queryRaw<{ productId: string; meter: string; start: Date; value: number }[]>`
    SELECT product_id AS "productId", dimension AS meter, start, value::float8 AS value FROM rollup
     WHERE tenant_id = ${tenantId}::uuid AND customer_id = ${customerId}::uuid AND metric = 'usage' AND size = 'day'
       AND start >= ${from}::timestamptz`;
}

/** Until when figures are final; null where none has been computed. */
export async function readCompleteUntil(tx: Tx, tenantId: string): Promise<Date | null> {
  return (await tx.rollupWatermark.findUnique({ where: { tenantId } }))?.completeUntil ?? null;
}

export function isOwnAccount(tx: Tx, tenantId: string, customerId: string, id: string) {
  return tx.account.findFirst({
    where: { tenantId, id, license: { customerId } },
    select: { id: true },
  });
}
