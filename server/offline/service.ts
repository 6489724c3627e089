import { parseLicenseKey } from "#sdk/license-key.ts";
import { writeArmour } from "#sdk/offline-armour.ts";
import type { OfflineTicketAnswer, OfflineTicketWanted } from "#sdk/wire.ts";
import { type ActivationGrant, createGrants, type Subject } from "#server/activations/grant.ts";
import { activateItem, subjectOf } from "#server/activations/request.ts";
import type { Activations } from "#server/activations/service.ts";
import { type Decision, refusalOf } from "#server/domain/decision.ts";
import { SignetError } from "#server/domain/errors.ts";
import { createBatcher } from "#server/platform/batcher.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Certificates } from "#server/trust/certificates.ts";
import type { Trust } from "#server/trust/service.ts";
import type { Vault } from "#server/trust/vault.ts";
import type { Usage } from "#server/usage/service.ts";
import { openDeactivation, openRequest } from "./files.ts";
import { type JournalAnswer, journalAnswer, journalItem, journalRefusal } from "./journals.ts";
import type { OfflineActivateRow, OfflineStore } from "./offline-store.ts";
import { answerOf, type OfflineAnswer, responseClaims } from "./response.ts";

/** A file as somebody uploads it. */
export interface Upload {
  readonly text: string;
  readonly correlationId: string;
}

/** What a decision is about, for who signs a refusal of it. */
interface About {
  readonly product: string;
  readonly nonce: string;
}

const QUEUED_MAX = 1_000;
const FLUSHES_IN_FLIGHT_MAX = 4;

/**
 * Machines without a network. A request is decided, its tickets are reserved, and its response is signed and kept, in this
 * order; each step done twice changes nothing, so that whoever sends the request again after a crash completes it.
 */
