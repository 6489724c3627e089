import { JOB_NAMES } from "#server/jobs/catalogue.ts";
import type { Logger } from "#server/platform/log.ts";
import type { Queues } from "#server/platform/queue.ts";

const EVERY_MS = 15_000;

/** Looks every 15 seconds how many runs of each job are due and not begun, and has it noted; returns what ends that. */
export function watchQueues({
  queues,
  note,
  log,
}: {
  queues: Pick<Queues, "waiting">;
  note(job: string, waiting: number): Promise<void>;
  log: Logger;
}): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  async function look(): Promise<void> {
    for (const job of JOB_NAMES) {
      if (ended) return;
      const waiting = await queues.waiting(job);
      if (waiting === undefined) continue;
      await note(job, waiting).catch((err: unknown) =>
        log.warn({ err, job }, "a queue's depth was not noted"),
      );
    }
    if (!ended) timer = setTimeout(() => void look(), EVERY_MS).unref();
  }
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
