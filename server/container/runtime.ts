import { createActivationsStore } from "../activations/activations-store.ts";
import { createActivations } from "../activations/service.ts";
import { createCallersStore } from "../callers/callers-store.ts";
import { createCallers } from "../callers/service.ts";
import { createIdempotencyStore } from "../idempotency/idempotency-store.ts";
import { createIdempotency } from "../idempotency/service.ts";
import { createLeasesStore } from "../leases/leases-store.ts";
import { createLeases } from "../leases/service.ts";
import { createOfflineStore } from "../offline/offline-store.ts";
import { createOffline } from "../offline/service.ts";
import { createRedisCounters, memoryCounters } from "../platform/counters.ts";
import { watchEventLoop } from "../platform/event-loop.ts";
import { createPublicFetch } from "../platform/public-fetch.ts";
import { createCredits } from "../usage/credits.ts";
import { createUsage } from "../usage/service.ts";
import { createUsageStore } from "../usage/usage-store.ts";
import type { Foundation } from "./foundation.ts";

export type Runtime = ReturnType<typeof createRuntime>;

/** What applications are answered by. */
export function createRuntime(foundation: Foundation) {
  const { env, clock, log, database, vault, trust, certificates, seatChanges, uses } = foundation;
  const counters = env.REDIS_URL === undefined ? memoryCounters : createRedisCounters(env.REDIS_URL, log);
  const rateLimits = {
    counters,
    tenantPerMinute: env.RATE_LIMIT_TENANT_PER_MINUTE,
    clientPerMinute: env.RATE_LIMIT_CLIENT_PER_MINUTE,
    backendPerMinute: env.RATE_LIMIT_BACKEND_PER_MINUTE,
  };
  const eventLoop = watchEventLoop(env.EVENT_LOOP_DELAY_MAX_MS);

  const granting = { trust, vault, certificates, clock, uses };
  const activationsStore = createActivationsStore(database.pool, clock);
  const activations = createActivations({ store: activationsStore, ...granting, seatChanges });
  const leasesStore = createLeasesStore(database.pool, clock);
  const leases = createLeases({ store: leasesStore, trust, database, seatChanges, uses });
  const usage = createUsage({ store: createUsageStore(database.pool, clock), trust, database, uses });
  const credits = createCredits({ clock });
  const offlineStore = createOfflineStore(database.pool, clock);
  const offline = createOffline({ store: offlineStore, ...granting, activations, usage });

  const callersStore = createCallersStore(database.pool, clock);
  const callers = createCallers({ store: callersStore, trust, vault, clock, fetch: createPublicFetch() });
  const idempotencyKeys = createIdempotencyStore(database.pool, clock);
  const idempotency = createIdempotency({ store: idempotencyKeys, vault, log });

  return {
    rateLimits,
    eventLoop,
    activations,
    leases,
    usage,
    credits,
    offline,
    callers,
    idempotencyKeys,
    idempotency,
  };
}