export function createOffline(deps: {
  store: OfflineStore;
  trust: Trust;
  vault: Vault;
  certificates: Certificates;
  activations: Activations;
  usage: Usage;
}) {
  const { store, trust, vault, certificates, activations, usage } = deps;
  const grant = createGrants({ trust, certificates });
  /** One file at a time for each tenant: nobody waits for a person carrying files, but a crowd of them must not pile up. */
  const oneByOne = { itemsPerFlushMax: 1, flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX, queuedMax: QUEUED_MAX };
  const activating = createBatcher({
    name: "offline activation",
    flush: eachOf(store.activate),
    ...oneByOne,
  });
  const answering = createBatcher({ name: "offline answer", flush: eachOf(store.answer), ...oneByOne });
  const recording = createBatcher({ name: "usage journal", flush: eachOf(store.recordJournal), ...oneByOne });

  async function reserve(
    tenantId: string,
    wanted: readonly OfflineTicketWanted[],
    { activationId, licenseId, expiresAt }: ActivationGrant,
    { requestHash, correlationId }: Subject,
  ): Promise<OfflineTicketAnswer[]> {
    const caller = { licenseId, activationId, requestHash, correlationId, offlineUntil: expiresAt };
    return Promise.all(
      wanted.map(async (each): Promise<OfflineTicketAnswer> => {
        const { id } = each;
        const decision = await usage.issue(tenantId, { ...caller, ...each });
        return decision.outcome === "granted"
          ? { id, outcome: "issued", token: decision.value.token }
          : { id, outcome: "denied", code: decision.code };
      }),
    );
  }

  /** Signs a response and keeps it, or finds that another server has. */
  async function respond(
    tenantId: string,
    row: OfflineActivateRow,
    subject: Subject,
    wanted: readonly OfflineTicketWanted[],
  ): Promise<OfflineAnswer> {
    const granted = await grant(tenantId, row, row.created, subject, true);
    const tickets = await reserve(tenantId, wanted, granted, subject);
    const { jws: bundle } = await trust.snapshotBundle(tenantId);
    const { sign, seq } = await trust.signer(tenantId, "offlineResponse", row.trust_seq);
    const claims = responseClaims({
      tenantId,
      tokenId: newUuid(),
      subject,
      grant: granted,
      tickets,
      bundle,
      decidedAt: row.decided_at,
      trustSeq: seq,
    });
    const response = writeArmour("response", sign(claims));
    const cipher = await vault.cipher(tenantId);
    const purpose = purposeOf(subject);
    const kept = await answering.submit(tenantId, {
      thumbprint: subject.thumbprint,
      nonce: subject.nonce,
      event_id: newUuid(),
      correlation_id: subject.correlationId,
      facts: {
        expiresAt: granted.expiresAt.toISOString(),
        tickets: tickets.length,
        ticketsIssued: tickets.filter(({ outcome }) => outcome === "issued").length,
      },
      response: cipher.encrypt(purpose, Buffer.from(response)),
    });
    const text = cipher.decrypt(purpose, kept).toString();
    return answerOf(text, text !== response);
  }

  return {
    /**
     * Answers a request file with a response file. The same request gets the same bytes again, however often and wherever it
     * is sent, and takes no second slot.
     *
     * @throws SignetError `offline_request_invalid`, whose message says which part of the file is wrong.
     */
    async activate(
      tenantId: string,
      upload: Upload,
    ): Promise<{ decision: Decision<OfflineAnswer>; about: About }> {
      const { claims, hash } = await openRequest(upload.text);
      const { iat: _iat, trust: _trust, tickets = [], ...request } = claims;
      const key = parseLicenseKey(request.licenseKey);
      if (!key.ok) throw new SignetError("offline_request_invalid", key.reason);
      const subject = subjectOf({ ...request, requestHash: hash, correlationId: upload.correlationId });
      const cipher = await vault.cipher(tenantId);
      const keyHash = cipher.keyedHash("license-key", key.body).toString("hex");
      const row = await activating.submit(tenantId, {
        ...activateItem(request, subject, keyHash),
        nonce: subject.nonce,
        request_hash: hash,
      });
      const about = { product: subject.product, nonce: subject.nonce };
      const refusal = refusalOf(row);
      if (refusal !== undefined) {
        await trust.catchUp(tenantId, row.trust_seq);
        return { decision: refusal, about };
      }
      const value =
        row.response_cipher === null
          ? await respond(tenantId, row, subject, tickets)
          : answerOf(cipher.decrypt(purposeOf(subject), row.response_cipher).toString(), true);
      return { decision: { outcome: "granted", value }, about };
    },

    /**
     * Frees the slot of a device that gave it up in a file; uploading the file again is a success. Its tickets end as all do: by
     * their journal or by time.
     *
     * @throws SignetError `offline_request_invalid` when the file cannot be read, else the code of the refusal.
     */
    async deactivate(tenantId: string, { text, correlationId }: Upload): Promise<{ activationId: string }> {
      const { claims, thumbprint } = await openDeactivation(text);
      const { activation: activationId, nonce, journal, iat } = claims;
      const receipt = { signedBy: thumbprint, says: { nonce, journal, deactivatedAt: iat } };
      const decision = await activations.deactivate(tenantId, { activationId, correlationId, receipt });
      if (decision.outcome === "denied") throw new SignetError(decision.code);
      return decision.value;
    },

    /**
     * Records a stretch of a usage journal and charges what it says, once, however often and in whatever pieces it is uploaded.
     *
     * @throws SignetError `offline_request_invalid`, whose message says what is wrong and where, or `activation_not_found`.
     */
    async recordJournal(tenantId: string, { text, correlationId }: Upload): Promise<JournalAnswer> {
      const journal = await journalItem(text, correlationId);
      const row = await recording.submit(tenantId, journal.item);
      const refusal = journalRefusal(row);
      if (refusal !== undefined) throw refusal;
      return journalAnswer(trust, tenantId, row, journal);
    },

    /** The trust bundle in force as a file, to be carried to machines without a network. */
    async snapshot(tenantId: string): Promise<string> {
      return writeArmour("snapshot", (await trust.snapshotBundle(tenantId)).jws);
    },

    /** Resolves once everything under way has committed. */
    async idle(): Promise<void> {
      await Promise.all([activating.idle(), answering.idle(), recording.idle()]);
    },
  };
}

/** What a response is sealed for: one exchange, so that none can be put in another's place. */
function purposeOf({ thumbprint, nonce }: Subject): string {
  return `offline-response/${thumbprint}/${nonce}`;
}

function eachOf<Item, Row>(decide: (tenantId: string, item: Item) => Promise<Row>) {
  return (tenantId: string, items: readonly Item[]) =>
    Promise.all(items.map((item) => decide(tenantId, item)));
}
