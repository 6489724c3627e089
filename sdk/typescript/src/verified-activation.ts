import type { Fingerprint } from "./fingerprint.ts";
import type { ActivationClaims, LicenseClaims } from "./wire.ts";

/** An activation whose every part was verified. */
export interface VerifiedActivation {
  readonly token: string;
  readonly certificate: string;
  readonly claims: ActivationClaims;
  readonly license: LicenseClaims;
  /** The fingerprint the token is over: that of the latest activation, not necessarily today's. */
  readonly fingerprint: Fingerprint;
}
