import { LRUCache } from "lru-cache";
import {
  type BundleKey,
  type DenialClaims,
  KEY_USES,
  type KeyUse,
  type WorkingTokenKind,
} from "#sdk/wire.ts";
import type { Code } from "#server/domain/codes.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import { newUuid } from "#server/platform/ids.ts";
import { DAY_MS, seconds } from "./bundle.ts";
import { bundleHistory } from "./bundle-history.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { type KeySet, openKeySet } from "./key-set.ts";
import { createPublisher, type Published, type Tx } from "./publisher.ts";
import { createRoots } from "./root.ts";
import { createRotation } from "./rotation.ts";
import * as store from "./trust-store.ts";
import type { Vault } from "./vault.ts";
import { activationVerifier, type VerifiedActivation, verifyToken } from "./verify.ts";

/** A client may act on a signed refusal for this long. */
const DENIAL_TTL_SECONDS = 300;
/** Tenants whose keys a process holds open; the one asked for longest ago goes first. */
const TENANTS_MAX = 5_000;
/** More bundles than any tenant publishes between a backup and the loss of what it was made of. */
const BUNDLES_LOST_MAX = 1_000;
/** An unknown key id makes the keys be read again, at most this often for a tenant. */
const RELOAD_COOL_DOWN_MS = 5_000;

export interface Denial {
  readonly code: Code;
  /** Public id of the license, activation or lease refused, or of the tenant. */
  readonly subject: string;
  readonly audience: string;
  readonly nonce?: string;
  readonly requestHash: string;
  readonly correlationId: string;
}

interface Opened {
  readonly keySet: KeySet;
  readonly openedAtMs: number;
}

export type Trust = ReturnType<typeof createTrust>;

