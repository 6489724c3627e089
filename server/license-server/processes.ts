import cluster, { type Worker } from "node:cluster";
import { AggregatorRegistry, type Registry } from "prom-client";
import type { Logger } from "#server/platform/log.ts";
import { onShutdown } from "#server/platform/shutdown.ts";

/** Between a worker's death before it served and its next attempt, so that a broken one does not spin; milliseconds. */
const RESTART_PAUSE_MS = 1_000;
const METRICS_WAIT_MS_MAX = 6_000;

const METRICS = "signet:metrics";

interface MetricsMessage {
  readonly type: typeof METRICS;
  readonly id: number;
  /** Absent in the question; in the answer, absent when they could not be gathered. */
  readonly text?: string;
}

/** Keeps `count` workers of this same program serving one port, and starts a new one for each that dies. */
export function superviseWorkers(count: number, log: Logger): void {
  const aggregator = new AggregatorRegistry();
  const served = new Set<number>();
  let ending = false;

  onShutdown(log, "workers", async () => {
    ending = true;
    await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => worker && ended(worker)));
  });
  cluster.on("fork", (worker) => log.info({ pid: worker.process.pid }, "worker started"));
  cluster.on("listening", (worker) => served.add(worker.id));
  cluster.on("exit", (worker, code, signal) => {
    if (ending) return;
    const hadServed = served.delete(worker.id);
    // It has already said why it cannot start, and the others would only say it again.
    if (!hadServed && served.size === 0) process.exit(code === 0 ? 1 : code);
    log.error({ pid: worker.process.pid, code, signal }, "a worker died; starting another");
    setTimeout(() => !ending && cluster.fork(), hadServed ? 0 : RESTART_PAUSE_MS);
  });
  cluster.on("message", (worker, message: unknown) => {
    if (!isMetricsMessage(message)) return;
    const { type, id } = message;
    const reply = (answer: MetricsMessage) => worker.isConnected() && worker.send(answer);
    Promise.resolve(aggregator.clusterMetrics()).then(
      (text) => reply({ type, id, text }),
      (error: unknown) => {
        log.warn({ err: error }, "the workers' metrics could not be gathered");
        reply({ type, id });
      },
    );
  });
  for (let started = 0; started < count; started++) cluster.fork();
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once("exit", () => resolve());
    worker.process.kill("SIGTERM");
  });
}

/** For a worker: its own metrics made known, and those of all workers got through the primary. */
export const workersMetrics = {
  contribute(registry: Registry): void {
    new AggregatorRegistry();
    AggregatorRegistry.setRegistries([registry]);
  },

  text(): Promise<string> {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => settle({ type: METRICS, id }), METRICS_WAIT_MS_MAX);
      function settle(message: unknown): void {
        if (!isMetricsMessage(message) || message.id !== id) return;
        clearTimeout(giveUp);
        process.off("message", settle);
        if (message.text === undefined) reject(new Error("The workers' metrics could not be gathered."));
        else resolve(message.text);
      }
      process.on("message", settle);
      process.send?.({ type: METRICS, id } satisfies MetricsMessage);
    });
  },
};

let asked = 0;

function isMetricsMessage(message: unknown): message is MetricsMessage {
  return typeof message === "object" && message !== null && "type" in message && message.type === METRICS;
}
