import type { PolicyOverrides, PolicyRules } from "./policy.ts";
import { numberIn, type PastDecision } from "./redecision.ts";

/** A change of one rule of a policy. */
export type RuleChange =
  | {
      readonly rule: "seats" | "activationsMax" | "seatsPerHolderMax" | "graceDays";
      readonly to: number;
    }
  | { readonly rule: "overdraft"; readonly meter: string; readonly to: number };

export interface Suggestion {
  readonly change: RuleChange;
  /** Of the refusals that it is drawn from. */
  readonly refused: number;
  readonly sentence: string;
}

export interface PolicyAdvice {
  readonly suggestions: readonly Suggestion[];
  /** Why there is none for what else was refused. */
  readonly unsettled: readonly string[];
}

/** What was decided for one license. */
export interface LicenseRefusals {
  readonly overrides: PolicyOverrides;
  readonly decisions: readonly PastDecision[];
}

const DAY_MS = 86_400_000;
/** Who comes back later than this wants a new license rather than some days of grace. */
const GRACE_DAYS_MOST = 14;

/** Which changes of a policy's rules would have let in those that were turned away. What the facts do not settle is said, not guessed. */
export function advisePolicy(rules: PolicyRules, licenses: readonly LicenseRefusals[]): PolicyAdvice {
  const found = [
    adviseSeats(rules, withoutOwn(licenses, "seats", "overageSeats", "reservedSeats", "seatsPerHolderMax")),
    adviseHolder(rules, withoutOwn(licenses, "seatsPerHolderMax")),
    adviseDevices(rules, withoutOwn(licenses, "activationsMax")),
    adviseGrace(rules, withoutOwn(licenses, "graceDays", "type")),
    ...Object.keys(rules.meters).map((meter) => adviseCredits(rules, meter, withoutOwn(licenses, "meters"))),
  ].filter((advice) => advice !== undefined);
  return {
    suggestions: found.filter((advice) => typeof advice !== "string"),
    unsettled: found.filter((advice) => typeof advice === "string"),
  };
}

export function withChange(rules: PolicyRules, change: RuleChange): PolicyRules {
  if (change.rule !== "overdraft") return { ...rules, [change.rule]: change.to };
  const meter = rules.meters[change.meter];
  if (meter === undefined) return rules;
  return { ...rules, meters: { ...rules.meters, [change.meter]: { ...meter, overdraft: change.to } } };
}

type Advice = Suggestion | string | undefined;

/** Who was turned away on one day waited at the same time at the worst, so that a seat for each of them serves all. */
function adviseSeats(rules: PolicyRules, licenses: readonly LicenseRefusals[]): Advice {
  let refused = 0;
  let needed = 0;
  let peak = 0;
  for (const decisions of licenses.map((license) => refusedForSeats(license))) {
    for (const day of byDay(decisions)) {
      const holders = new Set(day.map(({ facts }) => facts.holder)).size;
      const inUse = Math.max(
        ...day.map(({ facts }) =>
          Math.max(numberIn(facts, "inUse") ?? 0, (numberIn(facts, "seats") ?? 0) + rules.overageSeats),
        ),
      );
      if (inUse + holders <= rules.seats + rules.overageSeats) continue;
      refused += day.length;
      needed = Math.max(needed, inUse + holders);
      peak = Math.max(peak, holders);
    }
  }
  const to = needed - rules.overageSeats;
  if (refused === 0) return undefined;
  const denials = `${count(refused, "checkout")} found no seat`;
  if (rules.seatsPerHolderMax !== 1)
    return `${denials}; one person may hold several seats here, so it is not recorded how many more would have been enough.`;
  const more = to - rules.seats;
  const sentence = `${denials}, at most ${people(peak)} of one license on one day: ${count(more, "more seat")} would have served all.`;
  return { change: { rule: "seats", to }, refused, sentence };
}

function adviseHolder(rules: PolicyRules, licenses: readonly LicenseRefusals[]): Advice {
  const all = refusals(licenses, "no_seats_available").filter(
    ({ rule }) => rule === "seats.seatsPerHolderMax",
  );
  const free = all.filter(
    ({ facts }) => (numberIn(facts, "inUse") ?? Infinity) < (numberIn(facts, "seats") ?? 0),
  );
  if (all.length === 0 || rules.seatsPerHolderMax === null) return undefined;
  const held = Math.max(0, ...free.map(({ facts }) => numberIn(facts, "held") ?? 0));
  if (free.length === 0)
    return `${count(all.length, "checkout")} would have given somebody one seat more than a person may hold, and no seat was free either.`;
  if (held < rules.seatsPerHolderMax) return undefined;
  const sentence = `${count(free.length, "checkout")} by people who held ${held} already ${free.length === 1 ? "was" : "were"} refused while seats were free: with ${held + 1} for a person, each would have been served by itself.`;
  return { change: { rule: "seatsPerHolderMax", to: held + 1 }, refused: free.length, sentence };
}

