import { createHash } from "node:crypto";
import { z } from "zod";
import type { Prisma, SigningKey } from "#prisma/generated/client.ts";
import type { KeyUse } from "#sdk/wire.ts";
import { SignetError } from "#server/domain/errors.ts";
import { happened } from "#server/domain/event-catalogue.ts";
import type { KeyChange } from "#server/domain/signing-key.ts";
import { recordEvents } from "#server/events/outbox.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newUuid } from "#server/platform/ids.ts";
import { bundleClaims, DAY_MS } from "./bundle.ts";
import { signingInput } from "./jws.ts";
import { changeKeys, KEY_DAYS } from "./key-rules.ts";
import { keyPurpose } from "./key-set.ts";
import { generateKey, openPrivateKey, openPublicKey, signText, verifiesText } from "./keys.ts";
import * as store from "./trust-store.ts";
import type { TenantCipher, Vault } from "./vault.ts";

export type Tx = Prisma.TransactionClient;
export type Publisher = ReturnType<typeof createPublisher>;

/** What became of a new bundle: in force, or, the root being offline, waiting for its signature. */
export interface Published {
  /** `seq` of the bundle in force. */
  readonly seq: number;
  readonly awaitsSignature: boolean;
}

const storedChanges = z.array(
  z.object({ kid: z.string(), to: z.enum(["active", "retired", "destroyed", "compromised"]) }),
);

