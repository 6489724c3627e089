import type { PolicyRules } from "./policy.ts";

export const LICENSE_STATUSES = ["pending", "active", "grace", "expired", "suspended", "revoked"] as const;
export type LicenseStatus = (typeof LICENSE_STATUSES)[number];

/** How a customer's people tell their licenses apart: which work, which of these soon end, which do not, or not yet. */
export const OWN_STATES = ["working", "ending", "stopped", "waiting"] as const;
export type OwnState = (typeof OWN_STATES)[number];

/** The fields a license's status is derived from. */
export interface LicenseTimes {
  /** Null: counts from the first activation, which has not come. */
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  /** Never before `expiresAt`. */
  readonly graceUntil: Date | null;
  readonly suspendedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** What a license is at a moment: derived, so that time moves it without any job having to run. */
export function licenseStatus(license: LicenseTimes, now: Date): LicenseStatus {
  if (license.revokedAt !== null) return "revoked";
  if (license.suspendedAt !== null) return "suspended";
  if (license.validFrom === null || now < license.validFrom) return "pending";
  if (license.expiresAt === null || now < license.expiresAt) return "active";
  return license.graceUntil !== null && now < license.graceUntil ? "grace" : "expired";
}

export type LicenseAction = "suspend" | "reinstate" | "renew" | "transfer" | "revoke";

/** Whether an operator may do this to a license in that state; a revoked one is final. */
export function mayApply(action: LicenseAction, status: LicenseStatus): boolean {
  if (status === "revoked") return false;
  switch (action) {
    case "suspend":
      return status !== "suspended";
    case "reinstate":
      return status === "suspended";
    case "renew":
    case "transfer":
    case "revoke":
      return true;
  }
}

const DAY_MS = 86_400_000;

/** A license's validity when it begins to count at `start`. Null ends: it never expires. */
export function validity(
  rules: Pick<PolicyRules, "type" | "durationDays" | "graceDays">,
  start: Date,
): { readonly expiresAt: Date | null; readonly graceUntil: Date | null } {
  if (rules.durationDays === null) return { expiresAt: null, graceUntil: null };
  const expiresAt = new Date(start.getTime() + rules.durationDays * DAY_MS);
  return { expiresAt, graceUntil: new Date(expiresAt.getTime() + rules.graceDays * DAY_MS) };
}
