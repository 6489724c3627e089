import type { Fingerprint } from "./fingerprint.ts";
import { ACTIVATION, writeDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";
import type { ActivationClaims, LicenseClaims } from "./wire.ts";

/** An activation whose every part was verified. */
export interface VerifiedActivation {
  readonly token: string;
  readonly certificate: string;
  readonly claims: ActivationClaims;
  readonly license: LicenseClaims;
  /** The fingerprint the token is over: that of the latest activation, not necessarily today's. */
  readonly fingerprint: Fingerprint;
  /** Seconds: when the trust bundle on this machine will be too old for the license's rule, where it has one. */
  readonly snapshotUntil: number | undefined;
}

export async function storeActivation(
  storage: StateStorage,
  { token, certificate, fingerprint }: VerifiedActivation,
): Promise<void> {
  await writeDocument(storage, ACTIVATION, { token, certificate, components: fingerprint.components });
}
