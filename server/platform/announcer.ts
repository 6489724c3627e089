import type { Pool } from "pg";
import type { Logger } from "./log.ts";

/** The channel on which licenses are named whose seats changed. */
export const SEAT_CHANGES = "signet_seats";
/** The channel on which licenses are named that a program used, or tried to: devices that join, seats taken, credits that go. */
export const LICENSE_USES = "signet_uses";

/** The channel on which runs of the scenario lab are named that went on. */
export const LAB_RUNS = "signet_lab";

/** How long changes gather before they are told of together. */
const GATHER_MS = 250;
/** A notification holds less than 8,000 bytes; of more subjects than this only the tenant is named. */
const SUBJECTS_MAX = 150;

/** Tells every process what has changed, soon and at best effort: whoever misses it sees the change later. */
export interface Announcer {
  /** Of one subject, or of any that the tenant has. Costs the caller a note in memory. */
  announce(tenantId: string, subject?: string): void;
  /** Tells what is noted, then falls silent. */
  close(): Promise<void>;
}

/** What stands in a notification. Without subjects: any. */
export interface Announcement {
  readonly tenantId: string;
  readonly subjects?: readonly string[];
}

/**
 * Announces through NOTIFY, in a transaction of its own after the change has committed: within the change's, all that
 * announce would commit one after the other. One statement a quarter of a second tells of everything since.
 */
export function createAnnouncer({
  pool,
  channel,
  log,
}: {
  pool: Pool;
  channel: string;
  log: Pick<Logger, "warn">;
}): Announcer {
  let noted = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;
  let telling: Promise<void> | undefined;
  let closed = false;
  let failed = false;

  async function tell(): Promise<void> {
    const messages = [...noted].map(([tenantId, subjects]) => message(tenantId, subjects));
    noted = new Map();
    try {
      // Nothing depends on it, so it need not wait for the disk.
      const text =
        "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, m) FROM unnest($2::text[]) AS m";
      await pool.query({ name: "announce", text, values: [channel, messages] });
      failed = false;
    } catch (err) {
      if (!failed) log.warn({ err, channel }, "changes could not be announced; who watches sees them later");
      failed = true;
    }
  }

  function tellSoon(): void {
    if (closed || noted.size === 0 || timer !== undefined || telling !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      telling = tell().finally(() => {
        telling = undefined;
        tellSoon();
      });
    }, GATHER_MS).unref();
  }

  return {
    announce(tenantId, subject = ANY) {
      const subjects = noted.get(tenantId);
      if (subjects === undefined) noted.set(tenantId, new Set([subject]));
      else if (subjects.size <= SUBJECTS_MAX) subjects.add(subject);
      tellSoon();
    },

    async close() {
      closed = true;
      clearTimeout(timer);
      await telling;
      if (noted.size > 0) await tell();
    },
  };
}

/** A batch call that, once committed, announces the licenses of the rows it granted; `refusals`: of those it refused too. */
export function announced<Args extends unknown[], Row extends AnnouncedRow>(
  announcer: Announcer,
  flush: (tenantId: string, ...args: Args) => Promise<readonly Row[]>,
  { refusals = false } = {},
): (tenantId: string, ...args: Args) => Promise<readonly Row[]> {
  return async (tenantId, ...args) => {
    const rows = await flush(tenantId, ...args);
    for (const { code, license_id: licenseId } of rows) {
      if ((code === null || refusals) && licenseId !== null) announcer.announce(tenantId, licenseId);
    }
    return rows;
  };
}

interface AnnouncedRow {
  /** Null: granted. */
  readonly code: string | null;
  readonly license_id: string | null;
}

const ANY = "*";

function message(tenantId: string, subjects: ReadonlySet<string>): string {
  const all = subjects.has(ANY) || subjects.size > SUBJECTS_MAX;
  const told: Announcement = all ? { tenantId } : { tenantId, subjects: [...subjects] };
  return JSON.stringify(told);
}
