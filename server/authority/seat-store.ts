import { Prisma } from "#prisma/generated/client.ts";
import { likeLiteral } from "./like.ts";
import type { Tx } from "./ports.ts";

/** A license's pool, and how much of it is held. */
export interface PoolRow {
  readonly poolId: string;
  readonly licenseId: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly productId: string;
  readonly productName: string;
  readonly effective: unknown;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly suspendedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly held: number;
  readonly borrowed: number;
  readonly overage: number;
  /** Held, and taken out of service since: given to nobody afterwards. */
  readonly leaving: number;
}

export interface SeatRow {
  readonly poolId: string;
  readonly slot: number;
  readonly fence: bigint;
  readonly leaseId: string;
  readonly holder: string;
  readonly group: string | null;
  readonly reservedFor: string | null;
  readonly overage: boolean;
  readonly borrowed: boolean;
  readonly leaving: boolean;
  readonly grantedAt: Date;
  readonly expiresAt: Date;
  readonly activationId: string | null;
  readonly deviceName: string | null;
  readonly platform: string | null;
  readonly appVersion: string | null;
}

export interface PoolQuery {
  readonly licenseId?: string | undefined;
  readonly productId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly search?: string | undefined;
  /** Only what comes after this customer's name and pool. */
  readonly after?: readonly [name: string, poolId: string] | undefined;
  readonly limit: number;
}

/** By customer, so that nothing moves under a reader's hand. Of one license also where nobody holds a seat. */
export function listPools(tx: Tx, tenantId: string, query: PoolQuery, now: Date): Promise<PoolRow[]> {
  const { licenseId, productId, customerId, search, after, limit } = query;
  const conditions = [
    Prisma.sql`p.tenant_id = ${tenantId}::uuid`,
    ...(licenseId === undefined ? [Prisma.sql`h.held > 0`] : [Prisma.sql`p.license_id = ${licenseId}::uuid`]),
    ...(productId === undefined ? [] : [Prisma.sql`l.product_id = ${productId}::uuid`]),
    ...(customerId === undefined ? [] : [Prisma.sql`l.customer_id = ${customerId}::uuid`]),
    ...(search ? [Prisma.sql`h.is_found`] : []),
    ...(after === undefined ? [] : [Prisma.sql`(c.name, p.id) > (${after[0]}, ${after[1]}::uuid)`]),
  ];
  return tx.$queryRaw<PoolRow[]>`
    WITH h AS MATERIALIZED (
      SELECT s.pool_id, count(*)::integer AS held, count(*) FILTER (WHERE s.borrowed)::integer AS borrowed,
             count(*) FILTER (WHERE s.overage)::integer AS overage,
             count(*) FILTER (WHERE NOT s.in_service)::integer AS leaving,
             bool_or(s.holder ILIKE ${`%${likeLiteral(search ?? "")}%`}) AS is_found
        FROM seat s
       WHERE ${isHeld(tenantId, now)}
             ${licenseId === undefined ? Prisma.empty : Prisma.sql`AND s.pool_id = ${poolOf(tenantId, licenseId)}`}
       GROUP BY s.pool_id
    )
    SELECT p.id AS "poolId", l.id AS "licenseId", o.key_prefix AS "keyPrefix", l.key_hint AS "keyHint",
           c.id AS "customerId", c.name AS "customerName", o.id AS "productId", o.name AS "productName", l.effective,
           l.valid_from AS "validFrom", l.expires_at AS "expiresAt", l.grace_until AS "graceUntil",
           l.suspended_at AS "suspendedAt", l.revoked_at AS "revokedAt", coalesce(h.held, 0) AS held,
           coalesce(h.borrowed, 0) AS borrowed, coalesce(h.overage, 0) AS overage, coalesce(h.leaving, 0) AS leaving
      FROM pool p
      LEFT JOIN h ON h.pool_id = p.id
      JOIN license l ON l.tenant_id = p.tenant_id AND l.id = p.license_id
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product o ON o.tenant_id = l.tenant_id AND o.id = l.product_id
     WHERE ${Prisma.join(conditions, " AND ")}
     ORDER BY c.name, p.id LIMIT ${limit}`;
}

/** How many of each group's reserved seats are held. */
export function countReserved(
  tx: Tx,
  tenantId: string,
  poolIds: readonly string[],
  now: Date,
): Promise<{ poolId: string; group: string; held: number }[]> {
  return tx.$queryRaw`
    SELECT s.pool_id AS "poolId", s.reserved_for AS "group", count(*)::integer AS held
      FROM seat s
     WHERE ${isHeld(tenantId, now)} AND s.pool_id = ANY (${poolIds}::uuid[]) AND s.reserved_for IS NOT NULL
     GROUP BY s.pool_id, s.reserved_for`;
}

