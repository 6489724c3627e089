import type { Prisma } from "#prisma/generated/client.ts";
import { type HappenedEvent, happened } from "#server/domain/event-catalogue.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import { readHorizon } from "#server/platform/horizon.ts";
import { licenseSnapshots } from "./license-snapshot.ts";
import { type Recorded, recordEvents } from "./outbox.ts";
import * as store from "./relay-store.ts";

type Tx = Prisma.TransactionClient;

/** By which a database's clock may be set back without that anything is passed over. */
const MARGIN_MS = 5_000;
/** Decisions looked through in one transaction, about; and such transactions for one tenant in one run. */
const ROWS_AT_ONCE = 5_000;
const STEPS_MAX = 100;

/**
 * Tells of what the runtime plane has decided, from the decisions it has recorded: no request waits for it. Each stretch
 * begins where the one before ended, and ends where nothing can still be committed, so that nothing is left out.
 */
export function createEventRelay({
  database,
  clock,
  notices,
  marginMs = MARGIN_MS,
}: {
  database: Database;
  clock: Clock;
  /** Who else is to know, in the transaction that tells. */
  notices: { tell(tx: Tx, tenantId: string, events: readonly HappenedEvent[]): Promise<void> };
  marginMs?: number;
}) {
  /** Whether more is left. */
  function step(tenantId: string, safe: Date, counts: { told: number }): Promise<boolean> {
    return database.withTenant(tenantId, async (tx) => {
      const from = await store.lockWatermark(tx, tenantId, safe);
      if (from >= safe) return false;
      const until = await store.stretchEnd(tx, tenantId, from, safe, ROWS_AT_ONCE);
      const events = await eventsBetween(tx, tenantId, from, until, clock.now());
      counts.told += await recordEvents(tx, tenantId, clock.now(), events);
      await notices.tell(tx, tenantId, events);
      await store.moveWatermark(tx, tenantId, until);
      return until < safe;
    });
  }

  return {
    /** Over all tenants, in bounded steps. Running it twice, or by two workers at once, tells nothing twice. */
    async tell(): Promise<{ told: number }> {
      const counts = { told: 0 };
      await eachTenant(database, async (tenantId) => {
        const { safe } = await readHorizon(database.prisma, marginMs);
        let left = STEPS_MAX;
        while (left > 0 && (await step(tenantId, safe, counts))) left--;
      });
      return counts;
    },
  };
}

async function eventsBetween(
  tx: Tx,
  tenantId: string,
  from: Date,
  until: Date,
  now: Date,
): Promise<Recorded[]> {
  const activations = await store.activationsBetween(tx, tenantId, from, until);
  const shortages = await store.shortagesBetween(tx, tenantId, from, until);
  const low = await store.lowAccounts(tx, tenantId, from, until);
  const ids = [...activations, ...shortages, ...low].map(({ licenseId }) => licenseId);
  const licenses = await licenseSnapshots(tx, tenantId, ids, now);

  return [
    ...activations.flatMap((decided): Recorded[] => {
      const license = licenses.get(decided.licenseId);
      if (license === undefined) return [];
      const { id, at, operation, wasActivated, name, platform, appVersion, correlationId } = decided;
      const offline = operation.startsWith("offline_");
      const activation = {
        id: publicId("activation", decided.activationId),
        name,
        platform,
        appVersion,
        offline,
      };
      const type = wasActivated ? "activation.created" : "activation.deactivated";
      return [{ ...happened(type, { license, activation }, { id, at }), correlationId }];
    }),
    ...shortages.flatMap((refused): Recorded[] => {
      const license = licenses.get(refused.licenseId);
      if (license === undefined) return [];
      const { eventId: id, at, meter, balance, correlationId } = refused;
      const firstRefusedAt = at.toISOString();
      const event =
        meter === null
          ? happened("pool.exhausted", { license, firstRefusedAt }, { id, at })
          : happened("credits.exhausted", { license, meter, balance, firstRefusedAt }, { id, at });
      return [{ ...event, correlationId }];
    }),
    ...low.flatMap(({ eventId, licenseId, meter, balance, lastGranted }): Recorded[] => {
      const license = licenses.get(licenseId);
      if (license === undefined) return [];
      return [happened("credits.low", { license, meter, balance, lastGranted }, { id: eventId, at: now })];
    }),
  ];
}
