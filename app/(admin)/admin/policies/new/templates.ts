import {
  type Icon,
  IconClockHour4,
  IconInfinity,
  IconPlugConnectedX,
  IconRefresh,
  IconUsersGroup,
} from "@tabler/icons-react";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";

/** A way of selling that a new policy can begin with. */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly icon: Icon;
  readonly rules: PolicyRules;
}

const YEAR = { type: "subscription", durationDays: 365, graceDays: 14 } as const;

export const TEMPLATES: readonly [Template, ...Template[]] = [
  { id: "perpetual", name: "Perpetual", icon: IconInfinity, rules: DEFAULT_RULES },
  {
    id: "subscription",
    name: "Subscription",
    icon: IconRefresh,
    rules: { ...DEFAULT_RULES, ...YEAR, activationsMax: 3 },
  },
  {
    id: "trial",
    name: "Trial",
    icon: IconClockHour4,
    rules: { ...DEFAULT_RULES, type: "trial", durationDays: 14, validFrom: "first_activation" },
  },
  {
    id: "floating",
    name: "Floating seats",
    icon: IconUsersGroup,
    rules: { ...DEFAULT_RULES, ...YEAR, activationsMax: null, seats: 5 },
  },
  {
    id: "air-gapped",
    name: "Air-gapped",
    icon: IconPlugConnectedX,
    rules: {
      ...DEFAULT_RULES,
      ...YEAR,
      offlineAllowed: true,
      offlineDaysMax: 365,
      trustMaxAgeDays: 90,
    },
  },
];
