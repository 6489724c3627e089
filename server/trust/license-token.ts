import type { LicenseClaims } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { seconds } from "./bundle.ts";

/** What a license's certificate says of it; ids as stored. */
export interface CertifiedLicense {
  readonly licenseId: string;
  readonly product: string;
  readonly statusIndex: number;
  readonly customerId: string;
  readonly customerName: string;
  readonly policyCode: string;
  readonly policyVersion: number;
  readonly rules: PolicyRules;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  /** When the license last changed: the same moment, the same certificate. */
  readonly changedAt: Date;
}

export interface CertificateSigning {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly correlationId: string;
  readonly signedAt: Date;
  readonly trustSeq: number;
  /** Seconds: when the signing key's own life ends. */
  readonly expMax: number;
}

/** A license certificate's claims. A perpetual one lasts as long as the key that signs it. */
export function licenseClaims(license: CertifiedLicense, signing: CertificateSigning): LicenseClaims {
  const { rules, validFrom, expiresAt, graceUntil } = license;
  return {
    iss: publicId("tenant", signing.tenantId),
    aud: license.product,
    sub: publicId("license", license.licenseId),
    jti: publicId("token", signing.tokenId),
    iat: seconds(signing.signedAt),
    exp: graceUntil === null ? signing.expMax : Math.min(signing.expMax, seconds(graceUntil)),
    cid: signing.correlationId,
    trust: signing.trustSeq,
    statusIndex: license.statusIndex,
    customer: { id: publicId("customer", license.customerId), name: license.customerName },
    policy: { code: license.policyCode, version: license.policyVersion },
    validFrom: validFrom === null ? null : seconds(validFrom),
    validUntil: expiresAt === null ? null : seconds(expiresAt),
    graceDays: rules.graceDays,
    activationsMax: rules.activationsMax,
    seats: rules.seats,
    features: rules.features,
    offline: {
      allowed: rules.offlineAllowed,
      daysMax: rules.offlineDaysMax,
      trustMaxAgeDays: rules.trustMaxAgeDays,
    },
  };
}
