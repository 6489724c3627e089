import { createHash, verify } from "node:crypto";
import { decodeProtectedHeader } from "jose";
import { type AccessClaims, TOKEN_TYPES } from "#sdk/wire.ts";
import { API_KEY_PURPOSE, looksLikeApiKey, tenantOfApiKey } from "#server/domain/api-key.ts";
import { type Credential, ofApiKey } from "#server/domain/credential.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId, storedId } from "#server/domain/ids.ts";
import { type ApiScope, isScope } from "#server/domain/scopes.ts";
import type { Clock } from "#server/platform/clock.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { PublicFetch } from "#server/platform/public-fetch.ts";
import { openPublicKey } from "#server/trust/keys.ts";
import type { Trust } from "#server/trust/service.ts";
import type { Vault } from "#server/trust/vault.ts";
import type { ApiKeyRow, CallersStore } from "./callers-store.ts";
import { readDeviceProof } from "./device-proof.ts";
import { createIdentityProviders } from "./identity-provider.ts";
import { readSignature, type SignedRequest } from "./message-signature.ts";

/** A vendor's backend that has proved itself. */
export interface VerifiedBackend {
  readonly credential: Credential;
  readonly scopes: readonly ApiScope[];
  /** `seq` of the trust bundle whose keys verified it, where it came with a token of ours. */
  readonly trustSeq?: number;
}

/** The key that proves a backend, as it is asked to make an access token. */
export interface VerifiedApiKey extends VerifiedBackend {
  readonly apiKeyId: string;
  readonly expiresAt: Date | null;
}

/** How far the clock of who signs a request may be from ours. */
const SIGNED_WITHIN_SECONDS = 300;
const ACCESS_TTL_SECONDS = 15 * 60;

