import { happened } from "../domain/event-catalogue.ts";
import { publicId } from "../domain/ids.ts";
import { recordEvents } from "../events/outbox.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import { newUuid } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import * as store from "./reconciliation-store.ts";

/** Rows behind the projections that one step adds up, about. */
const ROWS_AT_ONCE = 100_000;
/** Of one tenant, in one run: a large one is gone on with by the next, and keeps no other waiting. */
const STEPS_MAX = 200;

/** Adds up again what balances, seats and counts are projections of. What disagrees is an incident; nothing is repaired. */
export function createReconciliation({
  database,
  clock,
  log,
  rowsAtOnce = ROWS_AT_ONCE,
}: {
  database: Database;
  clock: Clock;
  log: Logger;
  rowsAtOnce?: number;
}) {
  /** One step and how far it came, in one transaction. Returns whether rows are left. */
  async function step(tenantId: string, sweep: store.Sweep, counts: { checked: number; begun: number }) {
    const now = clock.now();
    const { checked, begun, lastId } = await database.withTenant(tenantId, async (tx) => {
      const afterId = await store.readCursor(tx, tenantId, sweep);
      const done = await store.compareNext(tx, tenantId, sweep, { now, afterId, rows: rowsAtOnce });
      await store.writeCursor(tx, tenantId, sweep, { afterId: done.lastId, updatedAt: now });
      await recordEvents(
        tx,
        tenantId,
        now,
        done.begun.map((drift) => incidentEvent(sweep, drift, now)),
      );
      return done;
    });
    for (const drift of begun) log.error({ tenantId, ...drift }, "incident: records disagree");
    counts.checked += checked;
    counts.begun += begun.length;
    return lastId !== null;
  }

  return {
    /** Goes on with every tenant's sweeps, in bounded steps, to their end or to this run's share. */
    async reconcile(): Promise<{ checked: number; begun: number }> {
      const counts = { checked: 0, begun: 0 };
      await eachTenant(database, async (tenantId) => {
        for (const sweep of store.SWEEPS) {
          let left = STEPS_MAX;
          while (left > 0 && (await step(tenantId, sweep, counts))) left--;
        }
      });
      return counts;
    },
  };
}

const SUBJECTS = { accounts: "account", pools: "pool", licenses: "license" } as const;

function incidentEvent(sweep: store.Sweep, { kind, subject, expected, actual }: store.Drift, at: Date) {
  const subjectKind = SUBJECTS[sweep];
  const about = { kind: subjectKind, id: publicId(subjectKind, subject) };
  return happened("incident.noted", { kind, subject: about, expected, actual }, { id: newUuid(), at });
}
