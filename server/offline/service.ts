import { parseLicenseKey } from "#sdk/license-key.ts";
import { writeArmour } from "#sdk/offline-armour.ts";
import type { ActivateRequest, OfflineTicketAnswer, OfflineTicketWanted } from "#sdk/wire.ts";
import { type ActivationGrant, createGrants, type Subject } from "#server/activations/grant.ts";
import { activateItem, subjectOf } from "#server/activations/request.ts";
import type { Activations } from "#server/activations/service.ts";
import { type Decision, refusalOf } from "#server/domain/decision.ts";
import { SignetError } from "#server/domain/errors.ts";
import { type Announcer, announced } from "#server/platform/announcer.ts";
import { createBatcher } from "#server/platform/batcher.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Certificates } from "#server/trust/certificates.ts";
import type { Trust } from "#server/trust/service.ts";
import type { Vault } from "#server/trust/vault.ts";
import type { Usage } from "#server/usage/service.ts";
import {
  answerOfCode,
  type CodeAnswer,
  type CodeUpload,
  expectedId,
  keptAnswer,
  openCode,
  responseCode,
} from "./codes.ts";
import { openDeactivation, openRequest } from "./files.ts";
import { type JournalAnswer, journalAnswer, journalItem, journalRefusal } from "./journals.ts";
import type { OfflineActivateRow, OfflineStore } from "./offline-store.ts";
import { recognise, recogniseCode } from "./recognise.ts";
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
  clock: Clock;
  /** Told of the licenses that a request file was answered for, or refused. */
  uses: Announcer;
}) {
  const { store, trust, vault, certificates, activations, usage, clock, uses } = deps;
  const grant = createGrants({ trust, certificates });
  /** One file at a time for each tenant: nobody waits for a person carrying files, but a crowd of them must not pile up. */
  const oneByOne = { itemsPerFlushMax: 1, flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX, queuedMax: QUEUED_MAX };
  const activating = createBatcher({
    name: "offline activation",
    flush: announced(uses, eachOf(store.activate), { refusals: true }),
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

  /** Keeps an answer, or finds the one that another server has kept. */
  async function keep(
    tenantId: string,
    subject: Subject,
    facts: Readonly<Record<string, string | number>>,
    answer: string,
  ): Promise<string> {
    const cipher = await vault.cipher(tenantId);
    const purpose = purposeOf(subject);
    const stored = await answering.submit(tenantId, {
      thumbprint: subject.thumbprint,
      nonce: subject.nonce,
      event_id: newUuid(),
      correlation_id: subject.correlationId,
      facts,
      response: cipher.encrypt(purpose, Buffer.from(answer)),
    });
    return cipher.decrypt(purpose, stored).toString();
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
    const facts = {
      expiresAt: granted.expiresAt.toISOString(),
      tickets: tickets.length,
      ticketsIssued: tickets.filter(({ outcome }) => outcome === "issued").length,
    };
    const text = await keep(tenantId, subject, facts, response);
    return answerOf(text, text !== response);
  }

  /** The same for a code: what a machine is told that nothing else can be brought to. */
  async function respondByCode(
    tenantId: string,
    row: OfflineActivateRow,
    subject: Subject,
  ): Promise<CodeAnswer> {
    const granted = await grant(tenantId, row, row.created, subject, true);
    const { sign } = await trust.signer(tenantId, "offlineCode", row.trust_seq);
    const { code, expiresAt } = await responseCode(tenantId, subject, granted, row.decided_at, sign);
    const { activationId, licenseId } = granted;
    const answer = keptAnswer({ activationId, licenseId, expiresAt, code });
    const text = await keep(tenantId, subject, { expiresAt: expiresAt.toISOString(), by: "code" }, answer);
    return answerOfCode(text, text !== answer);
  }

  /** Takes a request's nonce and its slot, and answers it, or finds the answer that it got before. */
  async function answerOnce<Answer>(
    tenantId: string,
    { request, subject, id }: { request: ActivateRequest; subject: Subject; id?: string },
    respondTo: (row: OfflineActivateRow) => Promise<Answer>,
    again: (text: string) => Answer,
  ): Promise<{ decision: Decision<Answer>; about: About }> {
    const key = parseLicenseKey(request.licenseKey);
    if (!key.ok) throw new SignetError("offline_request_invalid", key.reason);
    const cipher = await vault.cipher(tenantId);
    const keyHash = cipher.keyedHash("license-key", key.body).toString("hex");
    const row = await activating.submit(tenantId, {
      ...activateItem(request, subject, keyHash),
      ...(id === undefined ? {} : { id }),
      nonce: subject.nonce,
      request_hash: subject.requestHash,
    });
    const about = { product: subject.product, nonce: subject.nonce };
    const refusal = refusalOf(row);
    if (refusal !== undefined) {
      await trust.catchUp(tenantId, row.trust_seq);
      return { decision: refusal, about };
    }
    const value =
      row.response_cipher === null
        ? await respondTo(row)
        : again(cipher.decrypt(purposeOf(subject), row.response_cipher).toString());
    return { decision: { outcome: "granted", value }, about };
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
      const subject = subjectOf({ ...request, requestHash: hash, correlationId: upload.correlationId });
      return answerOnce(
        tenantId,
        { request, subject },
        (row) => respond(tenantId, row, subject, tickets),
        (text) => answerOf(text, true),
      );
    },

    /**
     * Answers a request code with a response code, both typed by hand. The same request gets the same code again.
     *
     * @throws SignetError `offline_request_invalid`, whose message names the group that is wrong.
     */
    async activateByCode(
      tenantId: string,
      upload: CodeUpload,
    ): Promise<{ decision: Decision<CodeAnswer>; about: About }> {
      const { request: device, hash } = await openCode(upload);
      const { licenseKey, product, name, correlationId } = upload;
      const metadata = name === undefined ? {} : { metadata: { name } };
      const request = { ...device, licenseKey, product, nonce: hash, ...metadata };
      const subject = subjectOf({ ...request, requestHash: hash, correlationId });
      const id = await expectedId(hash, clock.now());
      return answerOnce(
        tenantId,
        { request, subject, id },
        (row) => respondByCode(tenantId, row, subject),
        (text) => answerOfCode(text, true),
      );
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
      if (decision.outcome === "denied")
        throw new SignetError(decision.code, undefined, { decidedAgainst: { activationId, nonce } });
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
      const refusal = journalRefusal(row, journal.item);
      if (refusal !== undefined) {
        await trust.catchUp(tenantId, row.trust_seq);
        throw refusal;
      }
      return journalAnswer(trust, tenantId, row, journal);
    },

    /**
     * The response that a request got, once more: a file's text, or a code. Throws `not_found` for what was never answered, and
     * the code that the same request would now be refused with.
     */
    async kept(
      tenantId: string,
      exchange: { readonly thumbprint: string; readonly nonce: string },
    ): Promise<{ readonly by: "file" | "code"; readonly text: string }> {
      const row = await store.kept(tenantId, exchange.thumbprint, exchange.nonce);
      if (row === undefined || row.response_cipher === null)
        throw new SignetError("not_found", "This request has no response yet; upload it again to get one.");
      if (row.code !== null) throw new SignetError(row.code);
      const cipher = await vault.cipher(tenantId);
      const text = cipher.decrypt(purposeOf(exchange), row.response_cipher).toString();
      return text.startsWith("{")
        ? { by: "code", text: answerOfCode(text, true).code }
        : { by: "file", text };
    },

    recognise,
    recogniseCode,

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
function purposeOf({ thumbprint, nonce }: Pick<Subject, "thumbprint" | "nonce">): string {
  return `offline-response/${thumbprint}/${nonce}`;
}

function eachOf<Item, Row>(decide: (tenantId: string, item: Item) => Promise<Row>) {
  return (tenantId: string, items: readonly Item[]) =>
    Promise.all(items.map((item) => decide(tenantId, item)));
}