/** Who a vendor's backend is. The state of its API key is read afresh for every request: a revoked one ends at once. */
export function createCallers(deps: {
  store: CallersStore;
  trust: Trust;
  vault: Vault;
  clock: Clock;
  fetch: PublicFetch;
}) {
  const { store, trust, vault, clock } = deps;
  const backendByProvider = createIdentityProviders(deps);

  async function verifyApiKey(tenantId: string, text: string): Promise<VerifiedApiKey | undefined> {
    if (tenantOfApiKey(text) !== tenantId) return undefined;
    const cipher = await vault.cipher(tenantId);
    const row = await store.findApiKey(tenantId, { hash: cipher.keyedHash(API_KEY_PURPOSE, text) });
    return row === undefined
      ? undefined
      : { ...grantedBy(row, "apiKey"), apiKeyId: row.id, expiresAt: row.expires_at };
  }

  async function verifyAccessToken(
    tenantId: string,
    jws: string,
    trustSeqMin?: number,
  ): Promise<VerifiedBackend | undefined> {
    const verified = await trust.verifyOwnToken(tenantId, "access", jws, trustSeqMin);
    if (verified === undefined || verified.claims.aud !== publicId("tenant", tenantId)) return undefined;
    const { sub, scope } = verified.claims;
    const apiKeyId = storedId("apiKey", sub ?? "");
    if (apiKeyId === undefined || typeof scope !== "string") return undefined;
    const row = await store.findApiKey(tenantId, { id: apiKeyId });
    if (row === undefined) return undefined;
    const told = scope.split(" ");
    return {
      ...grantedBy(row, "accessToken"),
      scopes: row.scopes.filter(isScope).filter((each) => told.includes(each)),
      trustSeq: verified.trustSeq,
    };
  }

  /** The backend whose key signed the request, now and for the first time. */
  async function verifySignature(
    tenantId: string,
    request: SignedRequest,
  ): Promise<VerifiedBackend | undefined> {
    const read = readSignature(request);
    const id = read === undefined ? undefined : storedId("apiKey", read.keyId);
    if (read === undefined || id === undefined) return undefined;
    const { created, expires = Number.POSITIVE_INFINITY, nonce } = read;
    if (!isCurrent(created) || expires <= secondsNow()) return undefined;
    const row = await store.findApiKey(tenantId, { id });
    if (row === undefined || row.public_x === null) return undefined;
    if (!verify(null, Buffer.from(read.base), openPublicKey(row.public_x), read.signature)) return undefined;
    return (await takesOnce(tenantId, `${id} ${nonce}`, created)) ? grantedBy(row, "signature") : undefined;
  }

  const secondsNow = () => Math.floor(clock.now().getTime() / 1000);
  const isCurrent = (at: number) => Math.abs(secondsNow() - at) <= SIGNED_WITHIN_SECONDS;

  /** Whether a proof made then is taken for the first time. It is remembered for as long as it could be taken. */
  function takesOnce(tenantId: string, proof: string, created: number): Promise<boolean> {
    const hash = createHash("sha256").update(proof).digest();
    return store.takeProofOnce(tenantId, hash, new Date((created + SIGNED_WITHIN_SECONDS + 1) * 1000));
  }

  /** A token of ours says so by its type; any other can only be of an identity provider that the vendor named. */
  async function verifyToken(tenantId: string, jws: string, trustSeqMin?: number) {
    if (isAccessToken(jws)) return verifyAccessToken(tenantId, jws, trustSeqMin);
    return backendByProvider(tenantId, jws);
  }

  return {
    verifyApiKey,
    verifySignature,

    /** Whether a device proves its key for this request: with its token, now, and for the first time. */
    async verifyDeviceProof(
      tenantId: string,
      request: SignedRequest,
      use: { readonly token: string; readonly deviceKey: string },
    ): Promise<boolean> {
      const text = request.header("dpop");
      if (text === undefined) return false;
      const proof = await readDeviceProof(text, { request, ...use }, clock.now());
      if (proof === undefined || !isCurrent(proof.at)) return false;
      return takesOnce(tenantId, `${use.deviceKey} ${proof.id}`, proof.at);
    },

    /** Whoever bears an API key, an access token, or a token of an identity provider of this tenant, or undefined whatever is wrong with it. */
    verifyBearer: (
      tenantId: string,
      text: string,
      trustSeqMin?: number,
    ): Promise<VerifiedBackend | undefined> =>
      looksLikeApiKey(text) ? verifyApiKey(tenantId, text) : verifyToken(tenantId, text, trustSeqMin),

    /** A token that stands for the key for a short while, and for as many of its scopes as are asked for. */
    async issueAccessToken(
      tenantId: string,
      key: VerifiedApiKey,
      request: { readonly scopes?: readonly ApiScope[]; readonly correlationId: string },
    ) {
      const scopes = request.scopes ?? key.scopes;
      const beyond = scopes.find((scope) => !key.scopes.includes(scope));
      if (beyond !== undefined) throw new SignetError("forbidden", `This API key is not allowed ${beyond}.`);
      const { sign, expMax, seq } = await trust.signer(tenantId, "access", 0);
      const iat = secondsNow();
      const keyEnds = key.expiresAt === null ? expMax : Math.floor(key.expiresAt.getTime() / 1000);
      const exp = Math.min(iat + ACCESS_TTL_SECONDS, keyEnds, expMax);
      const tenant = publicId("tenant", tenantId);
      const claims: AccessClaims = {
        iss: tenant,
        aud: tenant,
        sub: publicId("apiKey", key.apiKeyId),
        jti: publicId("token", newUuid()),
        iat,
        exp,
        cid: request.correlationId,
        trust: seq,
        scope: scopes.join(" "),
      };
      return { token: sign(claims), scopes, expiresAt: new Date(exp * 1000) };
    },
  };
}

function grantedBy({ id, scopes }: ApiKeyRow, kind: Parameters<typeof ofApiKey>[0]): VerifiedBackend {
  return { credential: ofApiKey(kind, id), scopes: scopes.filter(isScope) };
}

function isAccessToken(jws: string): boolean {
  try {
    return decodeProtectedHeader(jws).typ === TOKEN_TYPES.access;
  } catch {
    return false;
  }
}
