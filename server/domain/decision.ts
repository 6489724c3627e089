import type { Code } from "./codes.ts";

/** The facts a decision was made on, stored with it so that it can be explained later. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

export interface Granted<Value> {
  readonly outcome: "granted";
  readonly value: Value;
}

export interface Denied {
  readonly outcome: "denied";
  readonly code: Code;
  /** Which rule said no, e.g. `activations.max`. */
  readonly rule: string;
  readonly facts: Facts;
}

/** A runtime decision: a denial is a normal answer, not an exception. */
export type Decision<Value> = Granted<Value> | Denied;

/** What every row that a hot-path function answers with begins with. */
export interface DecisionRow {
  readonly decided_at: Date;
  /** `seq` of the trust bundle in force when it was decided. */
  readonly trust_seq: number;
  /** Null: granted. */
  readonly code: Code | null;
  readonly rule: string | null;
  readonly facts: Facts | null;
}

/** The refusal in a row, or undefined when it was granted. */
export function refusalOf(row: DecisionRow): Denied | undefined {
  if (row.code === null) return undefined;
  return { outcome: "denied", code: row.code, rule: row.rule ?? "", facts: row.facts ?? {} };
}
