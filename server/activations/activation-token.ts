import type { ActivationClaims, Features } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";

export interface TokenFacts {
  readonly tenantId: string;
  readonly activationId: string;
  readonly licenseId: string;
  readonly product: string;
  readonly statusIndex: number;
  readonly fingerprint: string;
  /** How many of the fingerprint's components must stay the same. */
  readonly match: number;
  readonly thumbprint: string;
  /** The token is worth nothing without a proof of the device key. */
  readonly proofRequired: boolean;
  readonly features: Features;
  readonly tokenTtlSeconds: number;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly decidedAt: Date;
  readonly trustSeq: number;
  /** Seconds: when the signing key's own life ends. */
  readonly expMax: number;
  readonly tokenId: string;
  readonly nonce: string;
  readonly requestHash: string;
  readonly correlationId: string;
}

/** An activation token's claims. It never outlives the license's grace, nor the key that signs it. */
export function activationClaims(facts: TokenFacts): ActivationClaims {
  const iat = seconds(facts.decidedAt);
  const graceUntil = facts.graceUntil === null ? null : seconds(facts.graceUntil);
  const inGrace = facts.expiresAt !== null && facts.decidedAt >= facts.expiresAt;
  return {
    iss: publicId("tenant", facts.tenantId),
    aud: facts.product,
    sub: publicId("activation", facts.activationId),
    jti: publicId("token", facts.tokenId),
    iat,
    exp: Math.min(iat + facts.tokenTtlSeconds, graceUntil ?? Number.POSITIVE_INFINITY, facts.expMax),
    cid: facts.correlationId,
    trust: facts.trustSeq,
    license: publicId("license", facts.licenseId),
    statusIndex: facts.statusIndex,
    fingerprint: facts.fingerprint,
    match: facts.match,
    cnf: { jkt: facts.thumbprint },
    ...(facts.proofRequired ? { dpop: true as const } : {}),
    features: facts.features,
    nonce: facts.nonce,
    req: facts.requestHash,
    ...(inGrace && graceUntil !== null
      ? { grace: { reason: "license_expired", until: graceUntil } as const }
      : {}),
  };
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
