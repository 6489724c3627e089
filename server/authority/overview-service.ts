import type { Actor } from "../domain/actor.ts";
import { LICENSE_STATUSES } from "../domain/license-state.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import * as store from "./overview-store.ts";
import type { Tx } from "./ports.ts";

export type Overview = ReturnType<typeof createOverview>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Up to so many licenses are counted whenever somebody looks, more by the worker now and then. */
const COUNTED_MAX = 10_000;
const ACTIVATION_DAYS = 30;
const DENIAL_DAYS = 7;
const EXPIRING_DAYS = 30;
const EXPIRING_SHOWN_MAX = 5;
const DECISIONS_SHOWN_MAX = 10;

/** Whether things are well, in numbers: exact where they are few, and else as the worker last counted, and when. */
export function createOverview({
  database,
  clock,
  countedMax = COUNTED_MAX,
}: {
  database: Database;
  clock: Clock;
  countedMax?: number;
}) {
  async function count(tx: Tx, tenantId: string): Promise<store.Tally> {
    const countedAt = clock.now();
    const statuses = await store.countByStatus(tx, tenantId, countedAt);
    return {
      countedAt,
      licenses: Object.fromEntries(statuses.map(({ status, licenses }) => [status, licenses])),
      devices: statuses.reduce((sum, { devices }) => sum + devices, 0),
    };
  }

  return {
    /** Counts the licenses of the tenants that have many, and says of how many tenants. */
    async tally(): Promise<{ tallied: number }> {
      let tallied = 0;
      await eachTenant(database, (tenantId) =>
        database.withTenant(tenantId, async (tx) => {
          if (!(await store.hasMoreLicensesThan(tx, tenantId, countedMax))) return;
          await store.writeTally(tx, tenantId, await count(tx, tenantId));
          tallied++;
        }),
      );
      return { tallied };
    },

    async get(actor: Actor) {
      const { tenantId } = actor;
      const now = clock.now();
      const days = lastDays(now, ACTIVATION_DAYS);
      // From a whole hour, which figures are of.
      const denialsSince = new Date(Math.floor((now.getTime() - DENIAL_DAYS * DAY_MS) / HOUR_MS) * HOUR_MS);
      return database.withTenant(tenantId, async (tx) => {
        const many = await store.hasMoreLicensesThan(tx, tenantId, countedMax);
        // Before the worker's first round nobody has counted them yet.
        const tally = many ? await store.readTally(tx, tenantId) : undefined;
        const { licenses: statuses, devices: activeDevices } = tally ?? (await count(tx, tenantId));
        const activationsSince = new Date(`${days[0]}T00:00:00.000Z`);
        const computed = (await store.figuresUntil(tx, tenantId)) ?? new Date(0);
        const until = (since: Date) => (computed > since ? computed : since);
        const activations = await store.countActivationsByDay(
          tx,
          tenantId,
          activationsSince,
          until(activationsSince),
        );
        const decisions = await store.listRecentDecisions(tx, tenantId, DECISIONS_SHOWN_MAX);
        const { licenses, devices } = await store.nameSubjects(tx, tenantId, decisions);
        const ahead = new Date(now.getTime() + EXPIRING_DAYS * DAY_MS);
        return {
          licensesByStatus: LICENSE_STATUSES.map((status) => ({ status, count: statuses[status] ?? 0 })),
          activeDevices,
          /** When licenses and devices were counted; null: now. */
          countedAt: tally?.countedAt ?? null,
          activationsByDay: everyDay(days, activations),
          denialsByCode: await store.countDenialsByCode(tx, tenantId, denialsSince, until(denialsSince)),
          expiring: await store.listExpiring(tx, tenantId, now, ahead, EXPIRING_SHOWN_MAX),
          decisions: decisions.map((decision) => ({
            ...decision,
            license: licenses.get(decision.licenseId ?? "") ?? null,
            deviceName: devices.get(decision.activationId ?? "") ?? null,
          })),
        };
      });
    },
  };
}

/** The last `number` UTC days as `2030-01-31`, today last. */
function lastDays(now: Date, number: number): string[] {
  return Array.from({ length: number }, (_, index) =>
    new Date(now.getTime() - (number - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
}

/** Days without an activation are drawn too. */
function everyDay(days: readonly string[], counted: readonly { day: string; count: number }[]) {
  const counts = new Map(counted.map(({ day, count }) => [day, count]));
  return days.map((day) => ({ day, count: counts.get(day) ?? 0 }));
}
