import type { JsonValue } from "#server/domain/canonical-json.ts";
import type { MeterRules, PolicyRules } from "#server/domain/policy.ts";
import type { RuleGroup } from "#server/domain/policy-sentence.ts";
import { durationText } from "../../../../_components/duration.ts";
import { countOf, formatNumber } from "../../../../_components/format.ts";

type Scale = "days" | "seconds" | "number";

interface RuleWords {
  readonly group: RuleGroup;
  readonly label: string;
  /** What a number of it counts. */
  readonly scale?: Scale;
  /** What null says, where it says something. */
  readonly none?: string;
}

/** The name every rule has on every screen. */
export const RULE_WORDS: Record<Exclude<keyof PolicyRules, "meters" | "features">, RuleWords> = {
  type: { group: "validity", label: "Type" },
  durationDays: { group: "validity", label: "Lasts", scale: "days", none: "for ever" },
  validFrom: { group: "validity", label: "Starts" },
  graceDays: { group: "validity", label: "Grace period", scale: "days" },
  activationsMax: { group: "devices", label: "Devices", none: "any number" },
  fingerprintMatch: { group: "devices", label: "Same device if" },
  activationTokenTtlSeconds: { group: "devices", label: "Works between online checks", scale: "seconds" },
  selfServiceDeactivation: { group: "devices", label: "Customers move devices themselves" },
  deviceProofRequired: { group: "devices", label: "Devices prove their key with each request" },
  seats: { group: "seats", label: "Seats" },
  leaseTtlSeconds: { group: "seats", label: "Seat comes free after silence of", scale: "seconds" },
  heartbeatSeconds: { group: "seats", label: "Heartbeat every", scale: "seconds" },
  seatsPerHolderMax: { group: "seats", label: "Seats a person", none: "any number" },
  overageSeats: { group: "seats", label: "Overage seats" },
  borrowDaysMax: { group: "seats", label: "Borrowed for at most", scale: "days" },
  borrowedSeatsMax: { group: "seats", label: "Seats borrowed at once" },
  reservedSeats: { group: "seats", label: "Reserved seats" },
  offlineAllowed: { group: "offline", label: "Activation without internet" },
  offlineDaysMax: { group: "offline", label: "Offline for at most", scale: "days", none: "no limit" },
  trustMaxAgeDays: {
    group: "offline",
    label: "Security snapshot no older than",
    scale: "days",
    none: "no limit",
  },
};

export const METER_WORDS: Record<keyof MeterRules, Omit<RuleWords, "group">> = {
  periodCredits: { label: "Credits" },
  period: { label: "Granted" },
  overdraft: { label: "Overdraft" },
  ticketTtlSeconds: { label: "Reservation lasts", scale: "seconds" },
  ticketAmountMax: { label: "Reserved at once", none: "no limit" },
};

export const GROUP_TITLES: Record<RuleGroup, string> = {
  validity: "Validity",
  devices: "Devices",
  seats: "Floating seats",
  offline: "Offline",
  usage: "Usage",
  features: "Features",
};

/** The product's own names, by code. */
export interface Names {
  readonly features: Readonly<Record<string, string>>;
  readonly meters: Readonly<Record<string, string>>;
}

/** A path of a difference (`meters/render-minutes/period`) as a person reads it, and the group it belongs to. */
export function ruleName(path: string, names: Names): { group: RuleGroup; label: string } {
  const [rule = "", name = "", part = ""] = path.split("/");
  if (rule === "features") return { group: "features", label: names.features[name] ?? name };
  if (rule === "reservedSeats") return { group: "seats", label: `Reserved for ${name}` };
  if (rule === "meters") {
    const label = isMeterRule(part) ? METER_WORDS[part].label.toLowerCase() : part;
    return { group: "usage", label: `${names.meters[name] ?? name}: ${label}` };
  }
  return isRule(rule) ? RULE_WORDS[rule] : { group: "validity", label: rule };
}

/** A rule's value as a person reads it. */
export function ruleValue(path: string, value: JsonValue | undefined): string {
  const [rule = "", , part = ""] = path.split("/");
  if (value === undefined) return rule === "features" ? "not granted" : "none";
  if (typeof value === "boolean") return yesOrNo(rule, value);
  const words = isRule(rule) ? RULE_WORDS[rule] : isMeterRule(part) ? METER_WORDS[part] : undefined;
  if (value === null) return words?.none ?? "none";
  if (typeof value === "number") return measured(value, words?.scale);
  if (typeof value === "string") return rule === "features" ? `“${value}”` : (CHOICES[value] ?? value);
  if ("atLeast" in value) return `at least ${countOf(Number(value.atLeast), "component")} match`;
  const parts = Object.entries(value).map(([name, size]) => `${name}: ${String(size)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

const CHOICES: Readonly<Record<string, string>> = {
  perpetual: "perpetual",
  subscription: "subscription",
  trial: "trial",
  issue: "when it is issued",
  first_activation: "at the first activation",
  all: "all components match",
  most: "most components match",
  any: "any component matches",
  none: "once",
  day: "every day",
  month: "every month",
  year: "every year",
};

function yesOrNo(rule: string, value: boolean): string {
  if (rule === "features") return value ? "granted" : "not granted";
  if (rule === "offlineAllowed") return value ? "allowed" : "not allowed";
  return value ? "yes" : "no";
}

function measured(value: number, scale: Scale = "number"): string {
  if (scale === "days") return countOf(value, "day");
  return scale === "seconds" ? durationText(value) : formatNumber(value);
}

function isRule(name: string): name is keyof typeof RULE_WORDS {
  return Object.hasOwn(RULE_WORDS, name);
}

function isMeterRule(name: string): name is keyof MeterRules {
  return Object.hasOwn(METER_WORDS, name);
}
