import { count, number } from "./counts.ts";
import { adviseLeases } from "./lease-advice.ts";
import type { PolicyRules } from "./policy.ts";
import {
  type Advice,
  type LicenseHistory,
  refusals,
  refusedForSeats,
  type Suggestion,
  withoutOwn,
} from "./policy-suggestion.ts";
import { numberIn, type PastDecision } from "./redecision.ts";

export interface PolicyAdvice {
  readonly suggestions: readonly Suggestion[];
  /** Why there is none for what else was refused. */
  readonly unsettled: readonly string[];
}

/** A license of the scenario lab, and the rules that it was under. */
export interface LabHistory {
  readonly rules: PolicyRules;
  readonly decisions: readonly PastDecision[];
}

const DAY_MS = 86_400_000;
/** Who comes back later than this wants a new license rather than some days of grace. */
const GRACE_DAYS_MOST = 14;

/** Which changes of a policy's rules would have let in those that were turned away. What the facts do not settle is said, not guessed. */
export function advisePolicy(
  rules: PolicyRules,
  licenses: readonly LicenseHistory[],
  { now, lab = [] }: { readonly now: Date; readonly lab?: readonly LabHistory[] },
): PolicyAdvice {
  const found = [
    adviseSeats(rules, withoutOwn(licenses, "seats", "overageSeats", "reservedSeats", "seatsPerHolderMax")),
    adviseLeases(rules, licenses, now),
    adviseHolder(rules, withoutOwn(licenses, "seatsPerHolderMax")),
    adviseDevices(rules, withoutOwn(licenses, "activationsMax")),
    adviseGrace(rules, withoutOwn(licenses, "graceDays", "type")),
    ...Object.keys(rules.meters).map((meter) => adviseCredits(rules, meter, withoutOwn(licenses, "meters"))),
  ].filter((advice) => advice !== undefined);
  const suggestions = found.filter((advice) => typeof advice !== "string");
  const known = new Set(suggestions.map(subjectOf));
  return {
    suggestions: [...suggestions, ...adviseFromLab(rules, lab).filter((each) => !known.has(subjectOf(each)))],
    unsettled: found.filter((advice) => typeof advice === "string"),
  };
}

/** What two suggestions must not both change. */
function subjectOf({ change }: Suggestion): string {
  return change.rule === "overdraft" ? `overdraft ${change.meter}` : change.rule;
}

/** The lab's clients run into its bounds on purpose: that says something about a policy only where the policy has the same. */
function adviseFromLab(rules: PolicyRules, lab: readonly LabHistory[]): Suggestion[] {
  const seats = lab.filter(
    (run) => run.rules.seats > 0 && SEAT_BOUNDS.every((name) => run.rules[name] === rules[name]),
  );
  const reserves = Object.keys(rules.reservedSeats).length > 0;
  const seatAdvice = reserves
    ? undefined
    : adviseSeats(
        rules,
        seats.map((run) => asHistory(run)),
      );
  const found = [
    inLab(seatAdvice, `with ${count(rules.seats, "seat")} as here`),
    ...Object.entries(rules.meters).map(([meter, own]) => {
      const alike = lab.flatMap((run) =>
        Object.entries(run.rules.meters).flatMap(([code, bounds]) =>
          METER_BOUNDS.every((name) => bounds[name] === own[name]) ? [asHistory(run, code, meter)] : [],
        ),
      );
      const credits = `${number(own.periodCredits)} credits and an overdraft of ${number(own.overdraft)}`;
      return inLab(adviseCredits(rules, meter, alike), `with ${credits} as here`);
    }),
  ];
  return found.filter((advice) => advice !== undefined);
}

const SEAT_BOUNDS = ["seats", "overageSeats", "seatsPerHolderMax"] as const;
const METER_BOUNDS = ["periodCredits", "period", "overdraft"] as const;

/** The lab's meter has a code of its own: `from` is told as the policy's `to`. */
function asHistory({ rules, decisions }: LabHistory, from?: string, to?: string): LicenseHistory {
  const told = decisions.map((decision) =>
    to !== undefined && decision.facts.meter === from
      ? { ...decision, facts: { ...decision.facts, meter: to } }
      : decision,
  );
  const { leaseTtlSeconds, heartbeatSeconds } = rules;
  return { overrides: {}, decisions: told, leases: [], leaseTtlSeconds, heartbeatSeconds };
}

function inLab(advice: Advice, bounds: string): Suggestion | undefined {
  if (advice === undefined || typeof advice === "string") return undefined;
  const sentence = `In the scenario lab, ${bounds}, ${advice.sentence} The lab runs into its bounds on purpose.`;
  return { ...advice, from: "lab", sentence };
}

/** Who was turned away on one day waited at the same time at the worst, so that a seat for each of them serves all. */
function adviseSeats(rules: PolicyRules, licenses: readonly LicenseHistory[]): Advice {
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
  return { change: { rule: "seats", to }, from: "customers", sentence };
}

function adviseHolder(rules: PolicyRules, licenses: readonly LicenseHistory[]): Advice {
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
  return { change: { rule: "seatsPerHolderMax", to: held + 1 }, from: "customers", sentence };
}

/** It is not recorded which of those refused was the same device trying again: one more is what each needed by itself. */
function adviseDevices({ activationsMax }: PolicyRules, licenses: readonly LicenseHistory[]): Advice {
  const all = refusals(licenses, "activation_limit_reached");
  const active = Math.max(0, ...all.map(({ facts }) => numberIn(facts, "activationCount") ?? 0));
  if (all.length === 0 || activationsMax === null || active < activationsMax) return undefined;
  const more = count(active + 1 - activationsMax, "more device");
  const sentence = `${count(all.length, "activation")} ${all.length === 1 ? "was" : "were"} refused, with ${count(active, "device")} active: ${more} would have let each in by itself. Which were one device trying again is not recorded.`;
  return { change: { rule: "activationsMax", to: active + 1 }, from: "customers", sentence };
}

function adviseGrace(rules: PolicyRules, licenses: readonly LicenseHistory[]): Advice {
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
  return { change: { rule: "graceDays", to }, from: "customers", sentence };
}

function adviseCredits(rules: PolicyRules, meter: string, licenses: readonly LicenseHistory[]): Advice {
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
  const sentence = `${count(short.length, "request")} for ${meter} found too few credits: an overdraft of ${number(to)} instead of ${number(overdraft)} would have served each by itself.`;
  return { change: { rule: "overdraft", meter, to }, from: "customers", sentence };
}

/** In UTC, as the analytics count. */
function byDay(decisions: readonly PastDecision[]): PastDecision[][] {
  return [...Map.groupBy(decisions, ({ at }) => at.toISOString().slice(0, 10)).values()];
}

function people(size: number): string {
  return size === 1 ? "1 person" : `${number(size)} people`;
}
