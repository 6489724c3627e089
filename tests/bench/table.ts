import type { Load } from "./load.ts";

type Figure = keyof Load;

/**
 * One bar of the benchmark: a figure of `subject`, as a multiple of the same figure of `yardstick` in the same round, or
 * by itself where there is none.
 */
export interface Row {
  readonly number: number;
  readonly what: string;
  readonly subject: string;
  readonly yardstick?: string;
  readonly figure: Figure;
  readonly bar: number;
  /** Higher is better unless given. */
  readonly atMost?: true;
}

export interface Measured extends Row {
  readonly value: number;
  readonly subjectFigure: number;
  readonly yardstickFigure: number | null;
  readonly reached: boolean;
}

export type Round = ReadonlyMap<string, Load>;

/** The median over rounds of the ratio within each round, so that a slow moment slows both sides. */
export function measure(row: Row, rounds: readonly Round[]): Measured {
  const { subject, yardstick, figure, bar } = row;
  const figureOf = (round: Round, name: string): number => {
    const found = round.get(name)?.[figure];
    if (found === undefined) throw new Error(`${row.what}: a round lacks ${name}.`);
    return found;
  };
  const subjectFigure = median(rounds.map((round) => figureOf(round, subject)));
  const yardstickFigure =
    yardstick === undefined ? null : median(rounds.map((round) => figureOf(round, yardstick)));
  const value =
    yardstick === undefined
      ? subjectFigure
      : median(rounds.map((round) => figureOf(round, subject) / figureOf(round, yardstick)));
  const reached = row.atMost ? value <= bar : value >= bar;
  return { ...row, value, subjectFigure, yardstickFigure, reached };
}

export function printTable(rows: readonly Measured[]): string {
  const lines = rows.map((row) => {
    const unit = row.figure === "perSecond" ? "/s" : " ms";
    const shown = (figure: number | null): string => (figure === null ? "–" : `${rounded(figure)}${unit}`);
    const value = row.yardstick === undefined ? shown(row.value) : `${row.value.toFixed(2)} ×`;
    const bar = `${row.atMost ? "≤" : "≥"} ${row.bar.toLocaleString("en")}${row.yardstick === undefined ? unit : " ×"}`;
    return [
      row.number,
      row.what,
      shown(row.subjectFigure),
      shown(row.yardstickFigure),
      value,
      bar,
      row.reached ? "✓" : "below",
    ];
  });
  return markdown(["#", "what", "measured", "yardstick", "result", "bar", ""], lines);
}

export function markdown(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

export function rounded(figure: number): string {
  return figure >= 100 ? Math.round(figure).toLocaleString("en") : figure.toFixed(2);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
