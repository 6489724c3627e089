import { z } from "zod";
import { Prisma } from "#prisma/generated/client.ts";
import { LICENSE_STATUSES, type LicenseStatus } from "../domain/license-state.ts";
import type { Tx } from "./ports.ts";

const DAY_MS = 86_400_000;

/** Whether an event is about a license of the scenario lab's, which figures leave out; asked row by row, since a join to all licenses reads them all. */
const ofTheLab = Prisma.sql`coalesce((
  SELECT p.lab FROM license l JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
   WHERE l.tenant_id = runtime_event.tenant_id AND l.id = runtime_event.license_id), false)`;

/** One pass over all licenses: how many of each status, and how many devices are active on them. */
export function countByStatus(tx: Tx, tenantId: string, now: Date) {
  return tx.$queryRaw<{ status: LicenseStatus; licenses: number; devices: number }[]>`
    SELECT license_status(valid_from, expires_at, grace_until, suspended_at, revoked_at, ${now}::timestamptz) AS status,
           count(*)::integer AS licenses, sum(activation_count)::integer AS devices
      FROM license
     WHERE tenant_id = ${tenantId}::uuid
       AND product_id <> ALL (ARRAY(SELECT id FROM product WHERE tenant_id = ${tenantId}::uuid AND lab))
     GROUP BY 1`;
}

/** Whether the tenant has issued more licenses than that; each has the next number, and none is ever deleted. */
export async function hasMoreLicensesThan(tx: Tx, tenantId: string, count: number): Promise<boolean> {
  const { nextStatusIndex } = await tx.tenantState.findUniqueOrThrow({
    where: { tenantId },
    select: { nextStatusIndex: true },
  });
  return nextStatusIndex > count;
}

const tallied = z.partialRecord(z.enum(LICENSE_STATUSES), z.int());
export type Tally = {
  readonly countedAt: Date;
  readonly licenses: z.infer<typeof tallied>;
  readonly devices: number;
};

export async function readTally(tx: Tx, tenantId: string): Promise<Tally | undefined> {
  const tally = await tx.licenseTally.findUnique({ where: { tenantId } });
  return tally === null ? undefined : { ...tally, licenses: tallied.parse(tally.licenses) };
}

export async function writeTally(tx: Tx, tenantId: string, tally: Tally): Promise<void> {
  await tx.licenseTally.upsert({ where: { tenantId }, create: { tenantId, ...tally }, update: tally });
}

/** The hour until which figures are computed; nothing before it changes any more. Null: none are. */
export async function figuresUntil(tx: Tx, tenantId: string): Promise<Date | null> {
  const [watermark] = await tx.$queryRaw<{ until: Date }[]>`
    SELECT date_trunc('hour', complete_until, 'UTC') AS until FROM rollup_watermark WHERE tenant_id = ${tenantId}::uuid`;
  return watermark?.until ?? null;
}

/**
 * New devices of each UTC day from `since` on; a day without any is not there. Figures tell of the days and hours that are
 * computed, and events only of what came since.
 */
export function countActivationsByDay(tx: Tx, tenantId: string, since: Date, computed: Date) {
  return tx.$queryRaw<{ day: string; count: number }[]>`
    SELECT day, sum(count)::integer AS count FROM (
      SELECT to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, sum(value) AS count
        FROM (${figures(tenantId, "activations", since, computed)}) AS f GROUP BY 1
      UNION ALL
      SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), count(*)
        FROM runtime_event
       WHERE tenant_id = ${tenantId}::uuid AND at >= greatest(${since}::timestamptz, ${computed}::timestamptz)
         AND operation IN ('activate', 'offline_activate') AND outcome = 'granted' AND facts->>'knownDevice' = 'false'
         AND NOT ${ofTheLab}
       GROUP BY 1) AS parts
     GROUP BY day`;
}

