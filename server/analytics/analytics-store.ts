import { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** Where the tenant's figures are final until; before the first run, where its first event was. */
export async function beginAt(tx: Tx, tenantId: string, safe: Date): Promise<Date> {
  await tx.$executeRaw`
    INSERT INTO rollup_watermark (tenant_id, complete_until)
    SELECT ${tenantId}::uuid, least(min(at), ${safe}::timestamptz) FROM runtime_event WHERE tenant_id = ${tenantId}::uuid
    ON CONFLICT (tenant_id) DO NOTHING`;
  const watermark = await tx.rollupWatermark.findUniqueOrThrow({ where: { tenantId } });
  return watermark.completeUntil;
}

export async function rollUpHour(tx: Tx, tenantId: string, hour: Date, safe: Date): Promise<void> {
  await tx.$executeRaw`SELECT roll_up_hour(${tenantId}::uuid, ${hour}::timestamptz, ${safe}::timestamptz)`;
}

export const METRICS = ["activations", "denials", "usage", "seats_peak"] as const;

export interface SeriesQuery {
  readonly metric: (typeof METRICS)[number];
  readonly size: "hour" | "day";
  readonly from: Date;
  /** Exclusive. */
  readonly until: Date;
  readonly productId?: string | undefined;
  readonly customerId?: string | undefined;
}

export interface Point {
  readonly start: Date;
  readonly dimension: string;
  readonly value: bigint;
}

/** Oldest first; a period without any has no point. */
export function readSeries(tx: Tx, tenantId: string, query: SeriesQuery): Promise<Point[]> {
  const { metric, size, from, until, productId, customerId } = query;
  const product = productId === undefined ? Prisma.empty : Prisma.sql`AND product_id = ${productId}::uuid`;
  const customer =
    customerId === undefined ? Prisma.empty : Prisma.sql`AND customer_id = ${customerId}::uuid`;
  return tx.$queryRaw<Point[]>`
    SELECT start, dimension, sum(value)::bigint AS value FROM rollup
     WHERE tenant_id = ${tenantId}::uuid AND metric = ${metric} AND size = ${size}
       AND start >= ${from}::timestamptz AND start < ${until}::timestamptz ${product} ${customer}
     GROUP BY start, dimension ORDER BY start, dimension`;
}
