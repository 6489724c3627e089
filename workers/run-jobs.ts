import { JOB_NAMES, JOBS, type JobName } from "#server/jobs/catalogue.ts";
import { envelope } from "#server/jobs/jobs.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newCorrelationId } from "#server/platform/ids.ts";
import { type Logger, runWithCorrelation } from "#server/platform/log.ts";
import type { Delivery, Queues } from "#server/platform/queue.ts";
import type { JobMetrics } from "./metrics.ts";
import type { Processors } from "./processors.ts";

interface RunJobsOptions {
  readonly queues: Pick<Queues, "schedule" | "consume">;
  readonly processors: Processors;
  readonly log: Logger;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly metrics: JobMetrics;
  /** Told of each run, for those who look at another time or from another machine. */
  note(job: string, run: { readonly failed: boolean; readonly durationMs: number }): Promise<void>;
}

/** Schedules every job of the catalogue that has a schedule, and runs all of them as they come. */
export function runJobs({ queues, processors, log, clock, metrics, note }: RunJobsOptions): void {
  /** One run, logged with its outcome under the correlation id and trace of whoever asked for it, or one of its own. */
  function run<Name extends JobName>(name: Name, { data, attempt }: Delivery): Promise<void> {
    const { payload, correlationId = newCorrelationId(), traceParent } = envelope.parse(data);
    const work = async () => {
      const begunMs = clock.monotonicMs();
      const tookMs = () => clock.monotonicMs() - begunMs;
      const noted = (failed: boolean) =>
        note(name, { failed, durationMs: Math.round(tookMs()) }).catch((err: unknown) =>
          log.warn({ err, job: name }, "a run was not noted"),
        );
      const facts = () => ({ job: name, attempt, durationMs: Math.round(tookMs()) });
      try {
        const outcome = await processors[name](JOBS[name].payload.parse(payload));
        metrics.done(name, tookMs() / 1000, outcome);
        // One that found nothing to do says so to metrics; on an idle machine its lines would drown all others.
        const level = Object.values(outcome).some((count) => count !== 0) ? "info" : "debug";
        log[level]({ ...facts(), ...outcome }, "job done");
        await noted(false);
      } catch (error) {
        metrics.failed(name, tookMs() / 1000);
        await noted(true);
        log.error({ ...facts(), err: error }, "job failed");
        throw error;
      }
    };
    return runWithCorrelation(correlationId, work, traceParent);
  }

  for (const name of JOB_NAMES) {
    const job = JOBS[name];
    if (job.everyMs !== undefined) queues.schedule(name, job.everyMs, { payload: {} }, job);
    queues.consume(name, job.concurrency, async (delivery) => run(name, delivery));
  }
}
