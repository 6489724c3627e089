import { Prisma } from "#prisma/generated/client.ts";
import type { Tx } from "./ports.ts";

/** What a decision of a license can be about beside the license itself. */
export type Part = { readonly activationId: string } | { readonly ticketId: string };

/** Which decisions: of one request, of a license, or some by id. */
type DecisionFilter =
  | { readonly correlationId: string }
  | { readonly licenseId: string }
  | { readonly id: { in: string[] } };

/** Newest first. */
export function listDecisions(tx: Tx, tenantId: string, filter: DecisionFilter, limit: number) {
  return tx.runtimeEvent.findMany({ where: { tenantId, ...filter }, orderBy: NEWEST_FIRST, take: limit });
}

/** What was decided about a part of a license at these very moments, newest first. */
export function listDecisionsAt(
  tx: Tx,
  tenantId: string,
  { licenseId, part }: { readonly licenseId: string; readonly part: Part },
  moments: readonly Date[],
  limit: number,
) {
  const about = "ticketId" in part ? { facts: { path: ["ticket"], equals: part.ticketId } } : part;
  return tx.runtimeEvent.findMany({
    where: { tenantId, licenseId, at: { in: [...moments] }, ...about },
    orderBy: NEWEST_FIRST,
    take: limit,
  });
}

const NEWEST_FIRST = [{ at: "desc" as const }, { id: "desc" as const }];

/**
 * Looks through a license's decisions for those about a part of it: from `from` on towards the newest, or from the newest
 * back to `from`. `stoppedAt` is the time of the last one looked at when there were more than `scannedMax`.
 */
export async function searchDecisions(
  tx: Tx,
  tenantId: string,
  { licenseId, part }: { readonly licenseId: string; readonly part: Part },
  { from, until, towards }: SearchedTime,
  { scannedMax, foundMax }: { readonly scannedMax: number; readonly foundMax: number },
): Promise<{ readonly ids: string[]; readonly stoppedAt: Date | null }> {
  const isAbout =
    "ticketId" in part
      ? Prisma.sql`facts->>'ticket' = ${part.ticketId}`
      : Prisma.sql`activation_id = ${part.activationId}::uuid`;
  const [order, last] =
    towards === "newest"
      ? [Prisma.sql`at, id`, Prisma.sql`max(at)`]
      : [Prisma.sql`at DESC, id DESC`, Prisma.sql`min(at)`];
  const [found] = await tx.$queryRaw<{ ids: string[]; stoppedAt: Date | null }[]>`
    WITH scanned AS MATERIALIZED (
      SELECT id, at, ${isAbout} AS is_about FROM runtime_event
       WHERE tenant_id = ${tenantId}::uuid AND license_id = ${licenseId}::uuid
         AND at >= ${from} AND at <= coalesce(${until}::timestamptz, 'infinity')
       ORDER BY ${order} LIMIT ${scannedMax})
    SELECT ARRAY(SELECT id FROM scanned WHERE is_about ORDER BY ${order} LIMIT ${foundMax}) AS ids,
           (SELECT ${last} FROM scanned HAVING count(*) = ${scannedMax}) AS "stoppedAt"`;
  return found ?? { ids: [], stoppedAt: null };
}

export interface SearchedTime {
  readonly from: Date;
  /** Null: until now. */
  readonly until: Date | null;
  readonly towards: "newest" | "oldest";
}

export function listEntriesOfRequest(tx: Tx, tenantId: string, correlationId: string, limit: number) {
  return tx.ledgerEntry.findMany({
    where: { tenantId, correlationId },
    orderBy: [{ recordedAt: "desc" }, { accountId: "asc" }, { entry: "desc" }],
    take: limit,
  });
}

/** Newest first; with `reference` only what belongs to that ticket, whose first entry is `fromEntry`. */
export function listEntriesOfAccount(
  tx: Tx,
  tenantId: string,
  accountId: string,
  limit: number,
  only?: { readonly reference: string; readonly fromEntry: bigint },
) {
  const belongs = only && { reference: only.reference, entry: { gte: only.fromEntry } };
  return tx.ledgerEntry.findMany({
    where: { tenantId, accountId, ...belongs },
    orderBy: { entry: "desc" },
    take: limit,
  });
}

export async function listAccountIds(tx: Tx, tenantId: string, licenseId: string): Promise<string[]> {
  const accounts = await tx.account.findMany({ where: { tenantId, licenseId }, select: { id: true } });
  return accounts.map(({ id }) => id);
}

export function listChanges(
  tx: Tx,
  tenantId: string,
  filter: { readonly correlationId: string } | { readonly subjectId: string },
  subjectKind: string | undefined,
  limit: number,
) {
  return tx.auditEvent.findMany({
    where: { tenantId, ...filter, ...(subjectKind === undefined ? {} : { subjectKind }) },
    orderBy: { seq: "desc" },
    take: limit,
  });
}

/** The versions that decided, with their policy's name. */
export function listVersions(tx: Tx, tenantId: string, ids: readonly string[]) {
  return tx.policyVersion.findMany({
    where: { tenantId, id: { in: [...new Set(ids)] } },
    select: { id: true, number: true, rules: true, policy: { select: { code: true } } },
  });
}

export function listTickets(
  tx: Tx,
  tenantId: string,
  filter:
    | { readonly id: { in: string[] } }
    | { readonly accountId: { in: string[] }; readonly activationId?: string },
  limit: number,
) {
  return tx.ticket.findMany({ where: { tenantId, ...filter }, orderBy: { issuedAt: "desc" }, take: limit });
}

export function findTicket(tx: Tx, tenantId: string, id: string) {
  return tx.ticket.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: { account: { select: { licenseId: true } } },
  });
}

/** A license's leases, newest first. */
export function listLeases(
  tx: Tx,
  tenantId: string,
  filter: { readonly licenseId: string; readonly activationId?: string; readonly grantedAt?: { in: Date[] } },
  limit: number,
) {
  const { licenseId, ...rest } = filter;
  return tx.lease.findMany({
    where: { tenantId, pool: { tenantId, licenseId }, ...rest },
    orderBy: { grantedAt: "desc" },
    take: limit,
  });
}

export function findLease(tx: Tx, tenantId: string, id: string) {
  return tx.lease.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: { pool: { select: { licenseId: true } } },
  });
}

export function findLicenseByKey(tx: Tx, tenantId: string, keyHash: Buffer<ArrayBuffer>) {
  return tx.license.findFirst({ where: { tenantId, keyHash }, select: { id: true } });
}

export function findLicenseById(tx: Tx, tenantId: string, id: string) {
  return tx.license.findUnique({ where: { tenantId_id: { tenantId, id } }, select: { id: true } });
}

export function findDevice(tx: Tx, tenantId: string, id: string) {
  return tx.activation.findUnique({
    where: { tenantId_id: { tenantId, id } },
    select: {
      id: true,
      licenseId: true,
      createdAt: true,
      lastSeenAt: true,
      deactivatedAt: true,
      revokedAt: true,
    },
  });
}