/** Most frequent first; `since` is a whole hour. */
export function countDenialsByCode(tx: Tx, tenantId: string, since: Date, computed: Date) {
  return tx.$queryRaw<{ code: string; count: number }[]>`
    SELECT code, sum(count)::integer AS count FROM (
      SELECT dimension AS code, sum(value) AS count FROM (${figures(tenantId, "denials", since, computed)}) AS f GROUP BY 1
      UNION ALL
      SELECT code, count(*) FROM runtime_event
       WHERE tenant_id = ${tenantId}::uuid AND at >= greatest(${since}::timestamptz, ${computed}::timestamptz) AND outcome = 'denied'
         AND NOT ${ofTheLab}
       GROUP BY 1) AS parts
     GROUP BY code ORDER BY count DESC, code`;
}

/** A metric's figures from one hour up to another: of whole days where these lie between, of hours at both ends. */
function figures(tenantId: string, metric: string, from: Date, until: Date): Prisma.Sql {
  const ofSize = (size: string, start: Prisma.Sql, end: Prisma.Sql) => Prisma.sql`
    SELECT start, dimension, value FROM rollup_total
     WHERE tenant_id = ${tenantId}::uuid AND metric = ${metric} AND size = ${size} AND start >= ${start} AND start < ${end}`;
  const at = (date: Date) => Prisma.sql`${date}::timestamptz`;
  const firstDay = new Date(Math.ceil(from.getTime() / DAY_MS) * DAY_MS);
  const lastDay = new Date(Math.floor(until.getTime() / DAY_MS) * DAY_MS);
  if (firstDay >= lastDay) return ofSize("hour", at(from), at(until));
  return Prisma.sql`
    ${ofSize("hour", at(from), at(firstDay))}
    UNION ALL ${ofSize("day", at(firstDay), at(lastDay))}
    UNION ALL ${ofSize("hour", at(lastDay), at(until))}`;
}

/** Licenses in use that end in the window, soonest first. */
export function listExpiring(tx: Tx, tenantId: string, from: Date, until: Date, limit: number) {
  return tx.license.findMany({
    where: {
      tenantId,
      expiresAt: { gt: from, lte: until },
      suspendedAt: null,
      revokedAt: null,
      product: { lab: false },
    },
    orderBy: { expiresAt: "asc" },
    take: limit,
    select: {
      id: true,
      keyHint: true,
      expiresAt: true,
      customer: { select: { id: true, name: true } },
      product: { select: { name: true, keyPrefix: true } },
    },
  });
}

/** What applications asked for; that a license's state moved with time was nobody's request. */
export async function listRecentDecisions(tx: Tx, tenantId: string, limit: number) {
  const latest = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM runtime_event
     WHERE tenant_id = ${tenantId}::uuid AND operation <> 'transition' AND NOT ${ofTheLab}
     ORDER BY at DESC LIMIT ${limit}`;
  return tx.runtimeEvent.findMany({
    where: { tenantId, id: { in: latest.map(({ id }) => id) } },
    orderBy: { at: "desc" },
  });
}

/** What decisions are about, by id: a decision keeps ids only. */
export async function nameSubjects(
  tx: Tx,
  tenantId: string,
  decisions: readonly { readonly licenseId: string | null; readonly activationId: string | null }[],
) {
  const licenses = await tx.license.findMany({
    where: { tenantId, id: { in: decisions.flatMap(({ licenseId }) => licenseId ?? []) } },
    select: {
      id: true,
      keyHint: true,
      customer: { select: { name: true } },
      product: { select: { keyPrefix: true } },
    },
  });
  const devices = await tx.activation.findMany({
    where: { tenantId, id: { in: decisions.flatMap(({ activationId }) => activationId ?? []) } },
    select: { id: true, name: true },
  });
  return {
    licenses: new Map(licenses.map((license) => [license.id, license])),
    devices: new Map(devices.map(({ id, name }) => [id, name])),
  };
}
