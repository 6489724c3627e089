import type { LicenseStatus } from "#server/domain/license-state.ts";
import { countOf } from "./format.ts";
import { relativeTime } from "./relative-time.ts";
import type { Tone } from "./status-badge.tsx";

/** What a license's state is told from. */
export interface LicenseMoments {
  readonly status: LicenseStatus;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly suspendedAt?: Date | null;
  readonly revokedAt?: Date | null;
}

const DAY_MS = 86_400_000;
/** An end stands out within these days, and in the last part only of a license that is short. */
const SOON_DAYS = 30;
const SOON_SHARE = 0.25;

/** The state in a few words, beside its badge: "12 days left", "never expires". */
export function countdown(license: LicenseMoments, now: Date): string {
  const { status, validFrom, expiresAt, graceUntil } = license;
  switch (status) {
    case "revoked":
      return ago(license.revokedAt, now);
    case "suspended":
      return ago(license.suspendedAt, now);
    case "pending":
      return validFrom === null ? "from first activation" : `starts ${relativeTime(validFrom, now)}`;
    case "active":
      return expiresAt === null ? "never expires" : timeLeft(expiresAt, now);
    case "grace":
      return graceUntil === null ? "in grace" : `${timeLeft(graceUntil, now)} of grace`;
    case "expired":
      return expiresAt === null ? "" : `ended ${relativeTime(expiresAt, now)}`;
  }
}

/** How the countdown is to stand out. */
export function urgency(license: LicenseMoments, now: Date): Tone {
  const { status, expiresAt } = license;
  if (status === "grace" || status === "expired") return "warning";
  if (status !== "active" || expiresAt === null) return "neutral";
  const soon = expiresAt.getTime() - now.getTime() < SOON_DAYS * DAY_MS;
  return soon && (shareLeft(license, now) ?? 0) < SOON_SHARE ? "warning" : "neutral";
}

/** How much of its time is left, 1 at the start and 0 at the end; undefined where it has no end or no start. */
export function shareLeft({ validFrom, expiresAt }: LicenseMoments, now: Date): number | undefined {
  if (validFrom === null || expiresAt === null) return undefined;
  const whole = expiresAt.getTime() - validFrom.getTime();
  return Math.min(1, Math.max(0, (expiresAt.getTime() - now.getTime()) / whole));
}

/** "12 days left", down to hours on the last two days. */
export function timeLeft(end: Date, now: Date): string {
  const ms = end.getTime() - now.getTime();
  if (ms < 0) return "just ended";
  if (ms >= 2 * DAY_MS) return `${countOf(Math.ceil(ms / DAY_MS), "day")} left`;
  const hours = Math.floor(ms / 3_600_000);
  return hours === 0 ? "less than an hour left" : `${countOf(hours, "hour")} left`;
}

function ago(at: Date | null | undefined, now: Date): string {
  // What has just been done may be later than the clock was last read.
  return at ? relativeTime(at < now ? at : now, now) : "";
}