/** The first held seats of each pool, by slot. */
export function listHeldSeats(
  tx: Tx,
  tenantId: string,
  poolIds: readonly string[],
  page: { readonly search?: string | undefined; readonly afterSlot: number; readonly limit: number },
  now: Date,
): Promise<SeatRow[]> {
  return tx.$queryRaw<SeatRow[]>`
    SELECT s.pool_id AS "poolId", s.slot, s.fence, s.lease_id AS "leaseId", s.holder, x."group",
           s.reserved_for AS "reservedFor", s.overage, s.borrowed, NOT s.in_service AS leaving,
           x.granted_at AS "grantedAt", s.expires_at AS "expiresAt", a.id AS "activationId", a.name AS "deviceName",
           a.platform, a.app_version AS "appVersion"
      FROM unnest(${poolIds}::uuid[]) WITH ORDINALITY AS p (id, place)
      CROSS JOIN LATERAL (
        SELECT s.* FROM seat s
         WHERE ${isHeld(tenantId, now)} AND s.pool_id = p.id AND s.slot > ${page.afterSlot}
               ${page.search ? Prisma.sql`AND s.holder ILIKE ${`%${likeLiteral(page.search)}%`}` : Prisma.empty}
         ORDER BY s.slot LIMIT ${page.limit}) s
      JOIN lease x ON x.tenant_id = s.tenant_id AND x.id = s.lease_id
      LEFT JOIN activation a ON a.tenant_id = s.tenant_id AND a.id = s.activation_id
     ORDER BY p.place, s.slot`;
}

interface Held {
  readonly seats: number;
  readonly borrowed: number;
  readonly borrowedUntil: Date | null;
}

/** How many seats of a license, or of one device of it, are held now, and until when those are that may be used without a server. */
export async function countHeld(
  tx: Tx,
  tenantId: string,
  { licenseId, activationId }: { readonly licenseId: string; readonly activationId?: string },
  now: Date,
): Promise<Held> {
  const [held] = await tx.$queryRaw<Held[]>`
    SELECT count(*)::integer AS seats, (count(*) FILTER (WHERE s.borrowed))::integer AS borrowed,
           max(s.expires_at) FILTER (WHERE s.borrowed) AS "borrowedUntil"
      FROM seat s
     WHERE ${isHeld(tenantId, now)} AND s.pool_id = ${poolOf(tenantId, licenseId)}
           ${activationId === undefined ? Prisma.empty : Prisma.sql`AND s.activation_id = ${activationId}::uuid`}`;
  if (held === undefined) throw new Error("An aggregate answers with one row.");
  return held;
}

export function findPoolId(tx: Tx, tenantId: string, licenseId: string) {
  return tx.pool.findUnique({
    where: { tenantId_licenseId: { tenantId, licenseId } },
    select: { id: true },
  });
}

/** Whose lease it is or was, and whether its seat is still held by it. */
export async function findLease(
  tx: Tx,
  tenantId: string,
  leaseId: string,
  only: { readonly customerId?: string },
  now: Date,
) {
  const lease = await tx.lease.findFirst({
    where: { tenantId, id: leaseId, pool: { license: only } },
    include: {
      pool: { select: { licenseId: true } },
      activation: { select: { name: true } },
    },
  });
  if (lease === null) return null;
  const seat = await tx.seat.findUnique({
    where: { tenantId_poolId_slot: { tenantId, poolId: lease.poolId, slot: lease.slot } },
    select: { leaseId: true, expiresAt: true, borrowed: true },
  });
  const held = seat?.leaseId === leaseId && seat.expiresAt !== null && seat.expiresAt >= now;
  return { ...lease, seat: held ? seat : null };
}

/** SQL: which seats `s` are held. The conditions that the index of held seats is made for. */
export function isHeld(tenantId: string, now: Date): Prisma.Sql {
  return Prisma.sql`s.tenant_id = ${tenantId}::uuid AND s.lease_id IS NOT NULL AND s.expires_at >= ${now}::timestamptz`;
}

function poolOf(tenantId: string, licenseId: string): Prisma.Sql {
  return Prisma.sql`(SELECT id FROM pool WHERE tenant_id = ${tenantId}::uuid AND license_id = ${licenseId}::uuid)`;
}
