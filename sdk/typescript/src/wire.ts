/**
 * The wire: every JSON body and token the LicenseServer and an application exchange.
 *
 * The server takes these types from here, so that what is published to applications and what is served are one
 * definition. Times inside tokens are whole seconds since 1970; times in JSON bodies are ISO 8601 in UTC.
 */

import type { CommonClaims, Features } from "./wire-common.ts";
import type { RootTransition } from "./wire-trust.ts";

export type { CommonClaims, Features, FeatureValue } from "./wire-common.ts";
export type * from "./wire-leases.ts";
export type * from "./wire-offline.ts";
export type * from "./wire-trust.ts";
export type * from "./wire-usage.ts";

/** Every `typ` header a Signet token can carry. A verifier pins the one it expects. */
export const TOKEN_TYPES = {
  license: "signet-license+jwt",
  activation: "signet-activation+jwt",
  lease: "signet-lease+jwt",
  ticket: "signet-ticket+jwt",
  receipt: "signet-receipt+jwt",
  denial: "signet-denial+jwt",
  access: "signet-access+jwt",
  offlineResponse: "signet-offline-response+jwt",
  offlineCode: "signet-offline-code+jwt",
  auditCheckpoint: "signet-audit-checkpoint+jwt",
  trust: "signet-trust+jwt",
  root: "signet-root+jwt",
} as const;
export type TokenKind = keyof typeof TOKEN_TYPES;
/** The kinds that working keys sign; the root signs the others. */
export type WorkingTokenKind = Exclude<TokenKind, "trust" | "root">;

/** Tokens that hold other tokens: their payload is deflated (`zip: "DEF"`), so that base64url inside base64url costs nothing. */
export const ZIPPED_TOKENS: readonly TokenKind[] = ["offlineResponse", "trust"];

/** What a working key may sign. Denials are signed by the `receipt` key; trust bundles by the root key. */
export const KEY_USES = ["license", "activation", "lease", "ticket", "receipt"] as const;
export type KeyUse = (typeof KEY_USES)[number];

/** Which key use signs which kind of token. */
export const KEY_USE_OF: Readonly<Record<WorkingTokenKind, KeyUse>> = {
  license: "license",
  activation: "activation",
  lease: "lease",
  ticket: "ticket",
  receipt: "receipt",
  denial: "receipt",
  // Only this server reads it, and it pins the type.
  access: "receipt",
  // It grants nothing that the activation token in it does not.
  offlineResponse: "activation",
  offlineCode: "activation",
  // No application reads it: the portal does, and who verifies an exported audit.
  auditCheckpoint: "receipt",
};

/** A public Ed25519 key as a JWK. Its `kid` is the RFC 7638 thumbprint. */
export interface PublicKeyJwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
}

/** A key in a trust bundle: usable for tokens of its `use` signed between `nbf` and `exp` (seconds). */
export interface BundleKey extends PublicKeyJwk {
  readonly kid: string;
  readonly alg: "EdDSA";
  readonly use: KeyUse;
  readonly status: "announced" | "active" | "retired";
  readonly nbf: number;
  readonly exp: number;
}

/**
 * Revoked licenses by `statusIndex`, ascending, as the gaps between them: each index less the one before it (-1 before the
 * first) less one. Gaps, and Rice coded, because that costs little more than what it says: ten thousand of a million revoked at
 * random take 8.1 bits each, and one of a million 40 bits, where a deflated bitmap takes half as much again.
 *
 * A gap is written as `gap >> remainderBits` ones, a zero, and its low `remainderBits` bits, lowest first. Bits fill each byte
 * from the least significant one up; zeros fill the last.
 */
export interface RevokedIndexes {
  readonly encoding: "rice";
  readonly count: number;
  /** 0 to 30; about log2 of the mean gap. */
  readonly remainderBits: number;
  /** base64url. */
  readonly gaps: string;
}

/** What is no longer to be trusted although its signature is good. */
export interface Revocations {
  /** By `statusIndex`, as carried by license and activation tokens. */
  readonly licenses: RevokedIndexes;
  /** Activation ids (`act_…`). */
  readonly activations: readonly string[];
  /** Key ids of compromised working keys. */
  readonly keys: readonly string[];
}

/**
 * Claims of the trust bundle (`typ: signet-trust+jwt`), signed by the tenant's root key.
 *
 * Its payload alone is the raw DEFLATE (RFC 1951) of the JSON, as the protected header `zip: "DEF"` says, so that base64url inside
 * a JWS, which is base64url again, costs nothing: a million licenses with one in a hundred revoked fit in 16 KB.
 */
export interface TrustBundleClaims {
  readonly iss: string;
  /** Tenant id, `ten_…`. */
  readonly tenant: string;
  /** Grows by one with each bundle; a client never goes back. */
  readonly seq: number;
  /** base64url SHA-256 of the compact JWS of the bundle before, absent in the first. */
  readonly prev?: string;
  readonly iat: number;
  readonly exp: number;
  /**
   * Where the root has changed: every transition, the oldest first. A client follows them from the root it trusts to the one that
   * signed this bundle, however long it was away.
   */
  readonly roots?: readonly RootTransition[];
  readonly keys: readonly BundleKey[];
  readonly revocations: Revocations;
}

