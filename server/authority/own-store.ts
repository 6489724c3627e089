import { Prisma } from "#prisma/generated/client.ts";
import type { LicenseStatus } from "../domain/license-state.ts";
import { likeLiteral } from "./like.ts";
import type { Position } from "./page.ts";
import type { Tx } from "./ports.ts";

/** Whose rows are looked at: every query here is bound to both. */
export interface Whose {
  readonly tenantId: string;
  readonly customerId: string;
}

/** A customer's licenses are counted up to here. */
export const OWN_COUNT_CAP = 10_000;

/** How many of the customer's licenses have which status, how many of the active end before then, and when the next does. */
export function countOwnLicenses(tx: Tx, { tenantId, customerId }: Whose, now: Date, soon: Date) {
  return tx.$queryRaw<{ status: LicenseStatus; count: number; ending: number; nextEnd: Date | null }[]>`
    SELECT status, count(*)::integer AS count,
           count(*) FILTER (WHERE expires_at <= ${soon}::timestamptz)::integer AS ending, min(expires_at) AS "nextEnd"
      FROM (SELECT license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at,
                                  ${now}::timestamptz) AS status, l.expires_at
              FROM license l
             WHERE l.tenant_id = ${tenantId}::uuid AND l.customer_id = ${customerId}::uuid
             LIMIT ${OWN_COUNT_CAP}) AS counted
     GROUP BY status`;
}

export function findOwnLicense(tx: Tx, { tenantId, customerId }: Whose, id: string) {
  return tx.license.findFirst({
    where: { tenantId, customerId, id },
    include: {
      product: { include: { features: true, meters: true } },
      policy: { select: { name: true } },
    },
  });
}

/** How much of each license's pool is held; nothing of one that has no pool. */
export function countOwnSeats(tx: Tx, tenantId: string, licenseIds: readonly string[], now: Date) {
  return tx.$queryRaw<{ licenseId: string; seats: number; held: number }[]>`
    SELECT p.license_id AS "licenseId", p.seats, h.held
      FROM pool p
     CROSS JOIN LATERAL (
       SELECT count(*)::integer AS held FROM seat s
        WHERE s.tenant_id = ${tenantId}::uuid AND s.pool_id = p.id AND s.lease_id IS NOT NULL
              AND s.expires_at >= ${now}::timestamptz) AS h
     WHERE p.tenant_id = ${tenantId}::uuid AND p.license_id = ANY (${licenseIds}::uuid[]) AND p.seats > 0`;
}

/** The licenses' balances. */
export function listOwnAccounts(tx: Tx, tenantId: string, licenseIds: readonly string[]) {
  return tx.account.findMany({
    where: { tenantId, licenseId: { in: [...licenseIds] } },
    select: {
      licenseId: true,
      granted: true,
      reserved: true,
      spent: true,
      meter: { select: { code: true, name: true, unit: true } },
    },
    orderBy: { meter: { code: "asc" } },
  });
}

export interface OwnDeviceRow {
  readonly id: string;
  readonly licenseId: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly productName: string;
  readonly name: string;
  readonly platform: string;
  readonly appVersion: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly movable: boolean;
}

/** The customer's devices in use, last activated first; one row more than a page, to tell whether there is a next. */
export function listOwnDevices(
  tx: Tx,
  { tenantId, customerId }: Whose,
  query: {
    readonly licenseId?: string | undefined;
    readonly search?: string | undefined;
    readonly before?: Position | undefined;
    readonly limit: number;
  },
): Promise<OwnDeviceRow[]> {
  const { licenseId, search, before, limit } = query;
  const like = `%${likeLiteral(search ?? "")}%`;
  const conditions = [
    Prisma.sql`l.tenant_id = ${tenantId}::uuid AND l.customer_id = ${customerId}::uuid`,
    ...(licenseId === undefined ? [] : [Prisma.sql`l.id = ${licenseId}::uuid`]),
    ...(search ? [Prisma.sql`(a.name ILIKE ${like} OR a.platform ILIKE ${like})`] : []),
    ...(before === undefined
      ? []
      : [Prisma.sql`(a.created_at, a.id) < (${before.at}::timestamptz, ${before.id}::uuid)`]),
  ];
  return tx.$queryRaw<OwnDeviceRow[]>`
    SELECT a.id, l.id AS "licenseId", p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", p.name AS "productName",
           a.name, a.platform, a.app_version AS "appVersion", a.created_at AS "createdAt", a.last_seen_at AS "lastSeenAt",
           (l.effective->>'selfServiceDeactivation')::boolean AS movable
      FROM license l
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
      JOIN activation a ON a.tenant_id = l.tenant_id AND a.license_id = l.id AND a.live_fingerprint IS NOT NULL
     WHERE ${Prisma.join(conditions, " AND ")}
     ORDER BY a.created_at DESC, a.id DESC
     LIMIT ${limit + 1}`;
}

/** One of the customer's devices, with what the license it is on says. */
export function findOwnDevice(tx: Tx, { tenantId, customerId }: Whose, id: string) {
  return tx.activation.findFirst({
    where: { tenantId, id, license: { customerId } },
    include: { license: { select: { id: true, effective: true, activationCount: true } } },
  });
}

export async function renameDevice(tx: Tx, tenantId: string, id: string, name: string): Promise<void> {
  await tx.activation.update({ where: { tenantId_id: { tenantId, id } }, data: { name } });
}

/** Which of the customer's licenses have seats, by id. */
export async function listOwnPooledLicenses(tx: Tx, { tenantId, customerId }: Whose): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT l.id FROM license l
      JOIN pool p ON p.tenant_id = l.tenant_id AND p.license_id = l.id
     WHERE l.tenant_id = ${tenantId}::uuid AND l.customer_id = ${customerId}::uuid
     LIMIT ${OWN_COUNT_CAP}`;
  return rows.map(({ id }) => id);
}
