import type { Prisma } from "#prisma/generated/client.ts";
import type { Tx } from "./ports.ts";

/** Which decisions: of one request, or of a license, and of it perhaps only a device's, a ticket's or a time's. */
export type DecisionFilter =
  | { readonly correlationId: string }
  | {
      readonly licenseId: string;
      readonly activationId?: string | undefined;
      readonly ticketId?: string | undefined;
      readonly from?: Date | undefined;
      readonly until?: Date | undefined;
    };

/** Newest first. */
export function listDecisions(tx: Tx, tenantId: string, filter: DecisionFilter, limit: number) {
  return tx.runtimeEvent.findMany({
    where: { tenantId, ...("correlationId" in filter ? filter : ofLicense(filter)) },
    orderBy: [{ at: "desc" }, { id: "desc" }],
    take: limit,
  });
}

function ofLicense(filter: Extract<DecisionFilter, { licenseId: string }>): Prisma.RuntimeEventWhereInput {
  const { licenseId, activationId, ticketId, from, until } = filter;
  return {
    licenseId,
    ...(activationId === undefined ? {} : { activationId }),
    ...(ticketId === undefined ? {} : { facts: { path: ["ticket"], equals: ticketId } }),
    at: { ...(from === undefined ? {} : { gte: from }), ...(until === undefined ? {} : { lte: until }) },
  };
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
    select: { id: true, licenseId: true },
  });
}
