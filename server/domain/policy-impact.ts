import type { Code } from "./codes.ts";
import type { PolicyOverrides, PolicyRules } from "./policy.ts";
import { policyDiff } from "./policy-diff.ts";
import type { Verdict } from "./redecide.ts";
import type { PastDecision, Untold } from "./redecision.ts";

/** Where a person can look at a decision. */
export interface DecisionExample {
  readonly correlationId: string;
  readonly at: Date;
  readonly operation: string;
}

export interface Difference {
  /** Of a grant that would be refused: with what; of a refusal that would be granted: what it was refused with. */
  readonly code: Code;
  readonly count: number;
  /** The newest of them. */
  readonly examples: readonly DecisionExample[];
}

/** How many decisions would have come out differently, by reason, the most frequent first. */
export interface DecisionImpact {
  readonly lookedAt: number;
  readonly deniedInstead: readonly Difference[];
  readonly grantedInstead: readonly Difference[];
  /** Refused as before, and for another reason. */
  readonly otherReason: number;
  readonly untold: readonly { readonly why: Untold; readonly count: number }[];
}

const EXAMPLES_MAX = 3;

/** Counts verdicts, given newest first for each license. */
export function createImpactTally() {
  const denied = new Map<Code, { count: number; examples: DecisionExample[] }>();
  const granted: typeof denied = new Map();
  const untold = new Map<Untold, number>();
  let lookedAt = 0;
  let otherReason = 0;

  function count(into: typeof denied, code: Code, example: DecisionExample): void {
    const entry = into.get(code) ?? { count: 0, examples: [] };
    entry.count++;
    if (entry.examples.length < EXAMPLES_MAX) entry.examples.push(example);
    into.set(code, entry);
  }

  return {
    add({ code, at, operation }: PastDecision, correlationId: string, verdict: Verdict): void {
      lookedAt++;
      const example = { correlationId, at, operation };
      if (verdict.kind === "untold") untold.set(verdict.why, (untold.get(verdict.why) ?? 0) + 1);
      else if (verdict.kind === "differs") {
        if (verdict.code === null) {
          if (code !== null) count(granted, code, example);
        } else if (code === null) count(denied, verdict.code, example);
        else otherReason++;
      }
    },
    result: (): DecisionImpact => ({
      lookedAt,
      deniedInstead: ranked(denied),
      grantedInstead: ranked(granted),
      otherReason,
      untold: [...untold].map(([why, count]) => ({ why, count })).sort((a, b) => b.count - a.count),
    }),
  };
}

function ranked(counts: ReadonlyMap<Code, { count: number; examples: DecisionExample[] }>): Difference[] {
  return [...counts].map(([code, rest]) => ({ code, ...rest })).sort((a, b) => b.count - a.count);
}

/** What other rules would do to what a license has now. */
export function capacityImpact(before: PolicyRules, after: PolicyRules, activationCount: number) {
  const size = seatsOf(after);
  return {
    /** Devices beyond the new limit: they stay, and no other one joins. */
    devicesOver: after.activationsMax === null ? 0 : Math.max(0, activationCount - after.activationsMax),
    /** Seats taken out of service. */
    seatsFewer: Math.max(0, seatsOf(before) - size),
    size,
  };
}

function seatsOf({ seats, overageSeats }: PolicyRules): number {
  return seats === 0 ? 0 : seats + overageSeats;
}

/** Whether what a license has of its own is about a rule that changes, so that it notices the change less or not at all. */
export function hidesChange(overrides: PolicyOverrides, before: PolicyRules, after: PolicyRules): boolean {
  const own = new Set(Object.keys(overrides));
  return policyDiff(before, after).some(({ path }) => own.has(path.split("/")[0] ?? ""));
}
