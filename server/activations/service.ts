import type { Prisma } from "#prisma/generated/client.ts";
import { parseLicenseKey } from "#sdk/license-key.ts";
import type { ActivateRequest } from "#sdk/wire.ts";
import { type Decision, type DecisionRow, type Denied, refusalOf } from "#server/domain/decision.ts";
import { invalidField } from "#server/domain/errors.ts";
import type { Proof } from "#server/domain/proof.ts";
import { type Announcer, announced } from "#server/platform/announcer.ts";
import { type Batcher, createBatcher } from "#server/platform/batcher.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Certificates } from "#server/trust/certificates.ts";
import { createProvenBatcher } from "#server/trust/proven-batcher.ts";
import type { Trust } from "#server/trust/service.ts";
import type { Vault } from "#server/trust/vault.ts";
import type {
  ActivateItem,
  ActivateRow,
  ActivationsStore,
  DeactivateItem,
  DeactivateRow,
  RefreshItem,
  RefreshRow,
} from "./activations-store.ts";
import { type ActivationGrant, type Binding, createGrants, type Subject } from "./grant.ts";
import { activateItem, subjectOf } from "./request.ts";

type Tx = Prisma.TransactionClient;

/** Requests that may wait for the database; the next one is told to come back. */
const QUEUED_MAX = 10_000;
const FLUSHES_IN_FLIGHT_MAX = 4;

export type Activations = ReturnType<typeof createActivations>;

/** Binds devices to licenses. Every decision is made in one SQL function a batch, and signed after it committed. */
export function createActivations(deps: {
  store: ActivationsStore;
  trust: Trust;
  vault: Vault;
  certificates: Certificates;
  clock: Clock;
  /** Told of the licenses whose seats went with a device. */
  seatChanges: Announcer;
  /** Told of the licenses that a device was activated on, or refused. */
  uses: Announcer;
}) {
  const { store, trust, vault, certificates, clock, seatChanges, uses } = deps;
  const bounds = { flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX, queuedMax: QUEUED_MAX };
  const activating: Batcher<ActivateItem, ActivateRow> = createBatcher({
    name: "activate",
    flush: announced(uses, store.activate, { refusals: true }),
    ...bounds,
  });
  const refreshing = createProvenBatcher<RefreshItem, RefreshRow>({
    name: "refresh",
    flush: store.refresh,
    ...bounds,
  });
  const deactivating = createProvenBatcher<DeactivateItem, DeactivateRow>({
    name: "deactivate",
    flush: announced(seatChanges, store.deactivate),
    ...bounds,
  });
  const grant = createGrants({ trust, certificates });

  /** Denials, too, bring the keys up to date: what signs them must be in force. */
  async function denied(tenantId: string, row: DecisionRow): Promise<Denied | undefined> {
    const refusal = refusalOf(row);
    if (refusal !== undefined) await trust.catchUp(tenantId, row.trust_seq);
    return refusal;
  }

  return {
    /** Activates a device, or gives a known one its activation again with a fresh token: a retry takes no second slot. */
    async activate(tenantId: string, request: ActivateRequest & Binding): Promise<Decision<ActivationGrant>> {
      const key = parseLicenseKey(request.licenseKey);
      if (!key.ok) throw invalidField("/licenseKey", key.reason);
      const cipher = await vault.cipher(tenantId);
      const subject = subjectOf(request);
      const keyHash = cipher.keyedHash("license-key", key.body).toString("hex");
      const row = await activating.submit(tenantId, activateItem(request, subject, keyHash));
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
      request: { activationId: string; nonce: string; proof?: Proof } & Binding,
    ): Promise<Decision<ActivationGrant>> {
      const { activationId: id, correlationId, proof } = request;
      const item = { id, event_id: newUuid(), correlation_id: correlationId };
      const row = await refreshing.submit(tenantId, item, proof);
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

    /**
     * Frees the device's slot; doing it twice is a success. The policy says whether a device may do so by itself. `receipt`: it
     * did so in a file, signed by the key of this thumbprint.
     */
    async deactivate(
      tenantId: string,
      request: {
        activationId: string;
        correlationId: string;
        byVendor?: boolean;
        proof?: Proof;
        receipt?: { signedBy: string; says: Readonly<Record<string, string | number | null>> };
      },
    ): Promise<Decision<{ activationId: string }>> {
      const item = {
        id: request.activationId,
        event_id: newUuid(),
        by_vendor: request.byVendor ?? false,
        signed_by: request.receipt?.signedBy,
        receipt: request.receipt?.says,
        correlation_id: request.correlationId,
      };
      const row = await deactivating.submit(tenantId, item, request.proof);
      return (
        (await denied(tenantId, row)) ?? {
          outcome: "granted",
          value: { activationId: request.activationId },
        }
      );
    },

    /** Frees the slots of all devices of a license, and their seats, in the vendor's own transaction, which audits it. */
    async deactivateAll(
      tx: Tx,
      tenantId: string,
      { licenseId, correlationId }: { licenseId: string; correlationId: string },
    ): Promise<void> {
      await tx.$executeRaw`
        SELECT deactivate_activations(${tenantId}::uuid, ${clock.forDatabase()}::timestamptz, coalesce(jsonb_agg(
                 jsonb_build_object('id', id, 'event_id', gen_random_uuid(), 'by_vendor', true,
                                    'correlation_id', ${correlationId}::text)), '[]'))
          FROM activation
         WHERE tenant_id = ${tenantId}::uuid AND license_id = ${licenseId}::uuid AND live_fingerprint IS NOT NULL`;
    },

    /** Resolves once every batch under way has committed. */
    async idle(): Promise<void> {
      await Promise.all([activating.idle(), refreshing.idle(), deactivating.idle()]);
    },
  };
}
