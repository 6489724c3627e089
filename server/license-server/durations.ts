import { Histogram, type Registry } from "prom-client";

const NAME = "signet_license_server_request_duration_seconds";
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const DESCRIPTION = {
  name: NAME,
  help: "Time from a request's arrival to its answer, by operation and status.",
  buckets: BUCKETS_SECONDS,
};

type Label = "operation" | "status" | "le";
type Reading = Awaited<ReturnType<Histogram<Label>["get"]>>;
type Value = Reading["values"][number];

/** Requests of one operation with one status. */
interface Series {
  /** How many took at most as long as each bucket and longer than the one before; the last, longer than all. */
  readonly counts: number[];
  sumSeconds: number;
}

/**
 * Request durations, counted in place. prom-client's own `observe` checks and hashes its labels each time, which costs
 * a small request more than everything else this transport does for it; here that happens only when somebody reads.
 */
export class RequestDurations extends Histogram<Label> {
  readonly #series = new Map<string, Map<number, Series>>();
  /** Never observes anything: it says how prom-client describes a histogram. */
  readonly #description = new Histogram<Label>({ ...DESCRIPTION, registers: [] });

  constructor(registry: Registry) {
    super({ ...DESCRIPTION, registers: [registry] });
  }

  count(operation: string, status: number, seconds: number): void {
    const series = this.#series.get(operation)?.get(status) ?? this.#begin(operation, status);
    let bucket = 0;
    while (seconds > (BUCKETS_SECONDS[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sumSeconds += seconds;
  }

  override async get(): Promise<Reading> {
    const values = [...this.#series].flatMap(([operation, byStatus]) =>
      [...byStatus].flatMap(([status, series]) => valuesOf({ operation, status }, series)),
    );
    return { ...(await this.#description.get()), values };
  }

  /** What prom-client's registry reads in place of `get` when it writes text. */
  getForPromString(): Promise<Reading> {
    return this.get();
  }

  #begin(operation: string, status: number): Series {
    const byStatus = this.#series.get(operation) ?? new Map<number, Series>();
    const series = { counts: Array.from({ length: BUCKETS_SECONDS.length + 1 }, () => 0), sumSeconds: 0 };
    this.#series.set(operation, byStatus.set(status, series));
    return series;
  }
}

/** A series as Prometheus' histograms are written: each bucket counts the ones below it too. */
function valuesOf(labels: Value["labels"], { counts, sumSeconds }: Series): Value[] {
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return {
      metricName: `${NAME}_bucket`,
      labels: { ...labels, le: BUCKETS_SECONDS[index] ?? "+Inf" },
      value: total,
    };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels, value: sumSeconds },
    { metricName: `${NAME}_count`, labels, value: total },
  ];
}
