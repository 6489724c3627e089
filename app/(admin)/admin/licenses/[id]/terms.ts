import type { PolicyRules } from "#server/domain/policy.ts";
import { policyDiff } from "#server/domain/policy-diff.ts";
import { RULE_GROUPS, type RuleGroup } from "#server/domain/policy-sentence.ts";
import { GROUP_TITLES, type Names, ruleName, ruleValue } from "../../policies/_rules/rule-words.ts";

export interface TermLine {
  readonly path: string;
  readonly label: string;
  readonly value: string;
  /** What the policy says instead, where the license has it otherwise. */
  readonly policyValue: string | undefined;
}

export interface TermSection {
  readonly group: RuleGroup;
  readonly title: string;
  readonly lines: readonly TermLine[];
}

/** Every term that applies to a license, in sections, and where it differs from its policy version. */
export function termSections(effective: PolicyRules, policy: PolicyRules, names: Names): TermSection[] {
  const changed = new Map(policyDiff(policy, effective).map(({ path, before }) => [path, before]));
  const lines = applicable(effective).map(([path, value]) => ({
    path,
    group: ruleName(path, names).group,
    label: ruleName(path, names).label,
    value: capital(ruleValue(path, value)),
    policyValue: changed.has(path) ? ruleValue(path, changed.get(path)) : undefined,
  }));
  return RULE_GROUPS.map((group) => ({
    group,
    title: GROUP_TITLES[group],
    lines: lines.filter((line) => line.group === group),
  })).filter((section) => section.lines.length > 0);
}

type Value = Parameters<typeof ruleValue>[1];

/** Rules that say something under the others: no grace without an end, nothing of seats where there are none. */
function applicable(rules: PolicyRules): [path: string, value: Value][] {
  const { meters, features, reservedSeats, ...single } = rules;
  const silent = new Set<string>([
    ...(rules.durationDays === null ? ["validFrom", "graceDays"] : []),
    ...(rules.seats === 0
      ? ["seats", "leaseTtlSeconds", "heartbeatSeconds", "seatsPerHolderMax", "overageSeats"]
      : []),
    ...(rules.borrowDaysMax === 0 ? ["borrowDaysMax", "borrowedSeatsMax"] : []),
    ...(rules.offlineAllowed ? [] : ["offlineDaysMax", "trustMaxAgeDays"]),
  ]);
  return [
    ...Object.entries(single).filter(([name]) => !silent.has(name)),
    ...Object.entries(reservedSeats).map(([name, value]): [string, Value] => [
      `reservedSeats/${name}`,
      value,
    ]),
    ...Object.entries(meters).flatMap(([code, { periodCredits, period, overdraft }]): [string, Value][] => [
      [`meters/${code}/periodCredits`, periodCredits],
      [`meters/${code}/period`, period],
      ...(overdraft === 0 ? [] : [[`meters/${code}/overdraft`, overdraft] satisfies [string, Value]]),
    ]),
    ...Object.entries(features).map(([code, value]): [string, Value] => [`features/${code}`, value]),
  ];
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
