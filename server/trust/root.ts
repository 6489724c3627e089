import { createPrivateKey, type KeyObject } from "node:crypto";
import type { SigningKey } from "#prisma/generated/client.ts";
import type { RootTransitionClaims } from "#sdk/wire.ts";
import { invalidField, SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Clock } from "#server/platform/clock.ts";
import { seconds } from "./bundle.ts";
import { tokenSigner } from "./jws.ts";
import { BUNDLE_DAYS } from "./key-rules.ts";
import { keyPurpose } from "./key-set.ts";
import { openPrivateKey, publicXOf } from "./keys.ts";
import { isWaiting, type Published, type Publisher, type Tx } from "./publisher.ts";
import * as store from "./trust-store.ts";
import type { Vault } from "./vault.ts";

/** What applications pin, and where its private part is. */
export interface RootView {
  /** The base64url `x` of its public key. */
  readonly x: string;
  readonly kid: string;
  readonly createdAt: Date;
  readonly offline: boolean;
  readonly bundleDays: number;
  readonly trustSeq: number;
  readonly prepared: PreparedBundle | undefined;
}

/** A bundle that waits for the root's signature: what to sign, and until when that helps. */
export interface PreparedBundle {
  readonly seq: number;
  readonly signingInput: string;
  readonly expiresAt: Date;
}

const BRING_BACK = "Bring the root key back first: this needs its private part on the server.";

/** The root key's own life: followed by another, taken off the server and back, or given up as compromised. */
export function createRoots(deps: { clock: Clock; vault: Vault; publisher: Publisher }) {
  const { clock, vault, publisher } = deps;

  async function present(tx: Tx, tenantId: string): Promise<{ root: SigningKey; privateKey: KeyObject }> {
    const root = await store.readRootKey(tx, tenantId);
    const privateKey = await publisher.rootPrivate(tx, tenantId, root);
    if (privateKey === undefined) throw new SignetError("invalid_request", BRING_BACK);
    return { root, privateKey };
  }

  /** A new root in the place of the one before, which signs nothing any more. */
  async function succeed(tx: Tx, tenantId: string, root: SigningKey, status: "retired" | "compromised") {
    const key = await publisher.createKey(
      tx,
      tenantId,
      "root",
      "announced",
      await vault.cipher(tenantId, tx),
    );
    const next = await store.readKey(tx, tenantId, key.kid);
    await store.updateKeys(tx, tenantId, [
      { ...root, status, endedAt: clock.now(), privateCipher: null },
      { ...next, status: "active" },
    ]);
    return key;
  }

  return {
    async view(tx: Tx, tenantId: string): Promise<RootView> {
      const root = await store.readRootKey(tx, tenantId);
      const trustSeq = await store.readTrustSeq(tx, tenantId);
      const draft = await store.readDraft(tx, tenantId);
      return {
        x: root.publicX,
        kid: root.kid,
        createdAt: root.createdAt,
        offline: root.privateCipher === null,
        bundleDays: await store.readBundleDays(tx, tenantId),
        trustSeq,
        prepared: isWaiting(draft, trustSeq) ? preparedOf(draft) : undefined,
      };
    },

    /** A new root follows: both sign that it does, so that every client that trusts the old one follows by itself. */
    async rotate(tx: Tx, tenantId: string): Promise<Published & { x: string }> {
      const trustSeq = await store.lockTrustSeq(tx, tenantId);
      const { root, privateKey } = await present(tx, tenantId);
      const next = await succeed(tx, tenantId, root, "retired");
      const tenant = publicId("tenant", tenantId);
      const seq = trustSeq + 1;
      const claims: RootTransitionClaims = {
        iss: tenant,
        tenant,
        seq,
        from: root.publicX,
        to: next.publicX,
        iat: seconds(clock.now()),
      };
      await store.insertTransition(tx, {
        tenantId,
        seq,
        fromX: root.publicX,
        toX: next.publicX,
        byOld: tokenSigner("root", root.kid, privateKey).sign(claims),
        byNew: tokenSigner("root", next.kid, openPrivateKey(next.pkcs8)).sign(claims),
      });
      return { ...(await publisher.publish(tx, tenantId, [])), x: next.publicX };
    },

    /**
     * Gives up a root that others may have, wherever its private part is. Its signature is worth nothing now, so nothing can
     * lead applications from it to the new one: they must be shipped with the new key.
     */
    async replaceCompromised(tx: Tx, tenantId: string): Promise<Published & { x: string }> {
      await store.lockTrustSeq(tx, tenantId);
      const root = await store.readRootKey(tx, tenantId);
      const next = await succeed(tx, tenantId, root, "compromised");
      await store.setBundleDays(tx, tenantId, BUNDLE_DAYS);
      return { ...(await publisher.publish(tx, tenantId, [])), x: next.publicX };
    },

    /** The private part for its keeper: encrypted PKCS#8 in PEM, which is stored nowhere. */
    async exportPrivate(tx: Tx, tenantId: string, passphrase: string): Promise<{ pem: string; kid: string }> {
      const { root, privateKey } = await present(tx, tenantId);
      const sealing = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase } as const;
      return { pem: privateKey.export(sealing).toString(), kid: root.kid };
    },

    /** Prepares the bundle that is to be signed with the exported key, good for `bundleDays` like those after it. */
    async prepare(tx: Tx, tenantId: string, bundleDays: number): Promise<PreparedBundle> {
      await store.lockTrustSeq(tx, tenantId);
      await store.setBundleDays(tx, tenantId, bundleDays);
      await publisher.prepare(tx, tenantId, []);
      const draft = await store.readDraft(tx, tenantId);
      if (draft === null) throw new Error("A bundle was prepared and is not there.");
      return preparedOf(draft);
    },

    /**
     * Takes the prepared bundle back and, with `takeOffline`, erases the private part: the signature has shown that its keeper
     * can do without the server.
     */
    async takeSigned(
      tx: Tx,
      tenantId: string,
      jws: string,
      { takeOffline }: { readonly takeOffline: boolean },
    ): Promise<Published> {
      const published = await publisher.takeSigned(tx, tenantId, jws);
      if (takeOffline) await store.putRootPrivate(tx, await store.readRootKey(tx, tenantId), null);
      return published;
    },

    /** Brings the private part back and signs what has been waiting for it. */
    async restore(tx: Tx, tenantId: string, pem: string, passphrase: string): Promise<Published> {
      await store.lockTrustSeq(tx, tenantId);
      const root = await store.readRootKey(tx, tenantId);
      const privateKey = opened(pem, passphrase);
      if (publicXOf(privateKey) !== root.publicX)
        throw invalidField("/pem", "This is not the private part of this account's root key.");
      const cipher = await vault.cipher(tenantId, tx);
      const pkcs8 = privateKey.export({ format: "der", type: "pkcs8" });
      await store.putRootPrivate(tx, root, cipher.encrypt(keyPurpose("root", root.kid), pkcs8));
      await store.setBundleDays(tx, tenantId, BUNDLE_DAYS);
      return publisher.publish(tx, tenantId, await publisher.pending(tx, tenantId));
    },
  };
}

function preparedOf({ seq, signingInput, expiresAt }: PreparedBundle): PreparedBundle {
  return { seq, signingInput, expiresAt };
}

function opened(pem: string, passphrase: string): KeyObject {
  try {
    const key = createPrivateKey({ key: pem, format: "pem", passphrase });
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // A wrong passphrase and a damaged file cannot be told apart, and neither is a fault of ours.
  }
  throw invalidField("/pem", "This is no Ed25519 private key, or the passphrase does not open it.");
}
