import type { PolicyOverrides, PolicyRules } from "#server/domain/policy.ts";

/** As the policy says, or this. */
export type Choice = "" | "yes" | "no";

/** The overrides that have a field in the form; an empty one leaves the policy as it is. */
export interface OverrideValues {
  activationsMax: number | "";
  /** Any number of devices, whatever `activationsMax` says. */
  anyDevices: boolean;
  durationDays: number | "";
  graceDays: number | "";
  seats: number | "";
  selfServiceDeactivation: Choice;
  deviceProofRequired: Choice;
  offlineAllowed: Choice;
  /** By feature code. A flag is a `Choice`. */
  features: Record<string, string | number>;
}

const NUMBERS = ["durationDays", "graceDays", "seats"] as const;
const CHOICES = ["selfServiceDeactivation", "deviceProofRequired", "offlineAllowed"] as const;

/** The form for a license that overrides nothing of these features. */
export function noOverrides(featureCodes: readonly string[]): OverrideValues {
  return {
    activationsMax: "",
    anyDevices: false,
    durationDays: "",
    graceDays: "",
    seats: "",
    selfServiceDeactivation: "",
    deviceProofRequired: "",
    offlineAllowed: "",
    features: Object.fromEntries(featureCodes.map((code) => [code, ""])),
  };
}

/** What a license overrides, as the form shows it. */
export function asValues(
  overrides: PolicyOverrides,
  rules: PolicyRules,
  featureCodes: readonly string[],
): OverrideValues {
  const features = featureCodes.map((code): [string, string | number] => {
    const own = overrides.features?.[code];
    if (overrides.features === undefined || own === rules.features[code]) return [code, ""];
    return [code, typeof own === "boolean" || own === undefined ? choice(own ?? false) : own];
  });
  return {
    activationsMax: overrides.activationsMax ?? "",
    anyDevices: overrides.activationsMax === null,
    durationDays: overrides.durationDays ?? "",
    graceDays: overrides.graceDays ?? "",
    seats: overrides.seats ?? "",
    selfServiceDeactivation: choice(overrides.selfServiceDeactivation),
    deviceProofRequired: choice(overrides.deviceProofRequired),
    offlineAllowed: choice(overrides.offlineAllowed),
    features: Object.fromEntries(features),
  };
}

/** The form as overrides of these rules. What the form has no field for is kept from `kept`. */
export function asOverrides(
  values: OverrideValues,
  rules: PolicyRules,
  kept: PolicyOverrides = {},
): PolicyOverrides {
  const overrides: PolicyOverrides = { ...kept };
  for (const name of NUMBERS) {
    const value = values[name];
    if (value === "") delete overrides[name];
    else overrides[name] = value;
  }
  for (const name of CHOICES) {
    if (values[name] === "") delete overrides[name];
    else overrides[name] = values[name] === "yes";
  }
  if (values.anyDevices) overrides.activationsMax = null;
  else if (values.activationsMax === "") delete overrides.activationsMax;
  else overrides.activationsMax = values.activationsMax;

  const features = Object.entries(values.features).filter(([, value]) => value !== "");
  if (features.length === 0) delete overrides.features;
  else {
    const own = features.map(([code, value]) => [code, featureValue(value)] as const);
    overrides.features = { ...rules.features, ...Object.fromEntries(own) };
  }
  return overrides;
}

/** What then holds, to be said in words before anything is issued; the server works it out again. */
export function rulesWith(rules: PolicyRules, overrides: PolicyOverrides): PolicyRules {
  const set = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return Object.assign({ ...rules }, Object.fromEntries(set));
}

function choice(value: boolean | undefined): Choice {
  if (value === undefined) return "";
  return value ? "yes" : "no";
}

function featureValue(value: string | number): boolean | string | number {
  if (value === "yes") return true;
  return value === "no" ? false : value;
}
