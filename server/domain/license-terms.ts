import type { LicenseTimes } from "./license-state.ts";
import type { PolicyRules } from "./policy.ts";

const DAY_MS = 86_400_000;

type Terms = Pick<LicenseTimes, "validFrom" | "expiresAt" | "graceUntil">;
type TermRules = Pick<PolicyRules, "durationDays" | "graceDays">;

/** When a license that ends then is over for good, under these rules. */
export function graceEnd(expiresAt: Date | null, { graceDays }: Pick<PolicyRules, "graceDays">): Date | null {
  return expiresAt === null ? null : new Date(expiresAt.getTime() + graceDays * DAY_MS);
}

/**
 * The validity of a license whose own rules change. A changed duration moves the end by the difference, so that earlier
 * renewals are kept; a license that had no end gets one counted from its start.
 */
export function changedTerms(license: Terms, before: TermRules, after: TermRules): Terms {
  const { validFrom } = license;
  const expiresAt = changedEnd(license, before.durationDays, after.durationDays);
  return { validFrom, expiresAt, graceUntil: graceEnd(expiresAt, after) };
}

function changedEnd(
  { validFrom, expiresAt }: Terms,
  beforeDays: number | null,
  afterDays: number | null,
): Date | null {
  // Not begun: the first activation sets the end, by the rules of that day.
  if (validFrom === null) return null;
  if (beforeDays === afterDays) return expiresAt;
  if (afterDays === null) return null;
  if (expiresAt === null || beforeDays === null) return new Date(validFrom.getTime() + afterDays * DAY_MS);
  return new Date(expiresAt.getTime() + (afterDays - beforeDays) * DAY_MS);
}

/** The end of a license renewed by some days: counted from its end, or from now when that has passed. */
export function renewedEnd(expiresAt: Date, days: number, now: Date): Date {
  return new Date(Math.max(expiresAt.getTime(), now.getTime()) + days * DAY_MS);
}
