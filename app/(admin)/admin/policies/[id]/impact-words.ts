import type { Untold } from "#server/domain/redecision.ts";
import { countOf, formatNumber } from "../../../../_components/format.ts";
import type { ImpactData } from "./policy-data.ts";

/** Why a decision cannot be made again. */
export const UNTOLD_WORDS: Readonly<Record<Untold, string>> = {
  rules: "the license's own terms were changed since",
  end: "when the license ended at that time is not recorded",
  device: "whether it counts as a device that was there is not recorded",
  caller: "whether the customer or you deactivated the device is not recorded",
  seats: "which seats were free is not recorded",
  holder: "how many seats the person held is not recorded",
  borrowed: "how many seats were borrowed is not recorded",
  balance: "the balance that it would have had is not known",
  usage: "a request of usage does not record which meter it charged",
  proof: "whether the device could have proved its key is not recorded",
};

/** "1,000", or "10,000+" where more were not counted. */
export function movingCount({ moving, capped }: ImpactData["licenses"]): string {
  return capped ? `${formatNumber(moving)}+` : formatNumber(moving);
}

/** What moving would do, in numbers, a line each; what it would not do is left out. */
export function impactLines({ licenses, devices, seats, decisions }: ImpactData): string[] {
  return [
    ...lineIf(
      licenses.hidden,
      `${countOf(licenses.hidden, "of them has", "of them have")} terms of their own for what changes, and keep them.`,
    ),
    ...lineIf(
      licenses.left,
      `${countOf(licenses.left, "more license", "more licenses")} cannot move: what they have of their own does not go with it.`,
    ),
    ...lineIf(
      devices.over,
      `${countOf(devices.over, "device is", "devices are")} beyond the new limit, on ${countOf(devices.licenses, "license")}. They go on working; no new one joins.`,
    ),
    ...lineIf(
      seats.outOfService,
      `${countOf(seats.outOfService, "seat goes", "seats go")} out of service, ${seats.held === 0 ? "none" : formatNumber(seats.held)} of them held now. Nobody is thrown out.`,
    ),
    decisionLine(decisions),
  ];
}

function decisionLine({
  lookedAt,
  deniedInstead,
  grantedInstead,
  otherReason,
  untold,
}: ImpactData["decisions"]) {
  const [denied, granted, unknown] = [total(deniedInstead), total(grantedInstead), total(untold)];
  if (lookedAt === 0) return "They decided nothing in the last 30 days.";
  const all = `the last 30 days' ${countOf(lookedAt, "decision")}`;
  if (denied + granted + otherReason === 0) {
    const told = unknown === 0 ? "" : `, as far as can be told: ${formatNumber(unknown)} cannot`;
    return `None of ${all} would have come out differently${told}.`;
  }
  const told = unknown === 0 ? "" : `; ${formatNumber(unknown)} cannot be told`;
  return `Of ${all}, ${formatNumber(denied)} would have been refused instead of granted, and ${formatNumber(granted)} granted instead of refused${told}.`;
}

/** How far back and how many were looked at, where that is not all. */
export function sampleWords({ decisions, licenses }: ImpactData): string | undefined {
  const parts = [
    ...(licenses.capped ? ["licenses are counted among the newest 10,000 of the policy"] : []),
    ...(decisions.cut
      ? [
          `decisions are the newest ${formatNumber(decisions.each)} of each of ${countOf(decisions.licenses, "license")}`,
        ]
      : []),
  ];
  return parts.length === 0 ? undefined : `Not everything was looked at: ${parts.join("; ")}.`;
}

export function total(entries: readonly { readonly count: number }[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0);
}

function lineIf(value: number, line: string): string[] {
  return value === 0 ? [] : [line];
}
