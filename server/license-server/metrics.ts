import { Registry } from "prom-client";
import { RequestDurations } from "./durations.ts";

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
  const durations = new RequestDurations(registry);
  return {
    registry,
    contentType: registry.contentType,
    answered: (operation, status, durationMs) => durations.count(operation, status, durationMs / 1000),
    text: textOfAll ?? (() => registry.metrics()),
  };
}
