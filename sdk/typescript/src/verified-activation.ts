import { decodeJwt } from "jose";
import { SignetError } from "./errors.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { isText } from "./shapes.ts";
import { ACTIVATION, readDocument, type StoredActivation, writeDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";
import type { ActivationClaims, LicenseClaims } from "./wire.ts";

/** An activation whose every part was verified. */
export interface VerifiedActivation {
  readonly token: string;
  /** Undefined, as is `license`, where the token was typed in as a code. */
  readonly certificate: string | undefined;
  readonly claims: ActivationClaims;
  readonly license: LicenseClaims | undefined;
  /** The fingerprint the token is over: that of the latest activation, not necessarily today's. */
  readonly fingerprint: Fingerprint;
  /** Seconds: when the trust bundle on this machine will be too old for the license's rule, where it has one. */
  readonly snapshotUntil: number | undefined;
}

/** What a fresh token is asked for by; the answer is verified, whatever this is. */
export type HeldActivation = Pick<VerifiedActivation, "token" | "certificate" | "fingerprint"> & {
  readonly claims: Pick<ActivationClaims, "sub">;
};

/**
 * What an activation proves itself by to a server.
 *
 * @throws SignetError `unauthorized` for one that was typed in as a code: it is good on this machine only.
 */
export function bearerOf({ token, certificate }: Pick<VerifiedActivation, "token" | "certificate">): string {
  if (certificate !== undefined) return token;
  throw new SignetError("unauthorized", {
    sentence: "This device was activated by a typed code; enter the license key to use the network.",
  });
}

export async function storeActivation(
  storage: StateStorage,
  { token, certificate, fingerprint }: VerifiedActivation,
): Promise<void> {
  const { components } = fingerprint;
  await writeDocument(storage, ACTIVATION, {
    token,
    components,
    ...(certificate === undefined ? {} : { certificate }),
  });
}

/** What is stored, if it is still this activation: the device may have been given another license meanwhile. */
export async function storedActivation(
  storage: StateStorage,
  id: string,
): Promise<StoredActivation | undefined> {
  const stored = await readDocument(storage, ACTIVATION);
  return stored && unverifiedClaim(stored.token, "sub") === id ? stored : undefined;
}

export function unverifiedClaim(token: unknown, name: "sub" | "fingerprint"): unknown {
  try {
    return isText(token) ? decodeJwt(token)[name] : undefined;
  } catch {
    return undefined;
  }
}
