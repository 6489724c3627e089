import { hash } from "node:crypto";
import { fingerprintText } from "#sdk/fingerprint-digest.ts";
import { parseLicenseKey } from "#sdk/license-key.ts";
import type { ActivateRequest } from "#sdk/wire.ts";
import { type Decision, type DecisionRow, type Denied, refusalOf } from "#server/domain/decision.ts";
import { invalidField } from "#server/domain/errors.ts";
import { policyRules } from "#server/domain/policy.ts";
import { type Batcher, createBatcher } from "#server/platform/batcher.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Certificates } from "#server/trust/certificates.ts";
import { thumbprint } from "#server/trust/keys.ts";
import type { CertifiedLicense } from "#server/trust/license-token.ts";
import type { Trust } from "#server/trust/service.ts";
import type { Vault } from "#server/trust/vault.ts";
import { activationClaims } from "./activation-token.ts";
import type {
  ActivateItem,
  ActivateRow,
  ActivationsStore,
  DeactivateItem,
  DeactivateRow,
  GrantRow,
  RefreshItem,
  RefreshRow,
} from "./activations-store.ts";

/** Ties a decision to the request it answers. */
interface Binding {
  /** base64url SHA-256 of the request body as sent. */
  readonly requestHash: string;
  readonly correlationId: string;
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

/** Requests that may wait for the database; the next one is told to come back. */
const QUEUED_MAX = 10_000;
const FLUSHES_IN_FLIGHT_MAX = 4;

/** Binds devices to licenses. Every decision is made in one SQL function a batch, and signed after it committed. */
export function createActivations(deps: {
  store: ActivationsStore;
  trust: Trust;
  vault: Vault;
  certificates: Certificates;
}) {
  const { store, trust, vault, certificates } = deps;
  const bounds = { flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX, queuedMax: QUEUED_MAX };
  const activating: Batcher<ActivateItem, ActivateRow> = createBatcher({
    name: "activate",
    flush: store.activate,
    ...bounds,
  });
  const refreshing: Batcher<RefreshItem, RefreshRow> = createBatcher({
    name: "refresh",
    flush: store.refresh,
    ...bounds,
  });
  const deactivating: Batcher<DeactivateItem, DeactivateRow> = createBatcher({
    name: "deactivate",
    flush: store.deactivate,
    ...bounds,
  });
  const parsedRules = memoised((text: string) => policyRules.parse(JSON.parse(text)));

  /** Denials, too, bring the keys up to date: what signs them must be in force. */
  async function denied(tenantId: string, row: DecisionRow): Promise<Denied | undefined> {
    const refusal = refusalOf(row);
    if (refusal !== undefined) await trust.catchUp(tenantId, row.trust_seq);
    return refusal;
  }

  interface Subject extends Binding {
    readonly product: string;
    readonly fingerprint: string;
    readonly thumbprint: string;
    readonly nonce: string;
  }

  async function grant(
    tenantId: string,
    row: GrantRow,
    created: boolean,
    subject: Subject,
  ): Promise<ActivationGrant> {
    const { activation_id: activationId, fingerprint_match: match, decided_at: decidedAt } = row;
    const license = certifiedLicense(row, subject.product);
    if (license === undefined || activationId === null || match === null)
      throw new Error("The database granted an activation without saying which.");
    const { licenseId, rules, statusIndex, expiresAt, graceUntil } = license;
    const { sign, expMax, seq } = await trust.signer(tenantId, "activation", row.trust_seq);
    const claims = activationClaims({
      ...subject,
      tenantId,
      activationId,
      licenseId,
      statusIndex,
      match,
      features: rules.features,
      tokenTtlSeconds: rules.activationTokenTtlSeconds,
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
  }

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

  return {
    /** Activates a device, or gives a known one its activation again with a fresh token: a retry takes no second slot. */
    async activate(tenantId: string, request: ActivateRequest & Binding): Promise<Decision<ActivationGrant>> {
      const key = parseLicenseKey(request.licenseKey);
      if (!key.ok) throw invalidField("/licenseKey", key.reason);
      const cipher = await vault.cipher(tenantId);
      const subject: Subject = {
        product: request.product,
        fingerprint: hash("sha256", fingerprintText(request.fingerprint), "base64url"),
        thumbprint: thumbprint(request.deviceKey.x),
        nonce: request.nonce,
        requestHash: request.requestHash,
        correlationId: request.correlationId,
      };
      const row = await activating.submit(tenantId, {
        key_hash: cipher.keyedHash("license-key", key.body).toString("hex"),
        product: request.product,
        id: newUuid(),
        event_id: newUuid(),
        fingerprint: subject.fingerprint,
        components: Object.entries(request.fingerprint).map(([name, digest]) => `${name}=${digest}`),
        thumbprint: subject.thumbprint,
        name: request.metadata?.name,
        platform: request.metadata?.platform,
        app_version: request.metadata?.appVersion,
        sdk_version: request.metadata?.sdkVersion,
        correlation_id: request.correlationId,
      });
      return (
        (await denied(tenantId, row)) ?? {
          outcome: "granted",
          value: await grant(tenantId, row, row.created, subject),
        }
      );
    },

    /** A fresh token for a device that is activated, with the license's features as they are now. */
    async refresh(
      tenantId: string,
      request: { activationId: string; nonce: string } & Binding,
    ): Promise<Decision<ActivationGrant>> {
      const row = await refreshing.submit(tenantId, {
        id: request.activationId,
        event_id: newUuid(),
        correlation_id: request.correlationId,
      });
      const refused = await denied(tenantId, row);
      if (refused !== undefined) return refused;
      const subject: Subject = {
        product: row.product ?? "",
        fingerprint: row.fingerprint ?? "",
        thumbprint: row.thumbprint ?? "",
        nonce: request.nonce,
        requestHash: request.requestHash,
        correlationId: request.correlationId,
      };
      return { outcome: "granted", value: await grant(tenantId, row, false, subject) };
    },

    /** Frees the device's slot; doing it twice is a success. The policy says whether a device may do so by itself. */
    async deactivate(
      tenantId: string,
      request: { activationId: string; correlationId: string; byVendor?: boolean },
    ): Promise<Decision<{ activationId: string }>> {
      const row = await deactivating.submit(tenantId, {
        id: request.activationId,
        event_id: newUuid(),
        by_vendor: request.byVendor ?? false,
        correlation_id: request.correlationId,
      });
      return (
        (await denied(tenantId, row)) ?? {
          outcome: "granted",
          value: { activationId: request.activationId },
        }
      );
    },

    /** Resolves once every batch under way has committed. */
    async idle(): Promise<void> {
      await Promise.all([activating.idle(), refreshing.idle(), deactivating.idle()]);
    },
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
