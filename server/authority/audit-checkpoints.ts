import { CHAIN_START } from "../domain/audit-chain.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import type { Logger } from "../platform/log.ts";
import { followChain } from "./audit-chain.ts";
import * as store from "./audit-store.ts";
import type { Seals } from "./ports.ts";

export type AuditCheckpoints = ReturnType<typeof createAuditCheckpoints>;

/**
 * Signs where each tenant's audit chain ends. Who can write the database, but has no key of it, can from then on rewrite
 * nothing before that unseen.
 */
export function createAuditCheckpoints(deps: {
  database: Database;
  clock: Clock;
  trust: { readonly checkpoints: Seals };
  log: Logger;
}) {
  const { database, clock, log } = deps;
  const { checkpoints } = deps.trust;

  /** What was altered since the last checkpoint is told of, and never signed. */
  async function seal(tenantId: string): Promise<"sealed" | "unchanged" | "broken"> {
    const { head, last } = await database.withTenant(tenantId, async (tx) => ({
      head: await store.readAuditHead(tx, tenantId),
      last: await store.newestCheckpoint(tx, tenantId),
    }));
    if (head.seq === (last?.seq ?? 0)) return "unchanged";
    const verdict = await followChain(database, tenantId, last ?? CHAIN_START, head);
    if (!verdict.intact) {
      const { seq, reason } = verdict;
      log.error({ tenantId, seq, reason }, "incident: the audit chain is broken and was not sealed");
      return "broken";
    }
    const at = clock.now();
    const jws = await checkpoints.sign(tenantId, { ...head, at });
    await database.withTenant(tenantId, (tx) => store.insertCheckpoint(tx, { tenantId, ...head, jws, at }));
    // The log is a witness beyond the reach of whoever alters the database.
    log.info({ tenantId, ...head }, "audit chain sealed");
    return "sealed";
  }

  return {
    seal,

    /** Every tenant whose chain has grown; throws when one is broken. Running it twice changes nothing. */
    async sealAll(): Promise<{ sealed: number }> {
      let sealed = 0;
      await eachTenant(database, async (tenantId) => {
        const outcome = await seal(tenantId);
        if (outcome === "broken") throw new Error("The audit chain is broken and was not sealed.");
        if (outcome === "sealed") sealed++;
      });
      return { sealed };
    },
  };
}
