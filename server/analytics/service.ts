import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import { readHorizon } from "../platform/horizon.ts";
import * as store from "./analytics-store.ts";
import { createCharts } from "./charts.ts";
import { createSeatsChart } from "./seats-chart.ts";
import { createTables } from "./tables.ts";

export type Analytics = ReturnType<typeof createAnalytics>;

const HOUR_MS = 3_600_000;
/** Of one tenant, in one run; a longer past is caught up with by the runs after it. */
const HOURS_MAX = 1_000;
/** Some events are stamped by a process, whose clock may differ from the database's by this much. */
const MARGIN_MS = 5 * 60_000;

/** Figures by hour and day, for charts: computed by the worker, read by the portal. */
export function createAnalytics(deps: {
  database: Database;
  clock: Clock;
  marginMs?: number;
  /** See `RANKED_ROWS_MAX`. */
  rankedRowsMax?: number;
}) {
  const { database, marginMs = MARGIN_MS } = deps;
  const charts = { ...createCharts(deps), ...createSeatsChart(deps) };

  return {
    ...charts,
    ...createTables(charts),

    /**
     * Computes every tenant's hours that are not final yet, each in a transaction of its own: a run that ends early is gone
     * on with by the next, and running it twice changes nothing.
     */
    async rollUp(): Promise<{ hours: number }> {
      let hours = 0;
      await eachTenant(database, async (tenantId) => {
        const { now, safe } = await readHorizon(database.prisma, marginMs);
        const begin = await database.withTenant(tenantId, (tx) => store.beginAt(tx, tenantId, safe));
        const first = begin.getTime() - (begin.getTime() % HOUR_MS);
        const last = Math.min(now.getTime(), first + (HOURS_MAX - 1) * HOUR_MS);
        for (let hour = first; hour <= last; hour += HOUR_MS) {
          await database.withTenant(tenantId, (tx) => store.rollUpHour(tx, tenantId, new Date(hour), safe));
          hours++;
        }
        await database.withTenant(tenantId, (tx) => store.rollUpTrials(tx, tenantId, begin));
      });
      return { hours };
    },
  };
}
