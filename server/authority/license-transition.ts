import { invalidField, SignetError } from "../domain/errors.ts";
import { type LicenseAction, type LicenseTimes, licenseStatus, mayApply } from "../domain/license-state.ts";
import { graceEnd, renewedEnd } from "../domain/license-terms.ts";
import type { Auditable } from "./audit.ts";
import type { RenewLicense } from "./license-input.ts";

export type Transition =
  | { readonly action: "suspend" | "reinstate" | "revoke"; readonly reason: string }
  | ({ readonly action: "renew" } & Pick<RenewLicense, "days" | "until">);

interface Decided {
  /** The audit action. */
  readonly action: string;
  readonly data: Partial<LicenseTimes>;
  readonly before: Readonly<Record<string, Auditable>>;
  readonly after: Readonly<Record<string, Auditable>>;
}

/** What becomes of a license, alone or among many. Throws `invalid_request`, saying why, where nothing can. */
export function decideTransition(
  license: LicenseTimes & { readonly graceDays: number },
  transition: Transition,
  now: Date,
): Decided {
  refuseTransition(license, transition.action, now);
  switch (transition.action) {
    case "suspend": {
      const data = { suspendedAt: now };
      const after = { ...data, reason: transition.reason };
      return { action: "license.suspended", data, before: { suspendedAt: null }, after };
    }
    case "reinstate": {
      const data = { suspendedAt: null };
      const before = { suspendedAt: license.suspendedAt };
      return { action: "license.reinstated", data, before, after: { ...data, reason: transition.reason } };
    }
    case "revoke": {
      const data = { revokedAt: now };
      const after = { ...data, reason: transition.reason };
      return { action: "license.revoked", data, before: { revokedAt: null }, after };
    }
    case "renew": {
      const expiresAt = newEnd(license, transition, now);
      const data = { expiresAt, graceUntil: graceEnd(expiresAt, license) };
      const before = { expiresAt: license.expiresAt, graceUntil: license.graceUntil };
      return { action: "license.renewed", data, before, after: data };
    }
  }
}

const PARTICIPLE: Readonly<Record<LicenseAction, string>> = {
  suspend: "suspended",
  reinstate: "reinstated",
  renew: "renewed",
  transfer: "transferred",
  revoke: "revoked",
};

/** Throws `invalid_request`, saying what state the license is in, when the action does not apply to it. */
export function refuseTransition(license: LicenseTimes, action: LicenseAction, now: Date): void {
  const status = licenseStatus(license, now);
  if (mayApply(action, status)) return;
  const why =
    status === "revoked"
      ? "it is revoked, which is final"
      : `it is ${status}${action === "reinstate" ? ", not suspended" : " already"}`;
  throw new SignetError("invalid_request", `This license cannot be ${PARTICIPLE[action]}: ${why}.`);
}

function newEnd(
  { validFrom, expiresAt }: LicenseTimes,
  { days, until }: Pick<RenewLicense, "days" | "until">,
  now: Date,
): Date {
  if (expiresAt === null) {
    throw new SignetError(
      "invalid_request",
      validFrom === null
        ? "This license has not begun: its time counts from the first activation, so there is nothing to renew yet."
        : "This license never expires, so there is nothing to renew.",
    );
  }
  if (until === undefined) return renewedEnd(expiresAt, days ?? 0, now);
  if (until <= now) throw invalidField("/until", "Choose a date in the future.");
  if (until <= expiresAt)
    throw invalidField("/until", `Choose a date after the present end, ${isoDay(expiresAt)}.`);
  return until;
}

function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
