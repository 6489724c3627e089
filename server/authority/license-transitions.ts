import { happened } from "../domain/event-catalogue.ts";
import type { LicenseStatus } from "../domain/license-state.ts";
import { licenseSnapshots } from "../events/license-snapshot.ts";
import { recordEvents } from "../events/outbox.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import { newCorrelationId, newUuid } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import * as store from "./license-transitions-store.ts";
import type { Notices, Tx } from "./ports.ts";

const DAY_MS = 86_400_000;
/**
 * When it is told that a license ends, and under which mark. Each is told of for less than a week, since what was told is not
 * remembered for longer than that everywhere; and a month ahead only of one that has run for a month.
 */
const EXPIRING = [
  { days: 30, overDays: 24, ranDays: 30, mark: " 30" },
  { days: 7, overDays: 1, ranDays: 0, mark: "" },
  { days: 1, overDays: 0, ranDays: 0, mark: " 1" },
] as const;
/** Told of in one run; the runs after it go on. */
const ENDS_AT_ONCE = 200;

/** Tells of what time alone has done to licenses. Status never waits for this: it is derived from fields and the clock. */
export function createTransitions({
  database,
  clock,
  notices,
}: {
  database: Database;
  clock: Clock;
  notices: Notices;
}) {
  return {
    /**
     * Records licenses whose status is no longer the one announced, at most `limit` over all tenants. Running it twice, or
     * by two workers at once, announces nothing twice.
     */
    async announceTransitions({
      limit,
    }: {
      readonly limit: number;
    }): Promise<{ readonly announced: number }> {
      let announced = 0;
      await eachTenant(database, async (tenantId) => {
        for (const mark of EXPIRING)
          await database.withTenant(tenantId, (tx) => tellOfEnds(tx, tenantId, clock.now(), mark, notices));
        const left = limit - announced;
        if (left === 0) return;
        announced += await database.withTenant(tenantId, (tx) => announce(tx, tenantId, clock.now(), left));
      });
      return { announced };
    },
  };
}

async function announce(tx: Tx, tenantId: string, now: Date, limit: number): Promise<number> {
  const changed = await store.takeDue(tx, tenantId, now, limit);
  if (changed.length === 0) return 0;
  const correlationId = currentCorrelationId() ?? newCorrelationId();
  await store.recordTransitions(
    tx,
    changed.map(({ id, policyVersionId, from, to }) => ({
      tenantId,
      id: newUuid(),
      at: now,
      operation: "transition",
      outcome: "granted" as const,
      facts: { from, to },
      licenseId: id,
      policyVersionId,
      correlationId,
    })),
  );
  await tellOf(tx, tenantId, now, changed);
  return changed.length;
}

const TOLD: Partial<Record<LicenseStatus, "license.grace_started" | "license.expired">> = {
  grace: "license.grace_started",
  expired: "license.expired",
};

async function tellOf(
  tx: Tx,
  tenantId: string,
  now: Date,
  changed: readonly store.Transition[],
): Promise<void> {
  const told = changed.flatMap(({ id, to }) => {
    const type = TOLD[to];
    return type === undefined ? [] : [{ id, type }];
  });
  const licenses = await licenseSnapshots(
    tx,
    tenantId,
    told.map(({ id }) => id),
    now,
  );
  const events = told.flatMap(({ id, type }) => {
    const license = licenses.get(id);
    return license === undefined ? [] : [happened(type, { license }, { id: newUuid(), at: now })];
  });
  await recordEvents(tx, tenantId, now, events);
}

/** Once for each end and mark: one that is renewed, or ends earlier, is told of again. */
async function tellOfEnds(
  tx: Tx,
  tenantId: string,
  now: Date,
  { days, overDays, ranDays, mark }: (typeof EXPIRING)[number],
  notices: Notices,
): Promise<void> {
  const from = new Date(now.getTime() + overDays * DAY_MS);
  const until = new Date(now.getTime() + days * DAY_MS);
  const begun = new Date(now.getTime() - ranDays * DAY_MS);
  const ending = await store.listEnding(tx, tenantId, { from, until, begun, mark }, ENDS_AT_ONCE);
  const licenses = await licenseSnapshots(
    tx,
    tenantId,
    ending.map(({ id }) => id),
    now,
  );
  const events = ending.flatMap(({ id, eventId, expiresAt }) => {
    const license = licenses.get(id);
    const daysLeft = Math.ceil((expiresAt.getTime() - now.getTime()) / DAY_MS);
    return license === undefined
      ? []
      : [happened("license.expiring", { license, daysLeft }, { id: eventId, at: now })];
  });
  await recordEvents(tx, tenantId, now, events);
  await notices.tell(tx, tenantId, events);
}
