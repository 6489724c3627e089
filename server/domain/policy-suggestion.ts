import type { PolicyOverrides, PolicyRules } from "./policy.ts";
import type { PastDecision } from "./redecision.ts";

/** A change of a policy's rules. */
export type RuleChange =
  | {
      readonly rule: "seats" | "activationsMax" | "seatsPerHolderMax" | "graceDays";
      readonly to: number;
    }
  /** A seat's life without a heartbeat, and how often one comes: the one bounds the other. */
  | { readonly rule: "leaseTtlSeconds"; readonly to: number; readonly heartbeatSeconds: number }
  | { readonly rule: "overdraft"; readonly meter: string; readonly to: number };

export interface Suggestion {
  readonly change: RuleChange;
  /** Whose events it is drawn from: those of customers, or of a run of the scenario lab. */
  readonly from: "customers" | "lab";
  readonly sentence: string;
}

/** A suggestion, why there is none for what was refused, or nothing to say. */
export type Advice = Suggestion | string | undefined;

/** One holder's time on a seat. */
export interface PastLease {
  readonly grantedAt: Date;
  /** Null: it is held. */
  readonly endedAt: Date | null;
  readonly ended: "released" | "expired" | "revoked" | null;
}

/** What happened under one license. */
export interface LicenseHistory {
  readonly overrides: PolicyOverrides;
  /** Refusals. */
  readonly decisions: readonly PastDecision[];
  /** Of seats that were not borrowed, under the rule that they had then. */
  readonly leases: readonly PastLease[];
  readonly leaseTtlSeconds: number;
  readonly heartbeatSeconds: number;
}

export function withChange(rules: PolicyRules, change: RuleChange): PolicyRules {
  switch (change.rule) {
    case "leaseTtlSeconds":
      return { ...rules, leaseTtlSeconds: change.to, heartbeatSeconds: change.heartbeatSeconds };
    case "overdraft": {
      const meter = rules.meters[change.meter];
      if (meter === undefined) return rules;
      return { ...rules, meters: { ...rules.meters, [change.meter]: { ...meter, overdraft: change.to } } };
    }
    default:
      return { ...rules, [change.rule]: change.to };
  }
}

/** What a license has of its own is not changed by its policy. */
export function withoutOwn(licenses: readonly LicenseHistory[], ...names: (keyof PolicyRules)[]) {
  return licenses.filter(({ overrides }) => names.every((name) => overrides[name] === undefined));
}

export function refusals(licenses: readonly LicenseHistory[], code: PastDecision["code"]): PastDecision[] {
  return licenses.flatMap(({ decisions }) => decisions.filter((decision) => decision.code === code));
}

export function refusedForSeats(license: LicenseHistory): PastDecision[] {
  return refusals([license], "no_seats_available").filter(({ rule }) => rule === "seats.seats");
}
