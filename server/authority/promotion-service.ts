import type { Actor } from "../domain/actor.ts";
import { trialStanding } from "../domain/trial.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { recordAudit } from "./audit.ts";
import type { Lifecycle, Tx } from "./ports.ts";
import * as store from "./promotion-store.ts";
import { findTrial } from "./trial-store.ts";

export type Promotion = ReturnType<typeof createPromotion>;

/** What should be in order before customers depend on it; each is read from what there is. */
export interface Readiness {
  /** The root key's private part is not on the server. */
  readonly rootOffline: boolean;
  /** Somebody can let the other in again. */
  readonly secondAdmin: boolean;
  /** An endpoint has taken an event, and fails at none now. */
  readonly webhookWorks: boolean;
  readonly policyPublished: boolean;
}

/** From a trial to an account that customers depend on. */
export function createPromotion(deps: { database: Database; clock: Clock; trust: Pick<Lifecycle, "roots"> }) {
  const { database, clock, trust } = deps;

  async function readiness(tx: Tx, tenantId: string): Promise<Readiness> {
    return {
      rootOffline: (await trust.roots.view(tx, tenantId)).offline,
      secondAdmin: (await store.countAdmins(tx, tenantId)) >= 2,
      webhookWorks: await store.hasWorkingWebhook(tx, tenantId),
      policyPublished: await store.hasPublishedPolicy(tx, tenantId),
    };
  }

  return {
    /** How much of a trial's limits is used; null: nothing is limited. */
    trial: ({ tenantId }: Actor) =>
      database.withTenant(tenantId, async (tx) => {
        const trial = await findTrial(tx, tenantId);
        return trial === undefined ? null : trialStanding(trial, clock.now());
      }),

    get: ({ tenantId }: Actor) =>
      database.withTenant(tenantId, async (tx) => ({
        mode: (await store.findTenant(tx, tenantId)).mode,
        labRuns: await store.countEndedRuns(tx, tenantId),
        readiness: await readiness(tx, tenantId),
      })),

    /** Lifts a trial's limits. Doing it twice changes nothing. What was open on the list is kept in the audit log; runs of the scenario lab are forgotten. */
    async promote(actor: Actor): Promise<void> {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        await store.lockTenant(tx, tenantId);
        const before = await store.findTenant(tx, tenantId);
        if (before.mode === "production") return;
        const labRunsForgotten = await store.forgetLabRuns(tx, tenantId);
        const after = { mode: "production", trialLicenses: null, trialEndsAt: null } as const;
        await store.updateTenant(tx, tenantId, after);
        await recordAudit(tx, actor, clock, {
          action: "tenant.promoted",
          subjectKind: "tenant",
          subjectId: tenantId,
          before,
          after: { ...after, ...(await readiness(tx, tenantId)), labRunsForgotten },
        });
      });
    },
  };
}
