import { Prisma } from "#prisma/generated/client.ts";

export type Tx = Prisma.TransactionClient;

export type Metric =
  | "activations"
  | "versions"
  | "platforms"
  | "denials"
  | "usage"
  | "seats_peak"
  | "seats_capacity"
  | "seats_denied"
  | "trials"
  | "trials_converted";

export interface FigureQuery {
  readonly size: "hour" | "day";
  readonly from: Date;
  /** Exclusive. */
  readonly until: Date;
  readonly productId?: string | undefined;
  readonly customerId?: string | undefined;
}

export interface Figure {
  readonly metric: Metric;
  readonly start: Date;
  readonly productId: string;
  readonly dimension: string;
  readonly value: number;
  readonly example: string | null;
}

/** Oldest first. Of all customers from the totals, of one from its own rows: either way about as many as are drawn. */
export function readFigures(
  tx: Tx,
  tenantId: string,
  metrics: readonly Metric[],
  query: FigureQuery,
): Promise<Figure[]> {
  const { size, from, until, productId, customerId } = query;
  const source =
    customerId === undefined
      ? Prisma.sql`rollup_total WHERE true`
      : Prisma.sql`rollup WHERE customer_id = ${customerId}::uuid`;
  const product = productId === undefined ? Prisma.empty : Prisma.sql`AND product_id = ${productId}::uuid`;
  return tx.$queryRaw<Figure[]>`
    SELECT metric, start, product_id AS "productId", dimension, value::float8 AS value, example FROM ${source}
       AND tenant_id = ${tenantId}::uuid AND metric = ANY (${metrics}::text[]) AND size = ${size} AND value <> 0
       AND start >= ${from}::timestamptz AND start < ${until}::timestamptz ${product}
     ORDER BY start, dimension`;
}

/**
 * One customer's trials by the day on which they were issued, and those converted, as `roll_up_trials` counts those of all
 * customers: from the licenses, of which a customer has few.
 */
export function countTrialsOf(
  tx: Tx,
  tenantId: string,
  query: {
    readonly customerId: string;
    readonly productId: string | undefined;
    readonly from: Date;
    readonly until: Date;
  },
): Promise<Pick<Figure, "metric" | "start" | "value">[]> {
  const { customerId, productId, from, until } = query;
  const product = productId === undefined ? Prisma.empty : Prisma.sql`AND product_id = ${productId}::uuid`;
  return tx.$queryRaw`
    WITH own AS MATERIALIZED (
      SELECT product_id, issued_at, effective->>'type' AS type, coalesce(issued_type, effective->>'type') AS issued_type
        FROM license WHERE tenant_id = ${tenantId}::uuid AND customer_id = ${customerId}::uuid ${product}
    ), trials AS (
      SELECT date_trunc('day', t.issued_at, 'UTC') AS start,
             t.type <> 'trial' OR EXISTS (
               SELECT FROM own n
                WHERE n.product_id = t.product_id AND n.issued_type <> 'trial'
                  AND n.issued_at > t.issued_at AND n.issued_at < t.issued_at + interval '90 days') AS converted
        FROM own t
       WHERE t.issued_type = 'trial' AND t.issued_at >= ${from}::timestamptz AND t.issued_at < ${until}::timestamptz
    )
    SELECT f.metric, c.start, f.value::float8 AS value
      FROM (SELECT start, count(*) AS issued, count(*) FILTER (WHERE converted) AS converted FROM trials GROUP BY start) AS c
     CROSS JOIN LATERAL (VALUES ('trials', c.issued), ('trials_converted', c.converted)) AS f (metric, value)`;
}

/** Until when figures are final; undefined where none has been computed. */
export async function findCompleteUntil(tx: Tx, tenantId: string): Promise<Date | undefined> {
  return (await tx.rollupWatermark.findUnique({ where: { tenantId } }))?.completeUntil;
}

/** When there last was any, by the day, and whether there was any in a time; of all products and customers. */
export async function findLatest(
  tx: Tx,
  tenantId: string,
  metric: Metric,
  { from, until }: Pick<FigureQuery, "from" | "until">,
): Promise<{ latest: Date | undefined; inPeriod: boolean }> {
  const where = { tenantId, metric, size: "day", value: { gt: 0 } };
  const select = { start: true };
  const latest = await tx.rollupTotal.findFirst({ where, select, orderBy: { start: "desc" } });
  const within = { ...where, start: { gte: from, lt: until } };
  const any = await tx.rollupTotal.findFirst({ where: within, select, orderBy: { start: "desc" } });
  return { latest: latest?.start, inPeriod: any !== null };
}

/**
 * From when on the days of a metric can be added up for each customer or license by reading at most `rowsMax` rows: the
 * begin of the period unless there are more. Undefined where the newest day alone has more.
 */
export async function findAddableFrom(
  tx: Tx,
  tenantId: string,
  metric: Metric,
  { from, until }: Pick<FigureQuery, "from" | "until">,
  rowsMax: number,
): Promise<Date | undefined> {
  const [beyond] = await tx.$queryRaw<{ next: Date; some: boolean }[]>`
    SELECT r.start + interval '24 hours' AS next,
           EXISTS (SELECT FROM rollup n WHERE n.tenant_id = ${tenantId}::uuid AND n.metric = ${metric} AND n.size = 'day'
                      AND n.start > r.start AND n.start < ${until}::timestamptz) AS some
      -- Found first, because what is selected is computed for the rows that OFFSET passes over too.
      FROM (SELECT start FROM rollup
             WHERE tenant_id = ${tenantId}::uuid AND metric = ${metric} AND size = 'day'
               AND start >= ${from}::timestamptz AND start < ${until}::timestamptz
             ORDER BY start DESC OFFSET ${rowsMax} LIMIT 1) AS r`;
  if (beyond === undefined) return from;
  return beyond.some ? beyond.next : undefined;
}

/** Who used most of a meter, most first. */
export function readUsageByCustomer(
  tx: Tx,
  tenantId: string,
  query: {
    readonly from: Date;
    readonly until: Date;
    readonly productId: string;
    readonly code: string;
    readonly limit: number;
  },
) {
  const { from, until, productId, code, limit } = query;
  return tx.$queryRaw<{ customerId: string; name: string; value: number }[]>`
    SELECT u.customer_id AS "customerId", c.name, u.value
      FROM (SELECT customer_id, sum(value::float8) AS value FROM rollup
             WHERE tenant_id = ${tenantId}::uuid AND metric = 'usage' AND size = 'day'
               AND start >= ${from}::timestamptz AND start < ${until}::timestamptz
               AND product_id = ${productId}::uuid AND dimension = ${code}
             GROUP BY customer_id HAVING sum(value) <> 0 ORDER BY value DESC, customer_id LIMIT ${limit}) u
      JOIN customer c ON c.tenant_id = ${tenantId}::uuid AND c.id = u.customer_id
     ORDER BY u.value DESC, c.id`;
}

/** The meters there are, of one product or all. */
export function listMeters(tx: Tx, tenantId: string, productId: string | undefined) {
  return tx.meter.findMany({
    where: { tenantId, ...(productId === undefined ? {} : { productId }) },
    select: {
      id: true,
      productId: true,
      code: true,
      name: true,
      unit: true,
      product: { select: { name: true } },
    },
    orderBy: { createdAt: "asc" },
  });
}
