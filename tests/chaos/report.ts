/** One row of what was tried, and what went wrong with it. */
export interface Row {
  readonly what: string;
  readonly seeds: number;
  readonly operations: number;
  /** Of them, those whose answer nobody got. */
  readonly lost: number;
  readonly violations: readonly string[];
  readonly seconds: number;
}

export function printRows(rows: readonly Row[]): void {
  const cells = [
    ["what", "seeds", "operations", "lost", "violations", "seconds"],
    ...rows.map(({ what, seeds, operations, lost, violations, seconds }) => [
      what,
      count(seeds),
      count(operations),
      count(lost),
      count(violations.length),
      seconds.toFixed(0),
    ]),
  ];
  const widths =
    cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of cells) {
    const line = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(line.join("   "));
  }
}

export const count = (value: number): string => value.toLocaleString("en");
