import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** From a sweep that finds nothing to one that has a day's work. */
const BUCKETS_SECONDS = [0.01, 0.05, 0.25, 1, 5, 30, 120, 600];

export type JobMetrics = ReturnType<typeof createJobMetrics>;

/** What became of each run of each job, for Prometheus, which has a label `job` of its own and would put that in the place of ours. */
export function createJobMetrics(registry = new Registry()) {
  const durations = new Histogram({
    name: "signet_job_duration_seconds",
    help: "How long a run took, by job and outcome (done, failed).",
    labelNames: ["name", "outcome"],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  const results = new Counter({
    name: "signet_job_results_total",
    help: "What runs did, by job and result; begun of reconciliation are incidents: records that disagree.",
    labelNames: ["name", "result"],
    registers: [registry],
  });
  const lastDone = new Gauge({
    name: "signet_job_last_done_timestamp_seconds",
    help: "When a run was last done, by job: alert when it stands still.",
    labelNames: ["name"],
    registers: [registry],
  });

  return {
    registry,

    /** @param outcome what the run counted: `{ expired: 3 }`. */
    done(name: string, seconds: number, outcome: Readonly<Record<string, number>>): void {
      durations.observe({ name, outcome: "done" }, seconds);
      for (const [result, count] of Object.entries(outcome)) results.inc({ name, result }, count);
      lastDone.setToCurrentTime({ name });
    },

    failed(name: string, seconds: number): void {
      durations.observe({ name, outcome: "failed" }, seconds);
    },

    /** Those of the process beside: memory, event loop, garbage collection. */
    withProcess(): void {
      collectDefaultMetrics({ register: registry });
    },
  };
}
