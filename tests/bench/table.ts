/** One bar of the benchmark: `subject` is to reach `bar` times what `yardstick` reached in the same round. */
export interface Row {
  readonly number: number;
  readonly what: string;
  readonly subject: string;
  readonly yardstick: string;
  readonly bar: number;
}

export interface Measured extends Row {
  readonly ratio: number;
  readonly subjectPerSecond: number;
  readonly yardstickPerSecond: number;
}

/** The median over rounds of the ratio within each round, so that a slow moment slows both sides. */
export function measure(row: Row, rounds: readonly ReadonlyMap<string, number>[]): Measured {
  const pairs = rounds.map((round) => {
    const subject = round.get(row.subject);
    const yardstick = round.get(row.yardstick);
    if (subject === undefined || yardstick === undefined)
      throw new Error(`${row.what}: a round lacks a side.`);
    return { subject, yardstick };
  });
  return {
    ...row,
    ratio: median(pairs.map((pair) => pair.subject / pair.yardstick)),
    subjectPerSecond: median(pairs.map((pair) => pair.subject)),
    yardstickPerSecond: median(pairs.map((pair) => pair.yardstick)),
  };
}

export function printTable(rows: readonly Measured[]): string {
  const head = "| # | what | subject/s | yardstick/s | ratio | bar | |\n|---|---|---:|---:|---:|---:|---|";
  const lines = rows.map(
    (row) =>
      `| ${row.number} | ${row.what} | ${Math.round(row.subjectPerSecond)} | ${Math.round(row.yardstickPerSecond)} ` +
      `| ${row.ratio.toFixed(2)} | ≥ ${row.bar} | ${row.ratio >= row.bar ? "✓" : "below"} |`,
  );
  return [head, ...lines].join("\n");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
