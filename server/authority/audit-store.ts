import type { Tx } from "./ports.ts";

export interface AuditQuery {
  readonly subjectId?: string | undefined;
  readonly action?: string | undefined;
  readonly actorUserId?: string | undefined;
  readonly correlationId?: string | undefined;
  /** Only events before this one. */
  readonly beforeSeq?: number | undefined;
  readonly limit: number;
}

/** Newest first. */
export function listAuditEvents(tx: Tx, tenantId: string, query: AuditQuery) {
  const { subjectId, action, actorUserId, correlationId, beforeSeq, limit } = query;
  return tx.auditEvent.findMany({
    where: {
      tenantId,
      ...(subjectId === undefined ? {} : { subjectId }),
      ...(action === undefined ? {} : { action: { startsWith: action } }),
      ...(actorUserId === undefined ? {} : { actorUserId }),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(beforeSeq === undefined ? {} : { seq: { lt: beforeSeq } }),
    },
    orderBy: { seq: "desc" },
    take: limit,
  });
}

/** Oldest first, from after `seq`. */
export function readAuditChain(tx: Tx, tenantId: string, seq: number, limit: number) {
  return tx.auditEvent.findMany({
    where: { tenantId, seq: { gt: seq } },
    orderBy: { seq: "asc" },
    take: limit,
  });
}

export function readAuditHead(tx: Tx, tenantId: string) {
  return tx.tenantState.findUniqueOrThrow({
    where: { tenantId },
    select: { auditSeq: true, auditHead: true },
  });
}

export async function userNames(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const users = await tx.user.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(users.map((user) => [user.id, user.name]));
}
