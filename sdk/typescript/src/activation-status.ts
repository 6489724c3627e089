import { SignetError, tokenInvalid } from "./errors.ts";

/**
 * - `active`: everything it grants may be used.
 * - `grace`: the license has expired, but still works until `graceUntil`; tell the user.
 * - `expired`: its time ran out; `refresh()`, or activate again.
 * - `stale`: the security snapshot is older than the license allows; `refresh()`, or import a fresh one.
 * - `refused`: the server has signed that it is over.
 */
export type ActivationStatus = "active" | "grace" | "expired" | "stale" | "refused";

/** How an activation stands at a moment. */
export interface Standing {
  readonly status: ActivationStatus;
  readonly expiresAt: Date;
  readonly graceUntil: Date | undefined;
  readonly refusal: SignetError | undefined;
}

/** Why an activation is not simply active, for the person at the screen. */
export function reasonOf({ status, refusal, graceUntil, expiresAt }: Standing): string | undefined {
  switch (status) {
    case "active":
      return undefined;
    case "grace":
      return `This license has expired; it still works until ${dayOf(graceUntil ?? expiresAt)}. Renew it to go on.`;
    case "expired": {
      // A token lives no longer than the grace does: where both are over, a fresh one would not help.
      const isLicense = graceUntil !== undefined && graceUntil <= expiresAt;
      return isLicense ? new SignetError("license_expired").message : tokenInvalid("expired").message;
    }
    case "stale":
      return new SignetError("trust_snapshot_stale").message;
    case "refused":
      return (refusal ?? new SignetError("activation_not_found")).message;
  }
}

function dayOf(moment: Date): string {
  return moment.toLocaleDateString("en", { dateStyle: "long" });
}
