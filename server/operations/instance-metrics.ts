import { Gauge, type Registry } from "prom-client";
import { FIGURES, type InstanceState } from "./figures.ts";

/** Read from the database when asked, so that every worker tells the same, whichever of them ran a job last. */
export function addInstanceMetrics(registry: Registry, read: () => Promise<InstanceState>): void {
  let reading: Promise<InstanceState | undefined> | undefined;
  /** Once for all gauges of one look. A database that is down leaves them out; `signet_instance_read` then says so. */
  const state = (): Promise<InstanceState | undefined> => {
    reading ??= read()
      .catch(() => undefined)
      .finally(() => setTimeout(() => (reading = undefined), 1_000).unref());
    return reading;
  };
  function gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    fill: (gauge: Gauge<Label>, state: InstanceState) => void,
  ): void {
    new Gauge<Label>({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const known = await state();
        this.reset();
        // Of one without labels that leaves a 0, which would say what is not known.
        if (labelNames.length === 0) this.remove();
        if (known !== undefined) fill(this, known);
      },
    });
  }

  new Gauge({
    name: "signet_instance_read",
    help: "1 when what this worker tells of the installation was read from the database just now, 0 when that does not answer.",
    registers: [registry],
    async collect() {
      this.set((await state()) === undefined ? 0 : 1);
    },
  });
  for (const [name, help] of Object.entries(FIGURES)) {
    gauge(name, help, [], (each, { figures }) => {
      const value = figures[name];
      if (value !== undefined) each.set(value);
    });
  }
  gauge(
    "signet_figures_computed_timestamp_seconds",
    "When these figures over all tenants were last computed.",
    [],
    (each, { figuresAt }) => figuresAt && each.set(seconds(figuresAt)),
  );
  gauge(
    "signet_last_backup_timestamp_seconds",
    "As of when the last backup is that this database was told of.",
    [],
    (each, { lastBackupAt }) => lastBackupAt && each.set(seconds(lastBackupAt)),
  );
  gauge(
    "signet_processes",
    "Processes that said within the last minute that they are there, by kind (web, license-server, worker).",
    ["kind"],
    (each, { present }) => {
      for (const [kind, count] of Object.entries(present)) each.set({ kind }, count);
    },
  );
  gauge(
    "signet_job_waiting",
    "Runs of a job that are due and not begun: its queue's depth.",
    ["name"],
    (each, { jobs }) => {
      for (const { job, waiting } of jobs) if (waiting !== null) each.set({ name: job }, waiting);
    },
  );
  gauge(
    "signet_job_failures_in_row",
    "How often a job has failed since it was last done, on whatever worker.",
    ["name"],
    (each, { jobs }) => {
      for (const { job, failuresInRow } of jobs) each.set({ name: job }, failuresInRow);
    },
  );
  gauge(
    "signet_job_last_success_timestamp_seconds",
    "When a job was last done, on whatever worker.",
    ["name"],
    (each, { jobs }) => {
      for (const { job, lastDoneAt } of jobs) if (lastDoneAt) each.set({ name: job }, seconds(lastDoneAt));
    },
  );
}

function seconds(at: Date): number {
  return at.getTime() / 1000;
}
