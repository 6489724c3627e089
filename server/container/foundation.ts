import { createAnnouncer, LICENSE_USES, SEAT_CHANGES } from "../platform/announcer.ts";
import { systemClock } from "../platform/clock.ts";
import { createDatabase } from "../platform/database.ts";
import type { Env } from "../platform/env.ts";
import { createLogger } from "../platform/log.ts";
import { localKeyWrapper } from "../platform/master-key.ts";
import { createCertificates } from "../trust/certificates.ts";
import { createTrust } from "../trust/service.ts";
import { createVault } from "../trust/vault.ts";

export type Foundation = ReturnType<typeof createFoundation>;

/** What both planes stand on: the database, the log, and what is signed and sealed with. */
export function createFoundation(env: Env, name: string) {
  const clock = systemClock;
  const log = createLogger({ level: env.LOG_LEVEL, name, format: env.LOG_FORMAT });
  const database = createDatabase({ url: env.DATABASE_APP_URL, poolSize: env.DATABASE_POOL_SIZE, log });
  const keyWrapper = localKeyWrapper(env.SIGNET_MASTER_KEY, env.SIGNET_MASTER_KEY_PREVIOUS);
  const vault = createVault({ database, keyWrapper });
  const trust = createTrust({ database, clock, vault });
  const certificates = createCertificates({ database, clock, trust });
  const seatChanges = createAnnouncer({ pool: database.pool, channel: SEAT_CHANGES, log });
  const uses = createAnnouncer({ pool: database.pool, channel: LICENSE_USES, log });
  return { env, clock, log, database, keyWrapper, vault, trust, certificates, seatChanges, uses };
}
