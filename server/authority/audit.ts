import type { Prisma } from "#prisma/generated/client.ts";
import type { SystemActor, UserActor } from "../domain/actor.ts";
import { auditHash, type ChainedAuditRecord } from "../domain/audit-chain.ts";
import type { JsonValue } from "../domain/canonical-json.ts";
import type { Clock } from "../platform/clock.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { announceChanges } from "./announce.ts";

/** What a value of an audit entry may be made of; dates are kept as ISO text, and what is undefined is left out. */
export type Auditable =
  | string
  | number
  | boolean
  | null
  | undefined
  | Date
  | readonly Auditable[]
  | { readonly [name: string]: Auditable };

/** Somebody of the staff, or a person of a customer. */
export type PersonAuthor = Omit<UserActor, "role">;

/** Whose name an entry carries: a person's, or Signet itself. */
export type Author = PersonAuthor | SystemActor;

export interface AuditEntry {
  /** What happened, in the past tense: `license.suspended`. */
  readonly action: string;
  /** An id kind of `domain/ids.ts`. */
  readonly subjectKind: string;
  /** The stored uuid. */
  readonly subjectId: string;
  /** Only what changed, with public ids, and never a secret: no key, password, hash or cipher. */
  readonly before: Auditable;
  readonly after: Auditable;
}

/** Appends one entry to the tenant's audit chain, and tells of it through the outbox, in the transaction of the change. */
export function recordAudit(
  tx: Prisma.TransactionClient,
  author: Author,
  clock: Clock,
  entry: AuditEntry,
): Promise<void> {
  return recordAudits(tx, author, clock, [entry]);
}

/**
 * Appends entries in their order. The tenant's state row is locked until the transaction ends, so that entries never
 * fork the chain: change everything else first, and record last.
 */
export async function recordAudits(
  tx: Prisma.TransactionClient,
  author: Author,
  clock: Clock,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const { tenantId } = author;
  const correlationId = currentCorrelationId() ?? newCorrelationId();
  const at = clock.now();
  await announceChanges(tx, tenantId, at, entries);
  const head = await lockHead(tx, tenantId);
  let { seq, hash } = head;
  const rows = entries.map((entry) => {
    seq += 1;
    const prevHash = hash;
    const before = asJson(entry.before);
    const after = asJson(entry.after);
    const { action, subjectKind, subjectId } = entry;
    const actorUserId = author.kind === "user" ? author.userId : null;
    const record = { tenantId, seq, at, actorUserId, action, subjectKind, subjectId, correlationId };
    hash = auditHash(prevHash, { ...record, before, after });
    return { ...record, before, after, prevHash, hash };
  });
  await insertEvents(tx, tenantId, rows);
  await tx.tenantState.update({ where: { tenantId }, data: { auditSeq: seq, auditHead: hash } });
}

async function lockHead(
  tx: Prisma.TransactionClient,
  tenantId: string,
): Promise<{ readonly seq: number; readonly hash: string }> {
  const [head] = await tx.$queryRaw<{ seq: number; hash: string }[]>`
    SELECT audit_seq AS seq, audit_head AS hash FROM tenant_state
     WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  if (head === undefined) throw new Error("The tenant has no state row; its trust was never provisioned.");
  return head;
}

/** Through text and back, so that what is hashed is exactly what the database gives back. */
function asJson(value: Auditable): JsonValue {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

/** In one statement with one parameter, because many may come at once. */
async function insertEvents(
  tx: Prisma.TransactionClient,
  tenantId: string,
  rows: readonly ChainedAuditRecord[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO audit_event (tenant_id, seq, at, actor_user_id, action, subject_kind, subject_id, before, after,
                             correlation_id, prev_hash, hash)
    SELECT ${tenantId}::uuid, i.seq, i.at, i."actorUserId", i.action, i."subjectKind", i."subjectId", i.before, i.after,
           i."correlationId", i."prevHash", i.hash
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
           AS i (seq integer, at timestamptz, "actorUserId" uuid, action text, "subjectKind" text, "subjectId" uuid,
                 before jsonb, after jsonb, "correlationId" text, "prevHash" text, hash text)`;
}
