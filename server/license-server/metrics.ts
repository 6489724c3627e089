import { Histogram, Registry } from "prom-client";

export interface Metrics {
  readonly registry: Registry;
  readonly contentType: string;
  /** One request answered: which operation, with what status, in how many milliseconds. */
  answered(operation: string, status: number, durationMs: number): void;
  /** All metrics, of all this server's processes, in Prometheus' text format. */
  text(): Promise<string>;
}

/** `textOfAll` gathers the metrics of all processes where there are several. */
export function createMetrics(textOfAll?: () => Promise<string>): Metrics {
  const registry = new Registry();
  const durations = new Histogram({
    name: "signet_license_server_request_duration_seconds",
    help: "Time from a request's arrival to its answer, by operation and status.",
    labelNames: ["operation", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  return {
    registry,
    contentType: registry.contentType,
    answered(operation, status, durationMs) {
      durations.observe({ operation, status }, durationMs / 1000);
    },
    text: textOfAll ?? (() => registry.metrics()),
  };
}