/** Makes trust bundles, each one with the changes of keys that it makes known, in one transaction. */
export function createPublisher({ clock, vault }: { clock: Clock; vault: Vault }) {
  async function createKey(
    tx: Tx,
    tenantId: string,
    use: KeyUse | "root",
    status: "announced" | "active",
    cipher: TenantCipher,
  ) {
    const key = generateKey();
    const now = clock.now();
    await store.insertKey(tx, {
      tenantId,
      id: newUuid(),
      use,
      status,
      kid: key.kid,
      publicX: key.publicX,
      privateCipher: cipher.encrypt(keyPurpose(use, key.kid), key.pkcs8),
      createdAt: now,
      notBefore: now,
      notAfter: new Date(now.getTime() + KEY_DAYS[use] * DAY_MS),
    });
    return key;
  }

  /** The next bundle as it would be after the changes, still unsigned; `skipped` numbers are left out. */
  async function compose(
    tx: Tx,
    tenantId: string,
    previousSeq: number,
    root: SigningKey,
    changes: readonly KeyChange[],
    skipped: number,
  ) {
    const now = clock.now();
    const seq = previousSeq + 1 + skipped;
    const before = await store.readWorkingKeys(tx, tenantId);
    const previous = await store.readBundle(tx, tenantId, previousSeq);
    const claims = bundleClaims({
      tenantId,
      seq,
      previousHash: previous?.hash,
      now,
      days: await store.readBundleDays(tx, tenantId),
      roots: (await store.readTransitions(tx, tenantId, root.publicX)).map(({ byOld, byNew }) => ({
        byOld,
        byNew,
      })),
      keys: changeKeys(before, changes, now),
      ...(await store.readRevocations(tx, tenantId)),
    });
    return { seq, input: signingInput("trust", root.kid)(claims), expiresAt: new Date(claims.exp * 1000) };
  }

  /** Puts a signed bundle in force, and the changes it tells of with it. */
  async function enact(
    tx: Tx,
    tenantId: string,
    bundle: { readonly seq: number; readonly jws: string; readonly expiresAt: Date },
    changes: readonly KeyChange[],
  ): Promise<Published> {
    const now = clock.now();
    const before = await store.readWorkingKeys(tx, tenantId);
    const after = changeKeys(before, changes, now);
    await store.updateKeys(
      tx,
      tenantId,
      after.filter((key, index) => key !== before[index]),
    );
    await store.markAnnounced(tx, tenantId, now);
    const hash = createHash("sha256").update(bundle.jws).digest("base64url");
    await store.insertBundle(tx, { tenantId, ...bundle, hash, issuedAt: now });
    const about = () => ({ id: newUuid(), at: now });
    const events = after.flatMap((key, index) => {
      if (key.status === before[index]?.status) return [];
      const { use, kid } = key;
      const facts = { use, kid, trustSeq: bundle.seq };
      if (key.status === "active") return [happened("key.rotated", facts, about())];
      return key.status === "compromised" ? [happened("key.compromised", facts, about())] : [];
    });
    await recordEvents(tx, tenantId, now, events);
    return { seq: bundle.seq, awaitsSignature: false };
  }

  async function rootPrivate(tx: Tx, tenantId: string, root: SigningKey) {
    if (root.privateCipher === null) return undefined;
    const cipher = await vault.cipher(tenantId, tx);
    return openPrivateKey(cipher.decrypt(keyPurpose("root", root.kid), root.privateCipher));
  }

  /** The changes of a bundle that was prepared and not yet signed. */
  async function pending(tx: Tx, tenantId: string): Promise<KeyChange[]> {
    const trustSeq = await store.readTrustSeq(tx, tenantId);
    const draft = await store.readDraft(tx, tenantId);
    return isWaiting(draft, trustSeq) ? storedChanges.parse(draft.changes) : [];
  }

  /**
   * Prepares the next bundle for a root that is offline. What a bundle prepared before would have changed, this one
   * changes as well: it takes its place.
   */
  async function prepare(
    tx: Tx,
    tenantId: string,
    changes: readonly KeyChange[],
    skipped = 0,
  ): Promise<Published> {
    const trustSeq = await store.lockTrustSeq(tx, tenantId);
    const before = await store.readDraft(tx, tenantId);
    // One that takes the place of a bundle that was to skip numbers skips them too.
    const skips = Math.max(skipped, isWaiting(before, trustSeq) ? before.seq - trustSeq - 1 : 0);
    const root = await store.readRootKey(tx, tenantId);
    const overruled = new Set(changes.map(({ kid }) => kid));
    const all = [...(await pending(tx, tenantId)).filter(({ kid }) => !overruled.has(kid)), ...changes];
    const { seq, input, expiresAt } = await compose(tx, tenantId, trustSeq, root, all, skips);
    const draft = { seq, signingInput: input, changes: all, preparedAt: clock.now(), expiresAt };
    await store.putDraft(tx, { tenantId, ...draft });
    return { seq: trustSeq, awaitsSignature: true };
  }

  return {
    createKey,
    rootPrivate,
    prepare,
    pending,

    /**
     * Signs the next bundle with the changes of keys that it makes known, in the caller's transaction, from what that sees.
     * Where the root is offline the bundle is prepared instead, and the keys change once it comes back signed.
     *
     * @param skipped how many numbers to leave out, because other bundles may bear them
     */
    async publish(tx: Tx, tenantId: string, changes: readonly KeyChange[], skipped = 0): Promise<Published> {
      const trustSeq = await store.lockTrustSeq(tx, tenantId);
      const root = await store.readRootKey(tx, tenantId);
      const privateKey = await rootPrivate(tx, tenantId, root);
      if (privateKey === undefined) return prepare(tx, tenantId, changes, skipped);
      const { seq, input, expiresAt } = await compose(tx, tenantId, trustSeq, root, changes, skipped);
      return enact(tx, tenantId, { seq, jws: signText(input, privateKey), expiresAt }, changes);
    },

    /** Takes a prepared bundle back, signed. Throws `invalid_request`, saying why, for anything but that very bundle. */
    async takeSigned(tx: Tx, tenantId: string, jws: string): Promise<Published> {
      const trustSeq = await store.lockTrustSeq(tx, tenantId);
      const root = await store.readRootKey(tx, tenantId);
      const draft = await store.readDraft(tx, tenantId);
      if (!isWaiting(draft, trustSeq)) throw refused("No bundle is waiting for a signature; prepare one.");
      const end = jws.lastIndexOf(".");
      if (jws.slice(0, end) !== draft.signingInput)
        throw refused("This is not the bundle that was prepared last; sign that one, unchanged.");
      if (draft.expiresAt <= clock.now())
        throw refused("The prepared bundle has expired; prepare a new one.");
      if (!verifiesText(jws, openPublicKey(root.publicX)))
        throw refused("The signature is not by this account's root key.");
      const changes = storedChanges.parse(draft.changes);
      return enact(tx, tenantId, { seq: draft.seq, jws, expiresAt: draft.expiresAt }, changes);
    },
  };
}

/** Whether a prepared bundle is still to be signed: it is spent once one with its number, or a later one, is in force. */
export function isWaiting<Draft extends { readonly seq: number }>(
  draft: Draft | null,
  trustSeq: number,
): draft is Draft {
  return draft !== null && draft.seq > trustSeq;
}

function refused(sentence: string): SignetError {
  return new SignetError("invalid_request", sentence);
}
