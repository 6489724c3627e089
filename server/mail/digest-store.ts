import type { Prisma } from "#prisma/generated/client.ts";
import type { LicenseStatus } from "#server/domain/license-state.ts";

type Tx = Prisma.TransactionClient;

/** Leaves events to the next digest, in the transaction that tells of them. One that is left to it already changes nothing. */
export async function keepForDigest(
  tx: Tx,
  tenantId: string,
  events: readonly { readonly id: string; readonly at: Date }[],
): Promise<void> {
  await tx.staffNotice.createMany({
    data: events.map(({ id, at }) => ({ tenantId, eventId: id, at })),
    skipDuplicates: true,
  });
}

/** Whether something waits to be told of, and no digest was made on this day. */
export async function isDigestDue(tx: Tx, tenantId: string, day: Date): Promise<boolean> {
  const waiting = await tx.staffNotice.findFirst({ where: { tenantId, toldOn: null }, select: { at: true } });
  if (waiting === null) return false;
  const made = await tx.staffNotice.findFirst({ where: { tenantId, toldOn: day }, select: { at: true } });
  return made === null;
}

/** One digest at a time, until the transaction ends. */
export async function lockDigest(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM tenant_state WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
}

/** Takes a page of what waits for the digest of this day; how many there were. */
export function takeForDigest(tx: Tx, tenantId: string, day: Date, limit: number): Promise<number> {
  return tx.$executeRaw`
    UPDATE staff_notice SET told_on = ${day}::date
     WHERE tenant_id = ${tenantId}::uuid AND event_id = ANY (ARRAY(
       SELECT event_id FROM staff_notice WHERE tenant_id = ${tenantId}::uuid AND told_on IS NULL
        ORDER BY at, event_id LIMIT ${limit}))`;
}

/** What the events taken on a day tell of one license and meter. */
export interface Taken {
  readonly kind: "expiring" | "seats" | "credits";
  /** As events name it. */
  readonly license: string;
  readonly meter: string | null;
  readonly times: number;
  /** Of the newest. */
  readonly at: Date;
  /** The latest end, and the most seats, that one of them tells of. */
  readonly expiresAt: string | null;
  readonly seats: number;
}

export function takenOn(tx: Tx, tenantId: string, day: Date): Promise<Taken[]> {
  return tx.$queryRaw<Taken[]>`
    SELECT CASE e.type WHEN 'license.expiring' THEN 'expiring' WHEN 'pool.exhausted' THEN 'seats' ELSE 'credits' END AS kind,
           e.data->'license'->>'id' AS license, e.data->>'meter' AS meter, count(*)::integer AS times, max(e.at) AS at,
           max(e.data->'license'->>'expiresAt') AS "expiresAt", max((e.data->'license'->>'seats')::integer) AS seats
      FROM staff_notice n JOIN domain_event e ON e.tenant_id = n.tenant_id AND e.id = n.event_id
     WHERE n.tenant_id = ${tenantId}::uuid AND n.told_on = ${day}::date
     GROUP BY 1, 2, 3`;
}

/** A license as it is now. */
export interface Standing {
  readonly id: string;
  readonly status: LicenseStatus;
  readonly expiresAt: Date | null;
  readonly seats: number;
  readonly customer: string;
  readonly product: string;
  readonly key: string;
}

/** By their stored ids. */
export function standingOf(tx: Tx, tenantId: string, ids: readonly string[], now: Date): Promise<Standing[]> {
  return tx.$queryRaw<Standing[]>`
    SELECT l.id, license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS status,
           l.expires_at AS "expiresAt", coalesce((l.effective->>'seats')::integer, 0) AS seats,
           c.name AS customer, p.name AS product, concat(p.key_prefix, '-…-', l.key_hint) AS key
      FROM license l
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
     WHERE l.tenant_id = ${tenantId}::uuid AND l.id = ANY (${[...ids]}::uuid[])`;
}

export interface Balance {
  readonly licenseId: string;
  /** Its code and its name. */
  readonly meter: string;
  readonly name: string;
  readonly balance: number;
  readonly lastGrantedAt: Date | null;
}

/** What is left on the meters of these licenses, by their stored ids. */
export function balancesOf(tx: Tx, tenantId: string, ids: readonly string[]): Promise<Balance[]> {
  return tx.$queryRaw<Balance[]>`
    SELECT a.license_id AS "licenseId", m.code AS meter, m.name, (a.granted - a.reserved - a.spent)::double precision AS balance,
           (SELECT max(g.created_at) FROM "grant" g WHERE g.tenant_id = a.tenant_id AND g.account_id = a.id) AS "lastGrantedAt"
      FROM account a JOIN meter m ON m.tenant_id = a.tenant_id AND m.id = a.meter_id
     WHERE a.tenant_id = ${tenantId}::uuid AND a.license_id = ANY (${[...ids]}::uuid[])`;
}
