import type { Tx } from "../authority/ports.ts";
import type { Announcer } from "../platform/announcer.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Listener } from "../platform/listener.ts";
import type { Logger } from "../platform/log.ts";
import * as store from "./lab-store.ts";
import { createRunStream } from "./run-stream.ts";
import { stepResults } from "./runner.ts";

/** How portal processes tell each other that a run went on. */
export interface LabChannel {
  readonly announcer: Announcer;
  readonly listener: Listener;
}

interface Followed {
  readonly tenantId: string;
  readonly runId: string;
  /** The page that follows, which is among the run's watchers. */
  readonly watcher: string;
}

/**
 * Lets pages follow runs, whichever portal process plays them: what happened stands in the run's row, an announcement says
 * that there is more, and a page that is left takes itself from the row. Also who began a run follows it this way.
 */
export function createWatching({
  database,
  clock,
  log,
  leaseMs,
  channel: { announcer, listener },
}: {
  database: Database;
  clock: Clock;
  log: Pick<Logger, "warn">;
  /** How long a page counts without a word from it. */
  leaseMs: number;
  channel: LabChannel;
}) {
  /** What shows each open page the end, and closes it. */
  const open = new Set<() => Promise<void>>();

  function follow({ tenantId, runId, watcher }: Followed, signal: AbortSignal): Response {
    const inTenant = <Value>(work: (tx: Tx) => Promise<Value>) => database.withTenant(tenantId, work);
    const { response, tell, end } = createRunStream(() => void leave());
    const told = new Map<number, string>();
    let isOver = false;
    let reading: Promise<void> | undefined;
    let isMore = false;

    /** Reads on until nothing was announced meanwhile. */
    function refresh(): Promise<void> {
      isMore = true;
      reading ??= (async () => {
        while (isMore && !isOver) {
          isMore = false;
          await read();
        }
      })()
        .catch((err: unknown) =>
          log.warn({ err }, "a run of the lab could not be read; who follows sees it later"),
        )
        .finally(() => {
          reading = undefined;
        });
      return reading;
    }

    async function read(): Promise<void> {
      const run = await inTenant((tx) => store.readRun(tx, tenantId, runId, clock.forDatabase()));
      if (isOver) return;
      for (const result of stepResults.parse(run?.steps ?? [])) {
        const text = JSON.stringify(result);
        if (told.get(result.index) !== text) tell(result);
        told.set(result.index, text);
      }
      if (run?.isRunning) return;
      finish();
      const why = run?.why ?? (run?.outcome == null ? "The portal that played it has ended." : undefined);
      end({ outcome: run?.outcome ?? "stopped", ...(why === undefined ? {} : { why }) });
    }

    function finish(): void {
      isOver = true;
      unsubscribe();
      clearInterval(keeping);
      open.delete(close);
    }

    async function leave(): Promise<void> {
      if (isOver) return;
      finish();
      await inTenant((tx) => store.leaveRun(tx, tenantId, runId, watcher)).catch((err: unknown) =>
        log.warn(
          { err },
          "a page that follows a run of the lab could not be taken from it; its time runs out",
        ),
      );
      announcer.announce(tenantId, runId);
    }

    async function close(): Promise<void> {
      await refresh();
      await leave();
      end({ outcome: "stopped", why: "The portal is being restarted." });
    }

    const unsubscribe = listener.subscribe(tenantId, (runs) => {
      if (runs?.includes(runId) ?? true) void refresh();
    });
    const keeping = setInterval(() => {
      const kept = inTenant((tx) =>
        store.keepWatching(tx, tenantId, runId, { watcher, leaseMs }, clock.forDatabase()),
      );
      // Also finds what was announced while nobody could hear it.
      kept.then(refresh, (err: unknown) =>
        log.warn({ err }, "a page could not go on following a run of the lab"),
      );
    }, leaseMs / 4).unref();
    open.add(close);
    if (signal.aborted) void leave();
    signal.addEventListener("abort", () => void leave(), { once: true });
    void refresh();
    return response;
  }

  return {
    follow,

    /** Looks whenever a page may have left a run, until the answer is called. */
    whenAnnounced(tenantId: string, runId: string, look: () => Promise<void>): () => void {
      return listener.subscribe(tenantId, (runs) => {
        if (runs?.includes(runId) ?? true) void look();
      });
    },

    announce: (tenantId: string, runId: string) => announcer.announce(tenantId, runId),

    /** Shows every page the end of its run, or that this process ends. */
    async close(): Promise<void> {
      await Promise.all([...open].map((closeOne) => closeOne()));
      await announcer.close();
      await listener.close();
    },
  };
}
