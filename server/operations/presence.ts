import { hostname } from "node:os";
import type { Pool } from "pg";
import { newUuid } from "../platform/ids.ts";
import type { Logger } from "../platform/log.ts";
import { masterKeyCheck } from "../platform/master-key.ts";
import { signetVersion } from "../platform/version.ts";

export const PROCESS_KINDS = ["web", "license-server", "worker"] as const;
export type ProcessKind = (typeof PROCESS_KINDS)[number];

const EVERY_MS = 15_000;
/** One that ended without a word is remembered for this long, so that somebody can notice. */
const REMEMBERED_HOURS = 24;

export interface Presence {
  stop(): Promise<void>;
}

/** Says every 15 seconds that this process is there, until it is stopped; then it takes its word back. */
export function announcePresence({
  pool,
  log,
  kind,
  masterKey,
}: {
  pool: Pool;
  log: Pick<Logger, "warn">;
  kind: ProcessKind;
  masterKey: string;
}): Presence {
  const id = newUuid();
  const facts = [id, kind, hostname(), process.pid, signetVersion(), masterKeyCheck(masterKey)];
  let timer: NodeJS.Timeout | undefined;
  let saying = Promise.resolve();
  let stopped = false;

  async function say(): Promise<void> {
    try {
      await pool.query(
        `INSERT INTO process_presence (id, kind, host, pid, version, master_key_check, started_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, now(), now()) ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
        facts,
      );
      await pool.query("DELETE FROM process_presence WHERE seen_at < now() - make_interval(hours => $1)", [
        REMEMBERED_HOURS,
      ]);
    } catch (err) {
      log.warn({ err }, "this process could not say that it is there");
    }
    if (!stopped) timer = setTimeout(next, EVERY_MS).unref();
  }

  function next(): void {
    saying = say();
  }

  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await saying;
      await pool
        .query("DELETE FROM process_presence WHERE id = $1", [id])
        .catch((err: unknown) => log.warn({ err }, "this process could not say that it ends"));
    },
  };
}
