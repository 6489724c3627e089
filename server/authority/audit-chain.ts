import {
  type ChainedAuditRecord,
  type ChainHead,
  type ChainVerdict,
  verifyAuditChain,
} from "../domain/audit-chain.ts";
import type { JsonValue } from "../domain/canonical-json.ts";
import type { Database } from "../platform/database.ts";
import * as store from "./audit-store.ts";

const READ_AT_ONCE = 2_000;

/** Follows the stored chain from one of its events to another, oldest first; it must arrive at just the hash of that one. */
export async function followChain(
  database: Database,
  tenantId: string,
  from: ChainHead,
  to: ChainHead,
): Promise<ChainVerdict> {
  let head = from;
  while (head.seq < to.seq) {
    const { seq } = head;
    const limit = Math.min(READ_AT_ONCE, to.seq - seq);
    const events = await database.withTenant(tenantId, (tx) =>
      store.readAuditChain(tx, tenantId, seq, limit),
    );
    if (events.length === 0) return { intact: false, seq: seq + 1, reason: "missing" };
    const verdict = verifyAuditChain(events.map(asChained), head);
    if (!verdict.intact) return verdict;
    head = verdict.head;
  }
  return head.hash === to.hash ? { intact: true, head } : { intact: false, seq: to.seq, reason: "relinked" };
}

type StoredEvent = Awaited<ReturnType<typeof store.readAuditChain>>[number];

/** Prisma's JSON type says that a member may be undefined; what comes from the database never has one. */
export function asChained({ before, after, ...event }: StoredEvent): ChainedAuditRecord {
  return { ...event, before: asJson(before), after: asJson(after) };
}

function asJson(value: StoredEvent["before"]): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
