import type { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** What is older than this when a tenant is first looked at is not told of any more. */
const FIRST_LOOK_BACK_MS = 86_400_000;

/** Until when the tenant's decisions have been told of; nobody else goes on from there until the transaction ends. */
export async function lockWatermark(tx: Tx, tenantId: string, safe: Date): Promise<Date> {
  const oldest = new Date(safe.getTime() - FIRST_LOOK_BACK_MS);
  await tx.$executeRaw`
    INSERT INTO event_relay (tenant_id, told_until)
    SELECT ${tenantId}::uuid, greatest(least(min(at), ${safe}::timestamptz), ${oldest}::timestamptz)
      FROM runtime_event WHERE tenant_id = ${tenantId}::uuid
    ON CONFLICT (tenant_id) DO NOTHING`;
  const [relay] = await tx.$queryRaw<{ toldUntil: Date }[]>`
    SELECT told_until AS "toldUntil" FROM event_relay WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  if (relay === undefined) throw new Error("A row was inserted and is not there.");
  return relay.toldUntil;
}

export async function moveWatermark(tx: Tx, tenantId: string, toldUntil: Date): Promise<void> {
  await tx.eventRelay.update({ where: { tenantId }, data: { toldUntil } });
}

/** The end of the next stretch: `safe`, or where about `rows` decisions are. */
export async function stretchEnd(
  tx: Tx,
  tenantId: string,
  from: Date,
  safe: Date,
  rows: number,
): Promise<Date> {
  const [last] = await tx.$queryRaw<{ at: Date }[]>`
    SELECT at FROM runtime_event
     WHERE tenant_id = ${tenantId}::uuid AND at >= ${from}::timestamptz AND at < ${safe}::timestamptz
     ORDER BY at OFFSET ${rows} LIMIT 1`;
  if (last === undefined) return safe;
  // All of one millisecond are looked at together, so that none falls between two stretches.
  return last.at > from ? last.at : new Date(from.getTime() + 1);
}

export interface Decided {
  readonly id: string;
  readonly at: Date;
  readonly operation: string;
  readonly wasActivated: boolean;
  readonly licenseId: string;
  readonly activationId: string;
  readonly name: string;
  readonly platform: string;
  readonly appVersion: string;
  readonly correlationId: string;
}

/** Devices that were activated, not having been before, or that gave their place back. */
export function activationsBetween(tx: Tx, tenantId: string, from: Date, until: Date): Promise<Decided[]> {
  return tx.$queryRaw<Decided[]>`
    SELECT e.id, e.at, e.operation, e.operation IN ('activate', 'offline_activate') AS "wasActivated",
           e.license_id AS "licenseId", e.activation_id AS "activationId", a.name, a.platform, a.app_version AS "appVersion",
           e.correlation_id AS "correlationId"
      FROM runtime_event e JOIN activation a ON a.tenant_id = e.tenant_id AND a.id = e.activation_id
     WHERE e.tenant_id = ${tenantId}::uuid AND e.at >= ${from}::timestamptz AND e.at < ${until}::timestamptz
       AND e.outcome = 'granted'
       AND (e.operation IN ('activate', 'offline_activate') AND e.facts->>'knownDevice' = 'false'
            OR e.operation IN ('deactivate', 'offline_deactivate') AND e.facts->>'wasLive' = 'true')
     ORDER BY e.at`;
}

export interface Refused {
  /** Of the event that tells of this hour: the same whenever it is asked. */
  readonly eventId: string;
  readonly at: Date;
  readonly code: "no_seats_available" | "insufficient_credits";
  readonly licenseId: string;
  /** Null for seats. */
  readonly meter: string | null;
  readonly balance: number;
  readonly correlationId: string;
}

/** The first refusal for want of seats or credits of each license, meter and hour. */
export function shortagesBetween(tx: Tx, tenantId: string, from: Date, until: Date): Promise<Refused[]> {
  return tx.$queryRaw<Refused[]>`
    SELECT DISTINCT ON (s.id) s.id AS "eventId", e.at, e.code, e.license_id AS "licenseId", e.facts->>'meter' AS meter,
           coalesce((e.facts->>'balance')::double precision, 0) AS balance, e.correlation_id AS "correlationId"
      FROM runtime_event e
     CROSS JOIN LATERAL (SELECT md5(concat_ws(' ', e.code, e.license_id, e.facts->>'meter',
                                              extract(epoch FROM date_trunc('hour', e.at, 'UTC'))))::uuid AS id) s
     WHERE e.tenant_id = ${tenantId}::uuid AND e.at >= ${from}::timestamptz AND e.at < ${until}::timestamptz
       AND e.outcome = 'denied' AND e.license_id IS NOT NULL
       AND (e.code = 'no_seats_available' AND e.rule = 'seats.seats' OR e.code = 'insufficient_credits' AND e.facts->>'meter' IS NOT NULL)
     ORDER BY s.id, e.at`;
}

export interface LowAccount {
  /** Of the event that tells of this grant: the same whenever it is asked. */
  readonly eventId: string;
  readonly licenseId: string;
  readonly meter: string;
  readonly balance: number;
  readonly lastGranted: number;
}

/** Accounts from which something was taken, and that have less left than a tenth of what was last granted. */
export function lowAccounts(tx: Tx, tenantId: string, from: Date, until: Date): Promise<LowAccount[]> {
  return tx.$queryRaw<LowAccount[]>`
    SELECT md5('credits.low ' || g.id)::uuid AS "eventId", a.license_id AS "licenseId", m.code AS meter,
           (a.granted - a.reserved - a.spent)::double precision AS balance, g.amount::double precision AS "lastGranted"
      FROM (SELECT DISTINCT e.license_id FROM runtime_event e
             WHERE e.tenant_id = ${tenantId}::uuid AND e.at >= ${from}::timestamptz AND e.at < ${until}::timestamptz
               AND e.outcome = 'granted' AND e.operation IN ('usage', 'ticket', 'offline_journal')) used
      JOIN account a ON a.tenant_id = ${tenantId}::uuid AND a.license_id = used.license_id
      JOIN meter m ON m.tenant_id = a.tenant_id AND m.id = a.meter_id
     CROSS JOIN LATERAL (SELECT o.id, o.amount FROM "grant" o WHERE o.tenant_id = a.tenant_id AND o.account_id = a.id
                          ORDER BY o.created_at DESC LIMIT 1) g
     WHERE (a.granted - a.reserved - a.spent) * 10 < g.amount`;
}
