import { journalHashes, journalOrigin } from "#sdk/offline-journal.ts";
import type { JournaledTicket, JournalReceiptClaims } from "#sdk/wire.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Trust } from "#server/trust/service.ts";
import { openJournal } from "./files.ts";
import type { JournalItem, JournalRow } from "./offline-store.ts";

/** What a stretch of journal was answered. Ids are as stored. */
export interface JournalAnswer {
  readonly activationId: string;
  /** Everything up to this entry is recorded, and its hash. */
  readonly last: number;
  readonly head: string;
  /** The tickets of the newest entries, as they stood when those were recorded. */
  readonly tickets: readonly JournaledTicket[];
  /** All of it was recorded before: this is the first answer again. */
  readonly replayed: boolean;
  readonly receipt: string;
  readonly trustSeq: number;
}

/**
 * A journal file as record_journal takes it.
 *
 * @throws SignetError `offline_request_invalid` when it cannot be read, or its entries are not those its head was made from.
 */
export async function journalItem(
  text: string,
  correlationId: string,
): Promise<{ item: JournalItem; hash: string }> {
  const { claims, thumbprint, hash } = await openJournal(text);
  const { activation, first, prev, entries, head } = claims;
  if (first === 1 && prev !== (await journalOrigin(publicId("activation", activation), thumbprint)))
    throw invalid(
      "The usage journal's prev is not where this device's journal begins; make a new file on the machine.",
    );
  const hashes = await journalHashes(prev, first, entries);
  if (hashes.at(-1) !== head)
    throw invalid(
      "The usage journal's entries do not lead to its head: some are missing or were changed; make a new file.",
    );
  return {
    hash,
    item: {
      activation_id: activation,
      thumbprint,
      first,
      prev,
      entries: entries.map((entry, index) => ({ ...entry, hash: hashes[index] ?? "" })),
      event_id: newUuid(),
      correlation_id: correlationId,
    },
  };
}

/** What is wrong with a journal, by the rule that refused it. */
const SENTENCES: Readonly<Record<string, (facts: JournalFacts) => string>> = {
  "journal.gap": ({ recorded, first }) =>
    `Entries ${recorded + 1} to ${first - 1} are missing: upload the journal that has them first, or make one from entry ${recorded + 1} on.`,
  "journal.chain": ({ first }) =>
    `Entry ${first} does not follow what was recorded before it: this is not a part of this device's journal.`,
  "journal.fork": ({ recorded }) =>
    `The journal says something else than it did before, at or before entry ${recorded}; upload the newest file of this machine.`,
  "journal.ticket": ({ entry, ticket }) =>
    `Entry ${entry} spends from ticket ${ticket}, which this device was not given for offline use.`,
  "journal.closed": ({ entry, ticket }) =>
    `Entry ${entry} spends from ticket ${ticket}, which an earlier entry has closed.`,
  "journal.amount": ({ entry, ticket }) =>
    `Up to entry ${entry}, more was spent than ticket ${ticket} holds.`,
};

interface JournalFacts {
  readonly first: number;
  readonly recorded: number;
  readonly entry?: number | undefined;
  readonly ticket?: string | undefined;
}

/** Why a journal was refused, in a sentence that says where and what to do. */
export function journalRefusal(
  { code, rule, facts }: JournalRow,
  { activation_id: activationId }: JournalItem,
): SignetError | undefined {
  if (code === null) return undefined;
  return new SignetError(code, SENTENCES[rule ?? ""]?.(facts), { decidedAgainst: { activationId } });
}

/** Signs the receipt for what was recorded. */
export async function journalAnswer(
  trust: Trust,
  tenantId: string,
  row: JournalRow,
  { item, hash }: { item: JournalItem; hash: string },
): Promise<JournalAnswer> {
  const { last_entry: last, head, tickets, license_id: licenseId, product } = row;
  if (last === null || head === null || tickets === null || licenseId === null || product === null)
    throw new Error("The database recorded a journal without saying what.");
  const { sign, expMax, seq } = await trust.signer(tenantId, "receipt", row.trust_seq);
  const activation = publicId("activation", item.activation_id);
  const claims: JournalReceiptClaims = {
    iss: publicId("tenant", tenantId),
    aud: product,
    sub: activation,
    jti: publicId("token", newUuid()),
    iat: Math.floor(row.decided_at.getTime() / 1000),
    exp: expMax,
    cid: item.correlation_id,
    trust: seq,
    kind: "journal",
    license: publicId("license", licenseId),
    activation,
    req: hash,
    last,
    head,
    tickets,
  };
  const { replayed } = row;
  return {
    activationId: item.activation_id,
    last,
    head,
    tickets,
    replayed,
    receipt: sign(claims),
    trustSeq: seq,
  };
}

function invalid(sentence: string): SignetError {
  return new SignetError("offline_request_invalid", sentence);
}
