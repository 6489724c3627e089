import type { Code } from "./codes.ts";
import type { RecordedFacts } from "./explain.ts";
import type { PolicyRules } from "./policy.ts";

/** A runtime decision as it was recorded. */
export interface PastDecision {
  readonly operation: string;
  /** Null: granted. */
  readonly code: Code | null;
  readonly rule: string | null;
  readonly facts: RecordedFacts;
  readonly at: Date;
  /** Whether a device asked for itself, and no backend for it. */
  readonly byDevice: boolean;
}

/** Under what a decision was made, and under what it is made again. */
export interface Circumstances {
  /** The rules that decided; null where the license's own have changed since, so that they are not known. */
  readonly before: PolicyRules | null;
  readonly after: PolicyRules;
  /** The license's end at that time, for decisions whose facts do not say it; undefined: not known. */
  readonly end: Date | null | undefined;
  /** Since when `before` has been in force without a break; null: since the license was issued. */
  readonly unchangedSince: Date | null;
}

/** What is not recorded, where a decision cannot be made again without it. */
export const UNTOLD = [
  "rules",
  "end",
  "device",
  "caller",
  "seats",
  "holder",
  "borrowed",
  "balance",
  "usage",
  "proof",
] as const;
export type Untold = (typeof UNTOLD)[number];

/** How it would be decided: a refusal's code, or null where nothing speaks against it. */
export type Judged = Code | null | { readonly untold: Untold };

export function numberIn(facts: RecordedFacts, name: string): number | undefined {
  const value = facts[name];
  return typeof value === "number" ? value : undefined;
}
