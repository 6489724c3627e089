import type { Actor } from "../domain/actor.ts";
import { CHAIN_START, type ChainVerdict, verifyAuditChain } from "../domain/audit-chain.ts";
import type { JsonValue } from "../domain/canonical-json.ts";
import type { Database } from "../platform/database.ts";
import type { ListAudit } from "./audit-input.ts";
import * as store from "./audit-store.ts";
import type { Tx } from "./ports.ts";

export type Audit = ReturnType<typeof createAudit>;

const VERIFIED_AT_ONCE = 2_000;

/** The control plane's history: who changed what. */
export function createAudit({ database }: { database: Database }) {
  return {
    /** Newest first. */
    async list(actor: Actor, query: ListAudit) {
      const { tenantId } = actor;
      const { action, userId, correlationId, cursor, limit } = query;
      return database.withTenant(tenantId, async (tx) => {
        const beforeSeq = cursor ? Number(cursor) : undefined;
        const filter = { action, actorUserId: userId, correlationId, beforeSeq };
        const rows = await store.listAuditEvents(tx, tenantId, { ...filter, limit: limit + 1 });
        const items = await withActorNames(tx, rows.slice(0, limit));
        const last = items.at(-1);
        return { items, nextCursor: rows.length > limit && last !== undefined ? String(last.seq) : null };
      });
    },

    /**
     * Reads the whole chain, oldest first, and compares its end with the head that is kept apart: the first event changed,
     * dropped or inserted is found, also when it is the last.
     */
    async verify(actor: Actor): Promise<ChainVerdict> {
      const { tenantId } = actor;
      // The head first: what is appended while the chain is read lies beyond it.
      const kept = await database.withTenant(tenantId, (tx) => store.readAuditHead(tx, tenantId));
      let head = CHAIN_START;
      while (head.seq < kept.auditSeq) {
        const { seq } = head;
        const limit = Math.min(VERIFIED_AT_ONCE, kept.auditSeq - seq);
        const page = await database.withTenant(tenantId, (tx) =>
          store.readAuditChain(tx, tenantId, seq, limit),
        );
        if (page.length === 0) return { intact: false, seq: seq + 1, reason: "missing" };
        const verdict = verifyAuditChain(page.map(asChained), head);
        if (!verdict.intact) return verdict;
        head = verdict.head;
      }
      if (head.hash !== kept.auditHead) return { intact: false, seq: head.seq, reason: "relinked" };
      return { intact: true, head };
    },
  };
}

type StoredEvent = Awaited<ReturnType<typeof store.listAuditEvents>>[number];

/** Prisma's JSON type says that a member may be undefined; what comes from the database never has one. */
function asChained({ before, after, ...event }: StoredEvent) {
  return { ...event, before: asJson(before), after: asJson(after) };
}

function asJson(value: StoredEvent["before"]): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

/** Events with the names of the people behind them; null is Signet itself. */
export async function withActorNames(tx: Tx, events: readonly StoredEvent[]) {
  const names = await store.userNames(
    tx,
    events.flatMap(({ actorUserId }) => actorUserId ?? []),
  );
  return events.map((event) => ({
    ...event,
    actorName: event.actorUserId === null ? null : (names.get(event.actorUserId) ?? null),
  }));
}
