import { z } from "zod";
import type { Actor, UserActor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { ID_PREFIXES, type IdKind, storedId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { recordAudit } from "./audit.ts";
import * as store from "./incident-store.ts";
import { optionalText } from "./input.ts";

const SHOWN_MAX = 200;
const SUBJECTS = ["account", "pool", "license"] as const satisfies readonly IdKind[];

export const acknowledgeIncident = z.strictObject({
  kind: z.string().max(60),
  /** `acc_…`, `pool_…` or `lic_…` */
  subjectId: z.string().transform((text, context) => {
    const kind = SUBJECTS.find((each) => text.startsWith(`${ID_PREFIXES[each]}_`));
    const id = kind && storedId(kind, text);
    if (id !== undefined) return id;
    context.addIssue({ code: "custom", message: "is not the id of an account, a pool or a license." });
    return z.NEVER;
  }),
  note: optionalText(500),
});
type AcknowledgeIncident = z.output<typeof acknowledgeIncident>;

export type Incidents = ReturnType<typeof createIncidents>;

/** What reconciliation found, and what people say to it. An incident begins and ends by itself: as long as the records disagree. */
export function createIncidents({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** Those that last first; and until when everything was looked at, null before a first run. */
    list: ({ tenantId }: Actor) =>
      database.withTenant(tenantId, async (tx) => ({
        items: await store.listIncidents(tx, tenantId, SHOWN_MAX),
        checkedAt: await store.lastCheckedAt(tx, tenantId),
      })),

    /** Says that somebody looks into it, and what they found so far. Throws `not_found` for one that is unknown or over. */
    async acknowledge(actor: UserActor, { kind, subjectId, note }: AcknowledgeIncident): Promise<void> {
      const { tenantId, userId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const mark = { acknowledgedAt: clock.now(), acknowledgedBy: userId, acknowledgedNote: note };
        const known = await store.acknowledge(tx, tenantId, { kind, subjectId }, mark);
        if (known === undefined)
          throw new SignetError("not_found", "This incident is over; load the page again.");
        await recordAudit(tx, actor, clock, {
          action: "incident.acknowledged",
          subjectKind: known.subjectKind,
          subjectId,
          before: known.before === null ? null : { kind, note: known.before },
          after: { kind, note },
        });
      });
    },
  };
}