/** Access token of a vendor's backend (`signet-access+jwt`): `sub` is the API key it was got with, `aud` the tenant. */
export interface AccessClaims extends CommonClaims {
  /** What it may do, separated by spaces. */
  readonly scope: string;
}

/** License certificate (`signet-license+jwt`): `sub` is the license id. A perpetual license has no `validUntil`. */
export interface LicenseClaims extends CommonClaims {
  readonly statusIndex: number;
  readonly customer: { readonly id: string; readonly name: string };
  readonly policy: { readonly code: string; readonly version: number };
  readonly validFrom: number | null;
  readonly validUntil: number | null;
  readonly graceDays: number;
  readonly activationsMax: number | null;
  readonly seats: number;
  readonly features: Features;
  readonly offline: {
    readonly allowed: boolean;
    readonly daysMax: number | null;
    readonly trustMaxAgeDays: number | null;
  };
}

/** Activation token (`signet-activation+jwt`): `sub` is the activation id. */
export interface ActivationClaims extends CommonClaims {
  readonly license: string;
  readonly statusIndex: number;
  /**
   * base64url SHA-256 of the UTF-8 of `fingerprintText(components)` (fingerprint-digest.ts) of the request: one `name=value` line a
   * component, sorted by name, joined with line feeds.
   */
  readonly fingerprint: string;
  /**
   * How many of that fingerprint's components must still be as they were for the device to count as the same, by the policy's
   * rule: 1 to their number. The token binds them only as one digest, so who keeps the components can check them against it, and
   * then compare one by one without a network.
   */
  readonly match: number;
  /** RFC 7638 thumbprint of the device key the activation is bound to. */
  readonly cnf: { readonly jkt: string };
  /** Present where the policy asks for it: each request with this token needs a proof of that key (DPoP, RFC 9449). */
  readonly dpop?: true;
  readonly features: Features;
  /** The caller's nonce. */
  readonly nonce: string;
  /** base64url SHA-256 of the request body as sent. */
  readonly req: string;
  /** Present while the license has expired but still works: seconds, when that ends. */
  readonly grace?: { readonly reason: "license_expired"; readonly until: number };
}

/** Signed refusal (`signet-denial+jwt`): `sub` is the license, activation, lease or ticket refused, or the tenant id. */
export interface DenialClaims extends CommonClaims {
  readonly code: string;
  readonly nonce?: string;
  readonly req: string;
}

/** Body of `POST /v1/{tenant}/activations`. */
export interface ActivateRequest {
  readonly licenseKey: string;
  /** Product code. */
  readonly product: string;
  /**
   * 1 to 16 components, each already hashed on the device: name (`^[a-z][a-z0-9_-]{0,31}$`) → base64url digest
   * (16 to 64 characters).
   */
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly deviceKey: PublicKeyJwk;
  /** 16 to 64 base64url characters, fresh for each request. */
  readonly nonce: string;
  readonly metadata?: DeviceMetadata;
}

export interface DeviceMetadata {
  /** A name a person recognises, up to 100 characters. */
  readonly name?: string;
  readonly platform?: string;
  readonly appVersion?: string;
  readonly sdkVersion?: string;
}

/** Answer to activate (201 when new, 200 when the device was known) and refresh (200). */
export interface ActivationResponse {
  readonly activation: {
    readonly id: string;
    readonly license: string;
    readonly status: "active";
    readonly created: boolean;
    readonly expiresAt: string;
  };
  /** `signet-activation+jwt` */
  readonly token: string;
  /** `signet-license+jwt` */
  readonly certificate: string;
  /** The `seq` of the trust bundle in force. */
  readonly trustSeq: number;
}

/** Body of `POST /v1/{tenant}/activations/{id}/refresh`; the caller proves itself by its activation token as Bearer. */
export interface RefreshRequest {
  readonly nonce: string;
}

/** Body of `POST /v1/{tenant}/activations/{id}/deactivate`: the nonce binds a signed denial to this very request. */
export interface DeactivateRequest {
  readonly nonce: string;
}

/** Answer to `POST /v1/{tenant}/activations/{id}/deactivate`; doing it twice is a success. */
export interface DeactivateResponse {
  readonly activation: { readonly id: string; readonly status: "deactivated" };
}

/** `GET /v1/{tenant}/trust`: the bundle in force as a compact JWS. */
export interface TrustResponse {
  readonly bundle: string;
}

/** RFC 9457 problem, as `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly correlationId: string;
  readonly retryable: boolean;
  /** The signed denial, where the refusal is a decision about a license: a client acts on nothing less. */
  readonly decision?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}
