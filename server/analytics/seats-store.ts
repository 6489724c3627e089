import { Prisma } from "#prisma/generated/client.ts";
import type { Tx } from "./figures-store.ts";

export interface SeatLicense {
  readonly id: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly productId: string;
  readonly productName: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date | null;
  readonly seats: number;
}

/** Of some licenses, or of one customer's, those with floating seats, that end first coming first. */
export function listSeatLicenses(
  tx: Tx,
  tenantId: string,
  of:
    | { readonly ids: readonly string[] }
    | { readonly customerId: string; readonly productId?: string | undefined },
  limit: number,
): Promise<SeatLicense[]> {
  const condition =
    "ids" in of
      ? Prisma.sql`l.id = ANY (${of.ids}::uuid[])`
      : Prisma.sql`l.customer_id = ${of.customerId}::uuid AND l.revoked_at IS NULL
          ${of.productId === undefined ? Prisma.empty : Prisma.sql`AND l.product_id = ${of.productId}::uuid`}`;
  return tx.$queryRaw<SeatLicense[]>`
    SELECT l.id, d.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", c.id AS "customerId", c.name AS "customerName",
           d.id AS "productId", d.name AS "productName", l.issued_at AS "issuedAt", l.expires_at AS "expiresAt", p.seats
      FROM license l
      JOIN pool p ON p.tenant_id = l.tenant_id AND p.license_id = l.id AND p.seats > 0
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product d ON d.tenant_id = l.tenant_id AND d.id = l.product_id
     WHERE l.tenant_id = ${tenantId}::uuid AND ${condition}
     ORDER BY l.expires_at NULLS LAST, l.id LIMIT ${limit}`;
}

/** Licenses that end in a time, with or without seats: the next in the order of their ends. */
export async function listEnding(
  tx: Tx,
  tenantId: string,
  query: {
    readonly from: Date;
    readonly until: Date;
    readonly productId?: string | undefined;
    readonly limit: number;
  },
): Promise<string[]> {
  const { from, until, productId, limit } = query;
  const found = await tx.license.findMany({
    where: {
      tenantId,
      expiresAt: { gt: from, lte: until },
      revokedAt: null,
      ...(productId === undefined ? {} : { productId }),
    },
    select: { id: true },
    orderBy: { expiresAt: "asc" },
    take: limit,
  });
  return found.map(({ id }) => id);
}

export interface SeatUseRow {
  readonly licenseId: string;
  readonly peak: number;
  readonly peakDays: number;
  readonly turnedAway: number;
  readonly needed: number;
}

/** How licenses' seats were used, by days added up; where most were turned away first. One without any use has no row. */
export function readSeatUse(
  tx: Tx,
  tenantId: string,
  query: {
    readonly from: Date;
    readonly until: Date;
    readonly productId?: string | undefined;
    readonly customerIds?: readonly string[];
    readonly limit: number;
  },
): Promise<SeatUseRow[]> {
  const { from, until, productId, customerIds, limit } = query;
  const product = productId === undefined ? Prisma.empty : Prisma.sql`AND product_id = ${productId}::uuid`;
  const customers =
    customerIds === undefined ? Prisma.empty : Prisma.sql`AND customer_id = ANY (${customerIds}::uuid[])`;
  return tx.$queryRaw<SeatUseRow[]>`
    WITH days AS (
      SELECT dimension COLLATE "C" AS dimension, start, coalesce(max(value) FILTER (WHERE metric = 'seats_peak'), 0) AS peak,
             coalesce(max(value) FILTER (WHERE metric = 'seats_capacity'), 0) AS seats,
             coalesce(max(value) FILTER (WHERE metric = 'seats_denied'), 0) AS denied
        FROM rollup
       WHERE tenant_id = ${tenantId}::uuid AND metric IN ('seats_peak', 'seats_capacity', 'seats_denied') AND size = 'day'
         AND start >= ${from}::timestamptz AND start < ${until}::timestamptz ${product} ${customers}
       GROUP BY dimension, start
    ), ranked AS (
      SELECT *, max(peak) OVER (PARTITION BY dimension) AS most FROM days
    )
    SELECT dimension AS "licenseId", max(peak)::integer AS peak, count(*) FILTER (WHERE peak = most)::integer AS "peakDays",
           sum(denied)::integer AS "turnedAway",
           max(CASE WHEN denied > 0 THEN greatest(peak, seats) + denied ELSE peak END)::integer AS needed
      FROM ranked GROUP BY dimension
     ORDER BY "turnedAway" DESC, max(peak)::float8 / greatest(max(seats), 1) DESC, dimension LIMIT ${limit}`;
}
