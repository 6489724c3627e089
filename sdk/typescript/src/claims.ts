import { hasCommonClaims } from "./claims-common.ts";
import { isJournalReceiptClaims, isOfflineCodeClaims, isOfflineResponseClaims } from "./claims-offline.ts";
import { isLeaseClaims, isReceiptClaims, isTicketClaims } from "./claims-online.ts";
import { fromBase64url } from "./encoding.ts";
import { isCount, isCountOrNull, isRecord, isText, isTextList } from "./shapes.ts";
import {
  type ActivationClaims,
  type BundleKey,
  type DenialClaims,
  type Features,
  type JournalReceiptClaims,
  KEY_USES,
  type KeyUse,
  type LeaseClaims,
  type LicenseClaims,
  type OfflineCodeClaims,
  type OfflineResponseClaims,
  type ReceiptClaims,
  type RevokedIndexes,
  type TicketClaims,
  type TrustBundleClaims,
} from "./wire.ts";

/** The kinds of token this library verifies, and what each carries. */
export interface ClaimsByKind {
  readonly license: LicenseClaims;
  readonly activation: ActivationClaims;
  readonly denial: DenialClaims;
  readonly lease: LeaseClaims;
  readonly ticket: TicketClaims;
  readonly receipt: ReceiptClaims | JournalReceiptClaims;
  readonly offlineResponse: OfflineResponseClaims;
  readonly offlineCode: OfflineCodeClaims;
}
export type VerifiableKind = keyof ClaimsByKind;

/** Whether a payload has the shape of its kind: a good signature says who wrote it, not that it was written well. */
export const CLAIMS_GUARDS: {
  readonly [Kind in VerifiableKind]: (claims: unknown) => claims is ClaimsByKind[Kind];
} = {
  license: isLicenseClaims,
  activation: isActivationClaims,
  denial: isDenialClaims,
  lease: isLeaseClaims,
  ticket: isTicketClaims,
  receipt: (claims) => isReceiptClaims(claims) || isJournalReceiptClaims(claims),
  offlineResponse: isOfflineResponseClaims,
  offlineCode: isOfflineCodeClaims,
};

function isFeatures(value: unknown): value is Features {
  return (
    isRecord(value) &&
    Object.values(value).every(
      (item) => typeof item === "boolean" || typeof item === "string" || Number.isSafeInteger(item),
    )
  );
}

function isLicenseClaims(claims: unknown): claims is LicenseClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    isCount(claims.statusIndex) &&
    isRecord(claims.customer) &&
    isText(claims.customer.id) &&
    typeof claims.customer.name === "string" &&
    isRecord(claims.policy) &&
    isText(claims.policy.code) &&
    isCount(claims.policy.version) &&
    isCountOrNull(claims.validFrom) &&
    isCountOrNull(claims.validUntil) &&
    isCount(claims.graceDays) &&
    isCountOrNull(claims.activationsMax) &&
    isCount(claims.seats) &&
    isFeatures(claims.features) &&
    isRecord(claims.offline) &&
    typeof claims.offline.allowed === "boolean" &&
    isCountOrNull(claims.offline.daysMax) &&
    isCountOrNull(claims.offline.trustMaxAgeDays)
  );
}

function isActivationClaims(claims: unknown): claims is ActivationClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    isText(claims.license) &&
    isCount(claims.statusIndex) &&
    isText(claims.fingerprint) &&
    isCount(claims.match) &&
    claims.match >= 1 &&
    isRecord(claims.cnf) &&
    isText(claims.cnf.jkt) &&
    (claims.dpop === undefined || claims.dpop === true) &&
    isFeatures(claims.features) &&
    isText(claims.nonce) &&
    isText(claims.req) &&
    (claims.grace === undefined ||
      (isRecord(claims.grace) && claims.grace.reason === "license_expired" && isCount(claims.grace.until)))
  );
}

function isDenialClaims(claims: unknown): claims is DenialClaims {
  return (
    isRecord(claims) &&
    hasCommonClaims(claims) &&
    isText(claims.code) &&
    isText(claims.req) &&
    (claims.nonce === undefined || isText(claims.nonce))
  );
}

/** What is no key, or of a use this version does not know, is left out by the reader: newer servers may have more uses. */
export function isBundleKey(key: unknown): key is BundleKey {
  return (
    isRecord(key) &&
    key.kty === "OKP" &&
    key.crv === "Ed25519" &&
    key.alg === "EdDSA" &&
    isText(key.x) &&
    fromBase64url(key.x)?.length === 32 &&
    isText(key.kid) &&
    isKeyUse(key.use) &&
    isCount(key.nbf) &&
    isCount(key.exp)
  );
}

function isKeyUse(use: unknown): use is KeyUse {
  return KEY_USES.some((known) => known === use);
}

/** A bundle's claims before its keys are looked at one by one. */
export type RawBundleClaims = Omit<TrustBundleClaims, "keys"> & { readonly keys: readonly unknown[] };

export function isBundleClaims(claims: unknown): claims is RawBundleClaims {
  return (
    isRecord(claims) &&
    isText(claims.iss) &&
    isText(claims.tenant) &&
    isCount(claims.seq) &&
    isCount(claims.iat) &&
    isCount(claims.exp) &&
    Array.isArray(claims.keys) &&
    isRecord(claims.revocations) &&
    isRevokedIndexes(claims.revocations.licenses) &&
    isTextList(claims.revocations.activations) &&
    isTextList(claims.revocations.keys)
  );
}

function isRevokedIndexes(value: unknown): value is RevokedIndexes {
  return (
    isRecord(value) &&
    value.encoding === "rice" &&
    isCount(value.count) &&
    isCount(value.remainderBits) &&
    typeof value.gaps === "string"
  );
}