/** It is not recorded which of those refused was the same device trying again: one more is what each needed by itself. */
function adviseDevices({ activationsMax }: PolicyRules, licenses: readonly LicenseRefusals[]): Advice {
  const all = refusals(licenses, "activation_limit_reached");
  const active = Math.max(0, ...all.map(({ facts }) => numberIn(facts, "activationCount") ?? 0));
  if (all.length === 0 || activationsMax === null || active < activationsMax) return undefined;
  const more = count(active + 1 - activationsMax, "more device");
  const sentence = `${count(all.length, "activation")} ${all.length === 1 ? "was" : "were"} refused, with ${count(active, "device")} active: ${more} would have let each in by itself. Which were one device trying again is not recorded.`;
  return { change: { rule: "activationsMax", to: active + 1 }, refused: all.length, sentence };
}

function adviseGrace(rules: PolicyRules, licenses: readonly LicenseRefusals[]): Advice {
  if (rules.type === "perpetual") return undefined;
  const all = refusals(licenses, "license_expired");
  const late = all.flatMap(({ facts, at }) =>
    typeof facts.expiresAt === "string"
      ? [Math.floor((at.getTime() - new Date(facts.expiresAt).getTime()) / DAY_MS) + 1]
      : [],
  );
  const near = late.filter((days) => days <= GRACE_DAYS_MOST && days > rules.graceDays);
  if (near.length === 0) {
    return late.some((days) => days > GRACE_DAYS_MOST) || late.length < all.length
      ? `${count(all.length, "request")} came after the end of a license: none is known to have come within ${GRACE_DAYS_MOST} days of it, so that grace would not have been the answer.`
      : undefined;
  }
  const to = Math.max(...near);
  const sentence = `${count(near.length, "request")} came within ${count(to, "day")} after the end of a license: ${count(to, "day")} of grace instead of ${rules.graceDays} would have let ${near.length === 1 ? "it" : "them all"} through.`;
  return { change: { rule: "graceDays", to }, refused: near.length, sentence };
}

function adviseCredits(rules: PolicyRules, meter: string, licenses: readonly LicenseRefusals[]): Advice {
  const overdraft = rules.meters[meter]?.overdraft ?? 0;
  const all = refusals(licenses, "insufficient_credits").filter(({ facts }) => facts.meter === meter);
  const missing = all.flatMap(({ facts }) => {
    const [amount, balance] = [numberIn(facts, "amount"), numberIn(facts, "balance")];
    return amount === undefined || balance === undefined ? [] : [amount - balance];
  });
  const short = missing.filter((size) => size > overdraft);
  if (short.length === 0)
    return missing.length < all.length
      ? `${count(all.length, "request")} for ${meter} found too few credits; the balance was not recorded.`
      : undefined;
  const to = Math.max(...short);
  const sentence = `${count(short.length, "request")} for ${meter} found too few credits: an overdraft of ${to} instead of ${overdraft} would have served each by itself.`;
  return { change: { rule: "overdraft", meter, to }, refused: short.length, sentence };
}

/** What a license has of its own is not changed by its policy. */
function withoutOwn(licenses: readonly LicenseRefusals[], ...names: (keyof PolicyRules)[]) {
  return licenses.filter(({ overrides }) => names.every((name) => overrides[name] === undefined));
}

function refusals(licenses: readonly LicenseRefusals[], code: PastDecision["code"]): PastDecision[] {
  return licenses.flatMap(({ decisions }) => decisions.filter((decision) => decision.code === code));
}

function refusedForSeats(license: LicenseRefusals): PastDecision[] {
  return refusals([license], "no_seats_available").filter(({ rule }) => rule === "seats.seats");
}

/** In UTC, as the analytics count. */
function byDay(decisions: readonly PastDecision[]): PastDecision[][] {
  return [...Map.groupBy(decisions, ({ at }) => at.toISOString().slice(0, 10)).values()];
}

function people(size: number): string {
  return size === 1 ? "1 person" : `${size} people`;
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
