import { Histogram, Registry } from "prom-client";
import type { Clock } from "../platform/clock.ts";

const BUCKETS_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10];

export type PortalMetrics = ReturnType<typeof createPortalMetrics>;

/** How long the portal's procedures take, for Prometheus. */
export function createPortalMetrics({ clock }: { clock: Pick<Clock, "monotonicMs"> }) {
  const registry = new Registry();
  const durations = new Histogram({
    name: "signet_portal_procedure_duration_seconds",
    help: "How long a call of the portal took, by procedure and outcome (ok, or the code of the refusal).",
    labelNames: ["procedure", "outcome"],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  return {
    registry,

    /** Begins a call; what it returns is told how it ended. */
    begin(procedure: string): (outcome: string) => void {
      const begunMs = clock.monotonicMs();
      return (outcome) => durations.observe({ procedure, outcome }, (clock.monotonicMs() - begunMs) / 1000);
    },
  };
}
