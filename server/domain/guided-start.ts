import { DEFAULT_RULES, type PolicyRules } from "./policy.ts";

/** What a vendor may say they sell; each is a way of licensing to begin with. */
export const START_KINDS = ["desktop", "floating", "credits", "air_gapped"] as const;
export type StartKind = (typeof START_KINDS)[number];

export interface StartDraft {
  /** Of the policy, as it stands on a price list; its code is the kind. */
  readonly policyName: string;
  /** What is counted, where something is. */
  readonly meter: { readonly code: string; readonly name: string; readonly unit: string } | undefined;
  readonly rules: PolicyRules;
}

const YEAR = { type: "subscription", durationDays: 365, graceDays: 14 } as const;
const REQUESTS = { code: "requests", name: "Requests", unit: "requests" } as const;

/** The terms each way of selling begins with; the vendor changes what does not fit. */
export const START_DRAFTS: Readonly<Record<StartKind, StartDraft>> = {
  desktop: {
    policyName: "Desktop annual",
    meter: undefined,
    rules: { ...DEFAULT_RULES, ...YEAR, activationsMax: 3 },
  },
  floating: {
    policyName: "Floating annual",
    meter: undefined,
    rules: { ...DEFAULT_RULES, ...YEAR, activationsMax: null, seats: 5 },
  },
  credits: {
    policyName: "Monthly credits",
    meter: REQUESTS,
    rules: {
      ...DEFAULT_RULES,
      ...YEAR,
      activationsMax: null,
      meters: {
        [REQUESTS.code]: {
          periodCredits: 1_000,
          period: "month",
          overdraft: 0,
          ticketTtlSeconds: 3_600,
          ticketAmountMax: null,
        },
      },
    },
  },
  air_gapped: {
    policyName: "Air-gapped annual",
    meter: undefined,
    rules: { ...DEFAULT_RULES, ...YEAR, offlineAllowed: true, offlineDaysMax: 365, trustMaxAgeDays: 90 },
  },
};

/** Operations by which a license is used, in which a first one is a program's first sign of life. */
export const FIRST_USES = ["activate", "offline_activate", "checkout", "ticket", "usage"] as const;
export type FirstUse = (typeof FIRST_USES)[number];

/** A policy's code: `air_gapped` → `air-gapped`. */
export function startCode(kind: StartKind): string {
  return kind.replace("_", "-");
}
