import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "./canonical-json.ts";

/** An audit event as it is chained: everything a reader relies on, so that nothing of it can be changed unnoticed. */
export interface AuditRecord {
  readonly tenantId: string;
  /** Counts from 1 without a gap. */
  readonly seq: number;
  readonly at: Date;
  readonly actorUserId: string | null;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly correlationId: string;
}

export interface ChainedAuditRecord extends AuditRecord {
  readonly prevHash: string;
  readonly hash: string;
}

/** Where a chain stands: the newest event's number and hash. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first event. */
export const CHAIN_START: ChainHead = { seq: 0, hash: "" };

/** base64url SHA-256 over the hash before and the canonical event. */
export function auditHash(prevHash: string, record: AuditRecord): string {
  const { tenantId, seq, at, actorUserId, action, subjectKind, subjectId, before, after, correlationId } =
    record;
  const content = canonicalJson({
    tenantId,
    seq,
    at: at.toISOString(),
    actorUserId,
    action,
    subjectKind,
    subjectId,
    before,
    after,
    correlationId,
  });
  return createHash("sha256").update(`${prevHash}\n${content}`).digest("base64url");
}

export type ChainVerdict =
  | { readonly intact: true; readonly head: ChainHead }
  | {
      readonly intact: false;
      /** The first event that is not as it was written. */
      readonly seq: number;
      readonly reason: "missing" | "changed" | "relinked";
    };

/**
 * Follows consecutive events, oldest first, from `start`. A changed, dropped or inserted event is found; whether events
 * at the end were dropped, the caller finds by comparing the head with the one that was kept apart.
 */
export function verifyAuditChain(
  records: Iterable<ChainedAuditRecord>,
  start: ChainHead = CHAIN_START,
): ChainVerdict {
  let head = start;
  for (const record of records) {
    const seq = head.seq + 1;
    if (record.seq !== seq) return { intact: false, seq, reason: "missing" };
    if (record.prevHash !== head.hash) return { intact: false, seq, reason: "relinked" };
    if (auditHash(record.prevHash, record) !== record.hash) return { intact: false, seq, reason: "changed" };
    head = { seq, hash: record.hash };
  }
  return { intact: true, head };
}
