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
