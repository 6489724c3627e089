import type { Logger } from "./log.ts";

const DEADLINE_MS = 10_000;

interface Closer {
  readonly log: Logger;
  readonly name: string;
  close(): Promise<void>;
}

const closers: Closer[] = [];
let ending = false;

/**
 * Has `close` run when the process is asked to end: SIGTERM, SIGINT, or the launcher's IPC channel closing. What was
 * registered last closes first, each waiting for the one before; then the process exits, with 0 when all closed within
 * ten seconds and 1 otherwise. An error that nobody caught is logged and exits with 1 at once.
 */
export function onShutdown(log: Logger, name: string, close: () => Promise<void>): void {
  if (closers.length === 0) listen(log);
  closers.push({ log, name, close });
}

function listen(log: Logger): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // Ctrl-C reaches a whole terminal group and the launcher passes it on, so a second signal means nothing new.
    process.on(signal, () => end(log, signal));
  }
  process.once("disconnect", () => end(log, "the launcher is gone"));
  for (const event of ["unhandledRejection", "uncaughtException"] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      process.exit(1);
    });
  }
}

function end(log: Logger, reason: string): void {
  if (ending) return;
  ending = true;
  void closeAll(log, reason);
}

async function closeAll(log: Logger, reason: string): Promise<void> {
  log.info({ reason }, "shutting down");
  let closing = "";
  setTimeout(() => {
    log.error({ closing }, `did not shut down within ${DEADLINE_MS / 1_000} s`);
    process.exit(1);
  }, DEADLINE_MS);
  let failed = false;
  for (const closer of closers.toReversed()) {
    closing = closer.name;
    try {
      await closer.close();
    } catch (error) {
      failed = true;
      closer.log.error({ err: error, closing }, "could not be closed");
    }
  }
  log.info("shut down");
  process.exit(failed ? 1 : 0);
}