/** Keys, bundles and signatures of every tenant. Private keys leave the database sealed and are opened only here. */
export function createTrust(deps: { database: Database; clock: Clock; vault: Vault; tenantsMax?: number }) {
  const { database, clock, vault, tenantsMax = TENANTS_MAX } = deps;
  const publisher = createPublisher({ clock, vault });
  const rotation = createRotation({ clock, vault, publisher });
  const opened = new LRUCache<string, Promise<Opened>>({ max: tenantsMax });
  const verifyActivation = activationVerifier();

  async function openKeys(tenantId: string): Promise<Opened> {
    const [cipher, { seq, keys }] = await Promise.all([
      vault.cipher(tenantId),
      database.withTenant(tenantId, async (tx) => ({
        seq: await store.readTrustSeq(tx, tenantId),
        keys: await store.readWorkingKeys(tx, tenantId),
      })),
    ]);
    const keySet = openKeySet(seq, keys, cipher.decrypt);
    return { keySet, openedAtMs: clock.monotonicMs() };
  }

  function reload(tenantId: string): Promise<Opened> {
    const opening = openKeys(tenantId);
    opened.set(tenantId, opening);
    opening.catch(() => {
      // A later opening may have taken its place, and succeeded.
      if (opened.get(tenantId) === opening) opened.delete(tenantId);
    });
    return opening;
  }

  /** Keys no older than `seq`, which every hot-path function reports: a rotation is seen by the next request. */
  async function keysAt(tenantId: string, seq = 0): Promise<Opened> {
    const known = await (opened.get(tenantId) ?? reload(tenantId));
    if (known.keySet.seq >= seq) return known;
    const newest = await (opened.get(tenantId) ?? reload(tenantId));
    return newest.keySet.seq >= seq ? newest : reload(tenantId);
  }

  /**
   * Signs the next bundle in the caller's transaction, from what that transaction sees. Where the root key has been
   * taken off the server nothing can be signed here: the bundle in force stays, and its `seq` is returned.
   */
  async function publish(tx: Tx, tenantId: string): Promise<{ seq: number }> {
    const seq = await store.lockTrustSeq(tx, tenantId);
    const root = await store.readRootKey(tx, tenantId);
    return root.privateCipher === null ? { seq } : publisher.publish(tx, tenantId, []);
  }

  return {
    publish,
    bundleHistory,
    rotation,
    roots: createRoots({ clock, vault, publisher }),
    checkpoints: createCheckpoints({
      database,
      /** As of the bundle in force. */
      async keys(tenantId) {
        const seq = await database.withTenant(tenantId, (tx) => store.readTrustSeq(tx, tenantId));
        return (await keysAt(tenantId, seq)).keySet;
      },
    }),

    /**
     * Replaces a working key that others may have: what it signed is refused from the next bundle on. A rotation in good
     * time announces its key first; there is no time for that now.
     */
    async replaceCompromised(tx: Tx, tenantId: string, use: KeyUse): Promise<Published> {
      const keys = await store.readWorkingKeys(tx, tenantId);
      const active = keys.find((key) => key.use === use && key.status === "active");
      if (active === undefined) throw new Error(`The tenant has no active ${use} key.`);
      return rotation.compromise(tx, tenantId, active.kid);
    },

    /** Gives a new tenant its data key, root key, working keys and first bundle, in the transaction that creates it. */
    async provision(tx: Tx, tenantId: string): Promise<void> {
      const { wrapped, cipher } = await vault.newDataKey(tenantId);
      await tx.tenantState.create({ data: { tenantId, dataKeyWrapped: wrapped } });
      for (const use of ["root", ...KEY_USES] as const)
        await publisher.createKey(tx, tenantId, use, "active", cipher);
      await publish(tx, tenantId);
    },

    /**
     * Publishes a bundle above all that were published after the backup that was restored: clients who have seen one of those
     * accept nothing below it.
     */
    publishAfterRestore: (tx: Tx, tenantId: string): Promise<Published> =>
      publisher.publish(tx, tenantId, [], BUNDLES_LOST_MAX),

    /** The base64url `x` of the root's public key: all that an application pins. */
    async rootKey(tenantId: string): Promise<string> {
      const root = await database.withTenant(tenantId, (tx) => store.readRootKey(tx, tenantId));
      return root.publicX;
    },

    /** The bundle in force, as a compact JWS. */
    async currentBundle(tenantId: string): Promise<{ jws: string; seq: number }> {
      const bundle = await database.withTenant(tenantId, (tx) => store.readCurrentBundle(tx, tenantId));
      if (bundle === null) throw new Error(`Tenant ${tenantId} has no trust bundle.`);
      return { jws: bundle.jws, seq: bundle.seq };
    },

    /**
     * The bundle in force as a machine without a network is brought it: that machine is judged by its age, so one older than a
     * day is signed anew first, unless the root is offline.
     */
    async snapshotBundle(tenantId: string): Promise<{ jws: string; seq: number }> {
      const isRecent = (bundle: { issuedAt: Date } | null) =>
        bundle !== null && clock.now().getTime() - bundle.issuedAt.getTime() < DAY_MS;
      const bundle = await database.withTenant(tenantId, async (tx) => {
        const current = await store.readCurrentBundle(tx, tenantId);
        if (isRecent(current)) return current;
        await store.lockTrustSeq(tx, tenantId);
        if (!isRecent(await store.readCurrentBundle(tx, tenantId))) await publish(tx, tenantId);
        return store.readCurrentBundle(tx, tenantId);
      });
      if (bundle === null) throw new Error(`Tenant ${tenantId} has no trust bundle.`);
      return { jws: bundle.jws, seq: bundle.seq };
    },

    /** The working keys that tokens in circulation may be signed with, for plain JOSE clients. */
    async jwks(tenantId: string) {
      const seq = await database.withTenant(tenantId, (tx) => store.readTrustSeq(tx, tenantId));
      const { keySet } = await keysAt(tenantId, seq);
      const keys = keySet.keys.filter((key) => key.status !== "destroyed" && key.status !== "compromised");
      return { keys: keys.map(plainJwk) };
    },

    /** Brings the keys held in memory up to a bundle's `seq`, so that what is signed next is signed by keys in force. */
    async catchUp(tenantId: string, seq: number): Promise<void> {
      await keysAt(tenantId, seq);
    },

    /** Signs one kind of token with the key in force, which is no older than `seq`; `exp` is capped by that key's own end. */
    async signer(tenantId: string, kind: WorkingTokenKind, seq: number) {
      const { keySet } = await keysAt(tenantId, seq);
      const { sign, kid, notAfter } = keySet.signer(kind);
      return { sign, kid, expMax: seconds(notAfter), seq: keySet.seq };
    },

    async signDenial(tenantId: string, denial: Denial): Promise<string> {
      const { keySet } = await keysAt(tenantId);
      const iat = seconds(clock.now());
      const claims: DenialClaims = {
        iss: publicId("tenant", tenantId),
        aud: denial.audience,
        sub: denial.subject,
        jti: publicId("token", newUuid()),
        iat,
        exp: iat + DENIAL_TTL_SECONDS,
        cid: denial.correlationId,
        trust: keySet.seq,
        code: denial.code,
        ...(denial.nonce === undefined ? {} : { nonce: denial.nonce }),
        req: denial.requestHash,
      };
      return keySet.signer("denial").sign(claims);
    },

    /**
     * By keys no older than `trustSeqMin`. Undefined when the token is not a valid one of this tenant's, whatever is wrong
     * with it.
     */
    async verifyActivationToken(
      tenantId: string,
      jws: string,
      trustSeqMin = 0,
    ): Promise<VerifiedActivation | undefined> {
      const known = await keysAt(tenantId, trustSeqMin);
      const verified = await verifyActivation(tenantId, known.keySet, jws, clock.now());
      if (verified !== undefined || clock.monotonicMs() - known.openedAtMs < RELOAD_COOL_DOWN_MS)
        return verified;
      // Perhaps signed by a key announced since: look once more with fresh keys.
      const { keySet } = await reload(tenantId);
      return verifyActivation(tenantId, keySet, jws, clock.now());
    },

    /** The claims of one of this tenant's tokens, by keys no older than `trustSeqMin`, or undefined whatever is wrong with it. */
    async verifyOwnToken(tenantId: string, kind: WorkingTokenKind, jws: string, trustSeqMin = 0) {
      let known = await keysAt(tenantId, trustSeqMin);
      let claims = await verifyToken(tenantId, known.keySet, kind, jws, clock.now());
      if (claims === undefined && clock.monotonicMs() - known.openedAtMs >= RELOAD_COOL_DOWN_MS) {
        known = await reload(tenantId);
        claims = await verifyToken(tenantId, known.keySet, kind, jws, clock.now());
      }
      return claims === undefined ? undefined : { claims, trustSeq: known.keySet.seq };
    },

    /**
     * Moves every tenant's keys along as time asks, and signs a new bundle where half the life of the last has passed. Running
     * it twice changes nothing. A tenant whose keys cannot be opened keeps no other one's from moving.
     */
    async refreshExpiring(): Promise<{ refreshed: number }> {
      let refreshed = 0;
      await eachTenant(database, async (tenantId) => {
        if (await database.withTenant(tenantId, (tx) => rotation.moveAlong(tx, tenantId))) refreshed++;
      });
      return { refreshed };
    },
  };
}

function plainJwk(key: {
  publicX: string;
  kid: string;
}): Pick<BundleKey, "kty" | "crv" | "x" | "kid" | "alg"> & { use: "sig" } {
  return { kty: "OKP", crv: "Ed25519", x: key.publicX, kid: key.kid, alg: "EdDSA", use: "sig" };
}
