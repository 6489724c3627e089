import { policyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Certificates } from "#server/trust/certificates.ts";
import type { CertifiedLicense } from "#server/trust/license-token.ts";
import type { Trust } from "#server/trust/service.ts";
import { activationClaims } from "./activation-token.ts";
import type { GrantRow } from "./activations-store.ts";

/** Ties a decision to the request it answers. */
export interface Binding {
  /** base64url SHA-256 of the request body as sent, or of the file it came in. */
  readonly requestHash: string;
  readonly correlationId: string;
}

/** The device that a token is for, and the request it answers. */
export interface Subject extends Binding {
  readonly product: string;
  readonly fingerprint: string;
  readonly thumbprint: string;
  readonly nonce: string;
}

export interface ActivationGrant {
  readonly activationId: string;
  readonly licenseId: string;
  /** False when the device already had this activation. */
  readonly created: boolean;
  /** When the token expires. */
  readonly expiresAt: Date;
  readonly token: string;
  readonly certificate: string;
  readonly trustSeq: number;
}

const DAY_SECONDS = 86_400;

/** Signs what the database granted: an activation token and the license's certificate. */
export function createGrants({ trust, certificates }: { trust: Trust; certificates: Certificates }) {
  const parsedRules = memoised((text: string) => policyRules.parse(JSON.parse(text)));

  function certifiedLicense(row: GrantRow, product: string): CertifiedLicense | undefined {
    const { license_id, effective, changed_at, customer_id, customer_name, policy_code, policy_version } =
      row;
    if (license_id === null || effective === null || changed_at === null || row.status_index === null) return;
    if (customer_id === null || customer_name === null || policy_code === null || policy_version === null)
      return;
    return {
      licenseId: license_id,
      product,
      statusIndex: row.status_index,
      customerId: customer_id,
      customerName: customer_name,
      policyCode: policy_code,
      policyVersion: policy_version,
      rules: parsedRules(effective),
      validFrom: row.valid_from,
      expiresAt: row.expires_at,
      graceUntil: row.grace_until,
      changedAt: changed_at,
    };
  }

  /** `offline`: the token lasts for the policy's offline days, since nothing renews it. */
  return async function grant(
    tenantId: string,
    row: GrantRow,
    created: boolean,
    subject: Subject,
    offline = false,
  ): Promise<ActivationGrant> {
    const { activation_id: activationId, fingerprint_match: match, decided_at: decidedAt } = row;
    const license = certifiedLicense(row, subject.product);
    if (license === undefined || activationId === null || match === null)
      throw new Error("The database granted an activation without saying which.");
    const { licenseId, rules, statusIndex, expiresAt, graceUntil } = license;
    const { sign, expMax, seq } = await trust.signer(tenantId, "activation", row.trust_seq);
    const offlineSeconds =
      rules.offlineDaysMax === null ? Number.POSITIVE_INFINITY : rules.offlineDaysMax * DAY_SECONDS;
    const claims = activationClaims({
      ...subject,
      tenantId,
      activationId,
      licenseId,
      statusIndex,
      match,
      proofRequired: rules.deviceProofRequired,
      features: rules.features,
      tokenTtlSeconds: offline ? offlineSeconds : rules.activationTokenTtlSeconds,
      expiresAt,
      graceUntil,
      decidedAt,
      trustSeq: seq,
      expMax,
      tokenId: newUuid(),
    });
    return {
      activationId,
      licenseId,
      created,
      expiresAt: new Date(claims.exp * 1000),
      token: sign(claims),
      certificate: await certificates.certify(tenantId, license, row.trust_seq, subject.correlationId),
      trustSeq: seq,
    };
  };
}

/** Remembers the last texts parsed: on a busy license they are all the same one. */
function memoised<Value>(parse: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= 1_000) known.clear();
    const value = parse(text);
    known.set(text, value);
    return value;
  };
}
