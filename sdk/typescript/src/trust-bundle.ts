import { isBundleClaims, isBundleKey, type RawBundleClaims } from "./claims.ts";
import { fromBase64url, inflateRaw } from "./encoding.ts";
import { trustInvalid } from "./errors.ts";
import { importPublicKey, jsonOf, payloadOf, readJws, type UnverifiedJws } from "./jws.ts";
import { includesIndex, readRevokedIndexes } from "./revoked-indexes.ts";
import { followRoots, type RootReached, rootKid } from "./root-chain.ts";
import { type RootKey, rootKeyX } from "./root-key.ts";
import { isRecord, isText } from "./shapes.ts";
import { type BundleKey, type KeyUse, TOKEN_TYPES } from "./wire.ts";

/** How far this machine's clock may lag behind the server's before a fresh signature looks like it is from the future. */
export const CLOCK_TOLERANCE_SECONDS = 300;

/** Six million revoked licenses; beyond that a bundle, or what holds one, is a bomb. */
export const ZIPPED_BYTES_MAX = 8 * 1024 * 1024;

/** A trust bundle whose root signature was found good: the tenant's keys and what was revoked. */
export interface TrustBundle {
  /** Tenant id, `ten_…`: the `iss` of every token. */
  readonly tenant: string;
  readonly seq: number;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** The `x` of the root key that signed it: the pinned one, or one that followed it. */
  readonly root: string;
  key(kid: string): BundleKey | undefined;
  /** Those of one use, for what cannot name its key. */
  keysFor(use: KeyUse): readonly BundleKey[];
  /** The key ready to verify with; imported once. */
  cryptoKey(key: BundleKey): Promise<CryptoKey>;
  isKeyRevoked(kid: string): boolean;
  isActivationRevoked(activationId: string): boolean;
  isLicenseRevoked(statusIndex: number): boolean;
}

export interface OpenTrustBundleOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The highest `seq` seen so far: an older bundle is refused. */
  readonly lastSeq?: number | undefined;
  /**
   * The `root` of the newest bundle seen so far, which takes the place of the pinned key: a client that has followed a new root
   * never goes back to the one before.
   */
  readonly lastRoot?: string | undefined;
  /** When given as an id (`ten_…`), the bundle must be this tenant's. */
  readonly tenant?: string | undefined;
  /** For a machine without a network, where its age counts instead of its end: look at `issuedAt`. */
  readonly allowExpired?: boolean | undefined;
}

/**
 * Opens a trust bundle: checks it against the tenant's root key or one that followed it, its time, and that it is not older
 * than one seen before.
 *
 * @throws SignetError `trust_invalid`, whose `reason` says why.
 */
export async function openTrustBundle(
  jws: string,
  rootKey: RootKey,
  options: OpenTrustBundleOptions,
): Promise<TrustBundle> {
  const pinned = rootKeyX(rootKey);
  const unverified = readJws(jws, TOKEN_TYPES.trust, trustInvalid);
  const root = await signingRoot(unverified, options.lastRoot ?? pinned);
  const key = await importPublicKey({ x: root.x });
  const zipped = await payloadOf(unverified, key, trustInvalid);
  const claims = jsonOf(await inflated(zipped));
  if (!isBundleClaims(claims)) throw trustInvalid("claims");
  const revokedLicenses = readRevokedIndexes(claims.revocations.licenses);
  if (revokedLicenses === undefined) throw trustInvalid("claims");
  if (options.tenant?.startsWith("ten_") && claims.tenant !== options.tenant) throw trustInvalid("tenant");
  if (options.lastSeq !== undefined && claims.seq < options.lastSeq) throw trustInvalid("rollback");
  if (claims.iat * 1000 > options.now + CLOCK_TOLERANCE_SECONDS * 1000) throw trustInvalid("not_yet_valid");
  if (claims.seq < root.seqMin) throw trustInvalid("root_chain");
  if (options.allowExpired !== true) assertBundleFresh({ expiresAt: claims.exp }, options.now);
  return bundleOf(claims, revokedLicenses, root.x);
}

/** The trusted root, or the one that the bundle's own chain leads to from it; a bundle without a chain must be by the former. */
async function signingRoot({ jws, kid }: UnverifiedJws, trustedX: string): Promise<RootReached> {
  const trusted: RootReached = { x: trustedX, seqMin: 0 };
  if (kid === undefined || kid === (await rootKid(trustedX))) return trusted;
  const claims = await unverifiedClaims(jws);
  if (!isRecord(claims) || !Array.isArray(claims.roots) || !isText(claims.tenant)) return trusted;
  return followRoots(claims.roots, trustedX, claims.tenant);
}

async function unverifiedClaims(jws: string): Promise<unknown> {
  const payload = fromBase64url(jws.split(".")[1] ?? "");
  return payload && jsonOf(await inflated(payload));
}

/** A bundle is opened once and used for long, so its end is looked at each time. */
export function assertBundleFresh({ expiresAt }: Pick<TrustBundle, "expiresAt">, now: number): void {
  if (now >= expiresAt * 1000) throw trustInvalid("expired");
}

async function inflated(payload: Uint8Array): Promise<Uint8Array> {
  try {
    return await inflateRaw(payload, ZIPPED_BYTES_MAX);
  } catch (cause) {
    throw trustInvalid("claims", cause);
  }
}

function bundleOf(claims: RawBundleClaims, revokedLicenses: Uint32Array, root: string): TrustBundle {
  const keys = new Map(claims.keys.filter(isBundleKey).map((key) => [key.kid, key]));
  const imported = new Map<string, Promise<CryptoKey>>();
  const revokedKeys = new Set(claims.revocations.keys);
  const revokedActivations = new Set(claims.revocations.activations);
  return {
    tenant: claims.tenant,
    seq: claims.seq,
    issuedAt: claims.iat,
    expiresAt: claims.exp,
    root,
    key: (kid) => keys.get(kid),
    keysFor: (use) => [...keys.values()].filter((key) => key.use === use),
    cryptoKey(key) {
      const known = imported.get(key.kid) ?? importPublicKey(key);
      imported.set(key.kid, known);
      return known;
    },
    isKeyRevoked: (kid) => revokedKeys.has(kid),
    isActivationRevoked: (activationId) => revokedActivations.has(activationId),
    isLicenseRevoked: (statusIndex) => includesIndex(revokedLicenses, statusIndex),
  };
}
