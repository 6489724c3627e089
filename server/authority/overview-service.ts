import type { Actor } from "../domain/actor.ts";
import { LICENSE_STATUSES, type LicenseStatus } from "../domain/license-state.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import * as store from "./overview-store.ts";

export type Overview = ReturnType<typeof createOverview>;

const DAY_MS = 86_400_000;
const ACTIVATION_DAYS = 30;
const DENIAL_DAYS = 7;
const EXPIRING_DAYS = 30;
const EXPIRING_SHOWN_MAX = 5;
const DECISIONS_SHOWN_MAX = 10;

/** Whether things are well, in numbers read from the rows themselves. */
export function createOverview({ database, clock }: { database: Database; clock: Clock }) {
  return {
    async get(actor: Actor) {
      const { tenantId } = actor;
      const now = clock.now();
      const days = lastDays(now, ACTIVATION_DAYS);
      const ago = (number: number) => new Date(now.getTime() - number * DAY_MS);
      return database.withTenant(tenantId, async (tx) => {
        const statuses = await store.countByStatus(tx, tenantId, now);
        const activations = await store.countActivationsByDay(
          tx,
          tenantId,
          new Date(`${days[0]}T00:00:00.000Z`),
        );
        const decisions = await store.listRecentDecisions(tx, tenantId, DECISIONS_SHOWN_MAX);
        const { licenses, devices } = await store.nameSubjects(tx, tenantId, decisions);
        const ahead = new Date(now.getTime() + EXPIRING_DAYS * DAY_MS);
        return {
          licensesByStatus: everyStatus(statuses),
          activeDevices: statuses.reduce((sum, { devices }) => sum + devices, 0),
          activationsByDay: everyDay(days, activations),
          denialsByCode: await store.countDenialsByCode(tx, tenantId, ago(DENIAL_DAYS)),
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

function everyStatus(counted: readonly { status: LicenseStatus; licenses: number }[]) {
  const counts = new Map(counted.map(({ status, licenses }) => [status, licenses]));
  return LICENSE_STATUSES.map((status) => ({ status, count: counts.get(status) ?? 0 }));
}
