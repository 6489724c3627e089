import type { Actor } from "../domain/actor.ts";
import { CHAIN_START, type ChainHead, type ChainVerdict } from "../domain/audit-chain.ts";
import { followChain } from "./audit-chain.ts";
import { type AuditExportDeps, exportAudit } from "./audit-export.ts";
import type { ListAudit } from "./audit-input.ts";
import * as store from "./audit-store.ts";

export type Audit = ReturnType<typeof createAudit>;

/** A checkpoint: the chain up to `seq` was signed at that time. */
export interface AuditSeal {
  readonly seq: number;
  readonly at: Date;
}

export type AuditVerdict =
  | { readonly intact: true; readonly head: ChainHead; readonly seal: AuditSeal | null }
  | Extract<ChainVerdict, { intact: false }>
  /** The checkpoint up to there was not signed by this tenant. */
  | { readonly intact: false; readonly seq: number; readonly reason: "seal" };

/** The control plane's history: who changed what. */
export function createAudit(deps: AuditExportDeps) {
  const { database, trust } = deps;

  const ends = (tenantId: string) =>
    database.withTenant(tenantId, async (tx) => ({
      head: await store.readAuditHead(tx, tenantId),
      newest: await store.newestCheckpoint(tx, tenantId),
    }));

  /** What a checkpoint proves; nothing, once others may have its key. */
  async function opened(tenantId: string, { jws, at }: { jws: string; at: Date }) {
    const signed = await trust.checkpoints.open(tenantId, jws);
    if (signed === undefined) return "forged";
    return signed === "compromised" ? undefined : { ...signed, at };
  }

  return {
    /** Newest first. */
    async list(actor: Actor, query: ListAudit) {
      const { tenantId } = actor;
      const { action, userId, correlationId, cursor, limit } = query;
      return database.withTenant(tenantId, async (tx) => {
        const beforeSeq = cursor ? Number(cursor) : undefined;
        const filter = { action, actorUserId: userId, correlationId, beforeSeq };
        const rows = await store.listAuditEvents(tx, tenantId, { ...filter, limit: limit + 1 });
        const items = await store.withActorNames(tx, rows.slice(0, limit));
        const last = items.at(-1);
        return { items, nextCursor: rows.length > limit && last !== undefined ? String(last.seq) : null };
      });
    },

    /**
     * Reads the whole chain, oldest first, and compares it with the newest checkpoint, whose signature is checked, and with the
     * head that is kept apart: the first event changed, dropped or inserted is found, also when it is the last.
     */
    async verify(actor: Actor): Promise<AuditVerdict> {
      const { tenantId } = actor;
      // Both first: what is appended while the chain is read lies beyond them.
      const { head, newest } = await ends(tenantId);
      const seal = newest === null ? undefined : await opened(tenantId, newest);
      if (seal === "forged") return { intact: false, seq: newest?.seq ?? 0, reason: "seal" };
      const sealed = await followChain(database, tenantId, CHAIN_START, seal ?? CHAIN_START);
      if (!sealed.intact) return sealed;
      if (head.seq < sealed.head.seq) return { intact: false, seq: head.seq + 1, reason: "missing" };
      const rest = await followChain(database, tenantId, sealed.head, head);
      return rest.intact
        ? { ...rest, seal: seal === undefined ? null : { seq: seal.seq, at: seal.at } }
        : rest;
    },

    /** How far the chain is sealed: where it ends, the newest checkpoint, and since when what follows that waits for one. */
    async seal({ tenantId }: Actor) {
      const { head, newest } = await ends(tenantId);
      const [waiting] = await database.withTenant(tenantId, (tx) =>
        store.readAuditChain(tx, tenantId, newest?.seq ?? 0, 1),
      );
      const seal: AuditSeal | null = newest === null ? null : { seq: newest.seq, at: newest.at };
      return { entries: head.seq, seal, unsealedSince: waiting?.at ?? null };
    },

    /** See `exportAudit`. */
    export: (actor: Actor) => exportAudit(deps, actor),
  };
}
