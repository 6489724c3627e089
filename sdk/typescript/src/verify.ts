/**
 * Verification alone, without network, storage or clock: `import { openTrustBundle, verifyToken } from "@signet/sdk/verify"`.
 */
import { CLAIMS_GUARDS, type ClaimsByKind, type VerifiableKind } from "./claims.ts";
import { inflateRaw } from "./encoding.ts";
import { type TokenReason, tokenInvalid } from "./errors.ts";
import { payloadOf, readJson, readJws, type UnverifiedJws } from "./jws.ts";
import { recall, remember } from "./remembered-tokens.ts";
import { parseJson } from "./shapes.ts";
import {
  assertBundleFresh,
  CLOCK_TOLERANCE_SECONDS,
  type TrustBundle,
  ZIPPED_BYTES_MAX,
} from "./trust-bundle.ts";
import { type BundleKey, KEY_USE_OF, TOKEN_TYPES, ZIPPED_TOKENS } from "./wire.ts";

export type { ClaimsByKind, VerifiableKind } from "./claims.ts";
export {
  isSignetError,
  SignetError,
  type SignetFailure,
  type TokenReason,
  type TrustReason,
} from "./errors.ts";
export type { RootKey } from "./root-key.ts";
export { type OpenTrustBundleOptions, openTrustBundle, type TrustBundle } from "./trust-bundle.ts";
export type * from "./wire.ts";

/** What a token must say to be believed. What is left undefined is not looked at. */
export interface TokenExpectations {
  /** The product code. */
  readonly audience: string;
  /** The tenant id, `ten_…`; the bundle's tenant unless given. */
  readonly issuer?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The license or activation id. */
  readonly subject?: string | undefined;
  /** The nonce of the request it answers. */
  readonly nonce?: string | undefined;
  /** base64url SHA-256 of the body of the request it answers. */
  readonly req?: string | undefined;
  /** RFC 7638 thumbprint of this device's key. */
  readonly deviceKey?: string | undefined;
  /** Digest of the fingerprint this device was activated with; the token's `match` says how much of it may have changed since. */
  readonly fingerprint?: string | undefined;
  /** For a license certificate beside an activation: the activation says until when, the certificate only describes. */
  readonly allowExpired?: boolean;
  /** For a machine without a network, where the bundle's age counts instead of its end: look at its `issuedAt`. */
  readonly allowExpiredBundle?: boolean | undefined;
}

/**
 * Verifies a token of one kind against a trust bundle.
 *
 * Algorithm (`EdDSA`) and type are pinned; the key is the bundle's, of the right use, within its window when it signed, and
 * not revoked; then issuer, audience, times, revocations, and whatever else is expected.
 *
 * @returns its claims.
 * @throws SignetError `token_invalid`, whose `reason` says why; `trust_invalid` when the bundle has meanwhile expired.
 *
 * @example
 * const bundle = await openTrustBundle(bundleText, rootKey, { now: Date.now() });
 * const license = await verifyToken(certificate, "license", bundle, { audience: "renderer", now: Date.now() });
 */
export async function verifyToken<Kind extends VerifiableKind>(
  jws: string,
  kind: Kind,
  bundle: TrustBundle,
  expectations: TokenExpectations,
): Promise<ClaimsByKind[Kind]> {
  if (expectations.allowExpiredBundle !== true) assertBundleFresh(bundle, expectations.now);
  const recalled = recall(jws, kind, bundle);
  const unverified = recalled ?? readJws(jws, TOKEN_TYPES[kind], tokenInvalid);
  if (unverified.kid === undefined) throw tokenInvalid("header");
  // A compromised key leaves the bundle's keys, so this comes first.
  if (bundle.isKeyRevoked(unverified.kid)) throw tokenInvalid("key_revoked");
  const key = bundle.key(unverified.kid);
  if (key === undefined) throw tokenInvalid("key_unknown");
  if (key.use !== KEY_USE_OF[kind]) throw tokenInvalid("key_use");

  const claims =
    "said" in unverified ? parseJson(unverified.said) : await signedBy(unverified, key, kind, bundle);
  if (!CLAIMS_GUARDS[kind](claims)) throw tokenInvalid("claims");
  if (claims.iat < key.nbf || claims.iat >= key.exp) throw tokenInvalid("key_window");

  const reason =
    unexpected(claims, bundle, expectations) ??
    untimely(kind, claims, expectations) ??
    revoked(kind, claims, bundle);
  if (reason !== undefined) throw tokenInvalid(reason);
  return claims;
}

/** What a token says, once its signature is found good, which is then remembered. */
async function signedBy(
  unverified: UnverifiedJws,
  key: BundleKey,
  kind: VerifiableKind,
  bundle: TrustBundle,
): Promise<unknown> {
  const payload = await payloadOf(unverified, await bundle.cryptoKey(key), tokenInvalid);
  const json = readJson(ZIPPED_TOKENS.includes(kind) ? await inflated(payload) : payload);
  if (json !== undefined) remember(unverified.jws, { kind, key, kid: key.kid, said: json.text }, bundle);
  return json?.value;
}

async function inflated(payload: Uint8Array): Promise<Uint8Array> {
  try {
    return await inflateRaw(payload, ZIPPED_BYTES_MAX);
  } catch (cause) {
    throw tokenInvalid("claims", cause);
  }
}

type AnyClaims = ClaimsByKind[VerifiableKind];

function unexpected(
  claims: AnyClaims,
  bundle: TrustBundle,
  expected: TokenExpectations,
): TokenReason | undefined {
  if (claims.iss !== (expected.issuer ?? bundle.tenant)) return "issuer";
  if (claims.aud !== expected.audience) return "audience";
  if (differs(expected.subject, claims.sub)) return "subject";
  if (differs(expected.nonce, "nonce" in claims ? claims.nonce : undefined)) return "nonce";
  if (differs(expected.req, "req" in claims ? claims.req : undefined)) return "request";
  if (differs(expected.deviceKey, "cnf" in claims ? claims.cnf.jkt : undefined)) return "device_key";
  if (differs(expected.fingerprint, "fingerprint" in claims ? claims.fingerprint : undefined))
    return "fingerprint";
  return undefined;
}

function differs(expected: string | undefined, found: string | undefined): boolean {
  return expected !== undefined && found !== expected;
}

/** A denial lives for minutes and is bound to its request anyway, so it is not lost to a clock that runs a little ahead. */
function untimely(
  kind: VerifiableKind,
  claims: AnyClaims,
  expected: TokenExpectations,
): TokenReason | undefined {
  const nowSeconds = expected.now / 1000;
  const leeway = kind === "denial" ? CLOCK_TOLERANCE_SECONDS : 0;
  if (claims.iat > nowSeconds + CLOCK_TOLERANCE_SECONDS) return "not_yet_valid";
  if (expected.allowExpired !== true && nowSeconds >= claims.exp + leeway) return "expired";
  return undefined;
}

function revoked(kind: VerifiableKind, claims: AnyClaims, bundle: TrustBundle): TokenReason | undefined {
  if ("statusIndex" in claims && bundle.isLicenseRevoked(claims.statusIndex)) return "license_revoked";
  if (kind === "activation" && bundle.isActivationRevoked(claims.sub)) return "activation_revoked";
  return undefined;
}
