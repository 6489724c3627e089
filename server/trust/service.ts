import { createHash } from "node:crypto";
import type { Prisma } from "#prisma/generated/client.ts";
import { type BundleKey, type DenialClaims, KEY_USES, type KeyUse, type TokenKind } from "#sdk/wire.ts";
import type { Code } from "#server/domain/codes.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import type { Clock } from "#server/platform/clock.ts";
import type { Database } from "#server/platform/database.ts";
import { newUuid } from "#server/platform/ids.ts";
import { BUNDLE_TTL_DAYS, bundleClaims, DAY_MS, seconds } from "./bundle.ts";
import { tokenSigner } from "./jws.ts";
import { type KeySet, keyPurpose, openKeySet } from "./key-set.ts";
import { generateKey, openPrivateKey } from "./keys.ts";
import * as store from "./trust-store.ts";
import type { TenantCipher, Vault } from "./vault.ts";
import { activationVerifier, type VerifiedActivation, verifyToken } from "./verify.ts";

type Tx = Prisma.TransactionClient;

/** License certificates are kept for years, so their key and the root outlive every other. */
const KEY_DAYS: Readonly<Record<KeyUse | "root", number>> = {
  root: 20 * 365,
  license: 20 * 365,
  activation: 3 * 365,
  lease: 3 * 365,
  ticket: 3 * 365,
  receipt: 3 * 365,
};
/** A client may act on a signed refusal for this long. */
const DENIAL_TTL_SECONDS = 300;
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
  readonly verifyActivation: ReturnType<typeof activationVerifier>;
}

export type Trust = ReturnType<typeof createTrust>;

