import type { Actor } from "../domain/actor.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { recordAudit } from "./audit.ts";
import { asChained } from "./audit-chain.ts";
import type { AuditCheckpoints } from "./audit-checkpoints.ts";
import * as store from "./audit-store.ts";
import type { Seals } from "./ports.ts";

const READ_AT_ONCE = 1_000;

export interface AuditExportDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly trust: {
    readonly checkpoints: Seals;
    currentBundle(tenantId: string): Promise<{ readonly jws: string }>;
  };
  readonly auditCheckpoints: AuditCheckpoints;
}

/**
 * The whole chain as JSON Lines, sealed to its end, for `scripts/verify-audit.mjs` and for whoever asks: a first line that says what
 * it is, the trust bundle in force, then each entry, and behind it the checkpoint that seals it, if one does. A bundle that
 * lists the key of a checkpoint stands before it.
 */
export async function* exportAudit(deps: AuditExportDeps, actor: Actor): AsyncGenerator<string> {
  const { database, clock, trust, auditCheckpoints } = deps;
  const { tenantId } = actor;
  const exported = {
    action: "audit.exported",
    subjectKind: "tenant",
    subjectId: tenantId,
    before: null,
    after: null,
  };
  await database.withTenant(tenantId, (tx) => recordAudit(tx, actor, clock, exported));
  // Also a broken chain is exported: it is evidence.
  await auditCheckpoints.seal(tenantId);
  const end = await database.withTenant(tenantId, (tx) => store.readAuditHead(tx, tenantId));
  const tenant = publicId("tenant", tenantId);
  yield line({ signet: "audit", version: 1, tenant, exportedAt: clock.now(), entries: end.seq });
  yield line({ bundle: (await trust.currentBundle(tenantId)).jws });

  const listed = new Set<string>();
  for (let after = 0; after < end.seq; after += READ_AT_ONCE) {
    const limit = Math.min(READ_AT_ONCE, end.seq - after);
    const { events, seals } = await database.withTenant(tenantId, async (tx) => ({
      events: await store.withActorNames(tx, await store.readAuditChain(tx, tenantId, after, limit)),
      seals: await store.readCheckpoints(tx, tenantId, after, limit),
    }));
    const sealOf = new Map(seals.map(({ seq, jws }) => [seq, jws]));
    for (const { actorName, actorKey: _, ...event } of events) {
      yield line({ entry: asChained(event), actor: actorName });
      const checkpoint = sealOf.get(event.seq);
      if (checkpoint === undefined) continue;
      const { kid, bundle } = await trust.checkpoints.provenance(tenantId, checkpoint);
      if (!listed.has(kid)) yield line({ bundle });
      listed.add(kid);
      yield line({ checkpoint });
    }
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
