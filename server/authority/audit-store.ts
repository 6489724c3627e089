import type { ChainHead } from "../domain/audit-chain.ts";
import { apiKeyIn } from "../domain/credential.ts";
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

const TERMS_CHANGES_MAX = 200;

/** What gave a license its own terms, newest first: changes of them, and how it was issued. */
export function listTermsChanges(tx: Tx, tenantId: string, licenseId: string) {
  return tx.auditEvent.findMany({
    where: { tenantId, subjectId: licenseId, action: { in: ["license.overridden", "license.issued"] } },
    orderBy: { seq: "desc" },
    take: TERMS_CHANGES_MAX,
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

export async function readAuditHead(tx: Tx, tenantId: string): Promise<ChainHead> {
  const { auditSeq, auditHead } = await tx.tenantState.findUniqueOrThrow({ where: { tenantId } });
  return { seq: auditSeq, hash: auditHead };
}

export function newestCheckpoint(tx: Tx, tenantId: string) {
  return tx.auditCheckpoint.findFirst({ where: { tenantId }, orderBy: { seq: "desc" } });
}

/** Those of the `limit` events after `seq`. */
export function readCheckpoints(tx: Tx, tenantId: string, seq: number, limit: number) {
  return tx.auditCheckpoint.findMany({
    where: { tenantId, seq: { gt: seq, lte: seq + limit } },
    orderBy: { seq: "asc" },
  });
}

/** Changes nothing where another process was quicker. */
export async function insertCheckpoint(
  tx: Tx,
  checkpoint: ChainHead & { readonly tenantId: string; readonly jws: string; readonly at: Date },
): Promise<void> {
  await tx.auditCheckpoint.createMany({ data: [checkpoint], skipDuplicates: true });
}

/** Events with the names of the people behind them, or of the API key; where there is neither, it was Signet itself. */
export async function withActorNames<
  Event extends { readonly tenantId: string; readonly actorUserId: string | null; readonly after: unknown },
>(tx: Tx, events: readonly Event[]) {
  const names = await userNames(
    tx,
    events.flatMap(({ actorUserId }) => actorUserId ?? []),
  );
  const keys = await apiKeyNames(tx, events);
  return events.map((event) => {
    const keyId = event.actorUserId === null ? apiKeyIn(event.after) : undefined;
    return {
      ...event,
      actorName: event.actorUserId === null ? null : (names.get(event.actorUserId) ?? null),
      actorKey: keyId === undefined ? null : { id: keyId, name: keys.get(keyId) ?? null },
    };
  });
}

async function apiKeyNames(
  tx: Tx,
  events: readonly { readonly tenantId: string; readonly after: unknown }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(events.flatMap(({ after }) => apiKeyIn(after) ?? []))];
  const [first] = events;
  if (first === undefined || ids.length === 0) return new Map();
  const { tenantId } = first;
  const keys = await tx.apiKey.findMany({
    where: { tenantId, id: { in: ids } },
    select: { id: true, name: true },
  });
  return new Map(keys.map(({ id, name }) => [id, name]));
}

export async function userNames(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const users = await tx.user.findMany({
    where: { id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(users.map((user) => [user.id, user.name]));
}