/** Keys, bundles and signatures of every tenant. Private keys leave the database sealed and are opened only here. */
export function createTrust(deps: { database: Database; clock: Clock; vault: Vault }) {
  const { database, clock, vault } = deps;
  const opened = new Map<string, Promise<Opened>>();

  async function openKeys(tenantId: string): Promise<Opened> {
    const [cipher, { seq, keys }] = await Promise.all([
      vault.cipher(tenantId),
      database.withTenant(tenantId, async (tx) => ({
        seq: await store.readTrustSeq(tx, tenantId),
        keys: await store.readWorkingKeys(tx, tenantId),
      })),
    ]);
    const keySet = openKeySet(seq, keys, cipher.decrypt);
    return {
      keySet,
      openedAtMs: clock.monotonicMs(),
      verifyActivation: activationVerifier(tenantId, keySet),
    };
  }

  function reload(tenantId: string): Promise<Opened> {
    const opening = openKeys(tenantId);
    opened.set(tenantId, opening);
    opening.catch(() => opened.delete(tenantId));
    return opening;
  }

  /** Keys no older than `seq`, which every hot-path function reports: a rotation is seen by the next request. */
  async function keysAt(tenantId: string, seq = 0): Promise<Opened> {
    const known = await (opened.get(tenantId) ?? reload(tenantId));
    if (known.keySet.seq >= seq) return known;
    const newest = await (opened.get(tenantId) ?? reload(tenantId));
    return newest.keySet.seq >= seq ? newest : reload(tenantId);
  }

  async function createKey(tx: Tx, cipher: TenantCipher, tenantId: string, use: KeyUse | "root", now: Date) {
    const key = generateKey();
    await tx.signingKey.create({
      data: {
        tenantId,
        id: newUuid(),
        use,
        status: "active",
        kid: key.kid,
        publicX: key.publicX,
        privateCipher: cipher.encrypt(keyPurpose(use, key.kid), key.pkcs8),
        createdAt: now,
        notBefore: now,
        notAfter: new Date(now.getTime() + KEY_DAYS[use] * DAY_MS),
      },
    });
  }

  /**
   * Signs the next bundle in the caller's transaction, from what that transaction sees. Where the root key has been
   * taken off the server nothing can be signed here: the bundle in force stays, and its `seq` is returned.
   */
  async function publish(tx: Tx, tenantId: string): Promise<{ seq: number }> {
    const previousSeq = await store.lockTrustSeq(tx, tenantId);
    const root = await store.readRootKey(tx, tenantId);
    if (root.privateCipher === null) return { seq: previousSeq };
    const cipher = await vault.cipher(tenantId, tx);
    const previous = await store.readBundle(tx, tenantId, previousSeq);
    const now = clock.now();
    const seq = previousSeq + 1;
    const keys = await store.readWorkingKeys(tx, tenantId);
    const revocations = await store.readRevocations(tx, tenantId);
    const claims = bundleClaims({ tenantId, seq, previousHash: previous?.hash, now, keys, ...revocations });
    const rootKey = openPrivateKey(cipher.decrypt(keyPurpose("root", root.kid), root.privateCipher));
    const jws = tokenSigner("trust", root.kid, rootKey).sign(claims);
    const hash = createHash("sha256").update(jws).digest("base64url");
    await store.insertBundle(tx, {
      tenantId,
      seq,
      jws,
      hash,
      issuedAt: now,
      expiresAt: new Date(claims.exp * 1000),
    });
    return { seq };
  }

  return {
    publish,

    /**
     * Replaces a working key that others may have: what it signed is refused from the next bundle on, which is published
     * here. A rotation in good time announces its key first; there is no time for that now.
     */
    async replaceCompromised(tx: Tx, tenantId: string, use: KeyUse): Promise<{ seq: number }> {
      const cipher = await vault.cipher(tenantId, tx);
      const now = clock.now();
      await tx.signingKey.updateMany({
        where: { tenantId, use, status: "active" },
        data: { status: "compromised", endedAt: now },
      });
      await createKey(tx, cipher, tenantId, use, now);
      const before = await store.readTrustSeq(tx, tenantId);
      const { seq } = await publish(tx, tenantId);
      // Without a bundle that says so, clients and other processes would go on believing the old key.
      if (seq === before)
        throw new SignetError(
          "invalid_request",
          "Bring the root key back first: replacing a key needs a new bundle.",
        );
      return { seq };
    },

    /** Gives a new tenant its data key, root key, working keys and first bundle, in the transaction that creates it. */
    async provision(tx: Tx, tenantId: string): Promise<void> {
      const { wrapped, cipher } = await vault.newDataKey(tenantId);
      await tx.tenantState.create({ data: { tenantId, dataKeyWrapped: wrapped } });
      const now = clock.now();
      for (const use of ["root", ...KEY_USES] as const) await createKey(tx, cipher, tenantId, use, now);
      await publish(tx, tenantId);
    },

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
    async signer(tenantId: string, kind: Exclude<TokenKind, "trust">, seq: number) {
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
      const verified = await known.verifyActivation(jws, clock.now());
      if (verified !== undefined || clock.monotonicMs() - known.openedAtMs < RELOAD_COOL_DOWN_MS)
        return verified;
      // Perhaps signed by a key announced since: look once more with fresh keys.
      return (await reload(tenantId)).verifyActivation(jws, clock.now());
    },

    /** The claims of one of this tenant's tokens, by keys no older than `trustSeqMin`, or undefined whatever is wrong with it. */
    async verifyOwnToken(tenantId: string, kind: Exclude<TokenKind, "trust">, jws: string, trustSeqMin = 0) {
      let known = await keysAt(tenantId, trustSeqMin);
      let claims = await verifyToken(tenantId, known.keySet, kind, jws, clock.now());
      if (claims === undefined && clock.monotonicMs() - known.openedAtMs >= RELOAD_COOL_DOWN_MS) {
        known = await reload(tenantId);
        claims = await verifyToken(tenantId, known.keySet, kind, jws, clock.now());
      }
      return claims === undefined ? undefined : { claims, trustSeq: known.keySet.seq };
    },

    /** Signs a new bundle for every tenant whose own has passed half its life. Running it twice changes nothing. */
    async refreshExpiring(): Promise<{ refreshed: number }> {
      const tenants = await database.prisma.tenant.findMany({ select: { id: true } });
      const due = new Date(clock.now().getTime() - (BUNDLE_TTL_DAYS / 2) * DAY_MS);
      let refreshed = 0;
      for (const { id } of tenants) {
        const isDue = await database.withTenant(id, async (tx) => {
          await store.lockTrustSeq(tx, id);
          const bundle = await store.readCurrentBundle(tx, id);
          if (bundle === null || bundle.issuedAt > due) return false;
          const { seq } = await publish(tx, id);
          return seq > bundle.seq;
        });
        if (isDue) refreshed++;
      }
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
