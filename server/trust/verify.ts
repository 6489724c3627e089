import { decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { TOKEN_TYPES, type WorkingTokenKind } from "#sdk/wire.ts";
import { publicId, storedId } from "#server/domain/ids.ts";
import type { KeySet } from "./key-set.ts";

/** What a verified activation token says about its bearer; ids as stored. */
export interface VerifiedActivation {
  readonly activationId: string;
  readonly licenseId: string;
  /** The product code the token was signed for. */
  readonly product: string;
  /** Thumbprint of the device key that must be proved, where the policy asks for that. */
  readonly provenKey?: string;
  /** `seq` of the trust bundle whose keys verified it. */
  readonly trustSeq: number;
}

const activationToken = z.object({
  sub: z.string(),
  license: z.string(),
  aud: z.string(),
  exp: z.int(),
  cnf: z.object({ jkt: z.string() }),
  dpop: z.literal(true).optional(),
});

/** Tokens remembered by a process, over all its tenants. */
const REMEMBERED_MAX = 50_000;

/**
 * Verifies activation tokens. A verified one is remembered by its bytes until it expires or its tenant's keys change, since
 * verifying costs three signatures; revocation is read afresh in the transaction that acts on it.
 */
export function activationVerifier(rememberedMax = REMEMBERED_MAX) {
  const remembered = new LRUCache<
    string,
    { readonly keySet: KeySet; readonly verified: VerifiedActivation; readonly expiresAtMs: number }
  >({ max: rememberedMax });

  return async function verify(
    tenantId: string,
    keySet: KeySet,
    jws: string,
    now: Date,
  ): Promise<VerifiedActivation | undefined> {
    const known = remembered.get(jws);
    if (known !== undefined && known.keySet === keySet)
      return now.getTime() < known.expiresAtMs ? known.verified : undefined;
    const opened = await open(tenantId, keySet, jws, now);
    if (opened === undefined) return undefined;
    remembered.set(jws, { keySet, ...opened });
    return opened.verified;
  };
}

async function open(tenantId: string, keySet: KeySet, jws: string, now: Date) {
  const payload = await verifyToken(tenantId, keySet, "activation", jws, now);
  const claims = activationToken.safeParse(payload);
  if (!claims.success) return undefined;
  const { sub, license, aud, exp, cnf, dpop } = claims.data;
  const activationId = storedId("activation", sub);
  const licenseId = storedId("license", license);
  if (activationId === undefined || licenseId === undefined) return undefined;
  return {
    verified: {
      activationId,
      licenseId,
      product: aud,
      trustSeq: keySet.seq,
      ...(dpop === undefined ? {} : { provenKey: cnf.jkt }),
    },
    expiresAtMs: exp * 1000,
  };
}

/**
 * The claims of one of this tenant's own tokens, or undefined whatever is wrong with it: to a stranger the answer is
 * always the same. Pins the algorithm, the type of its kind, and a key of that kind's use; asks for every common claim.
 */
export async function verifyToken(
  tenantId: string,
  keySet: KeySet,
  kind: WorkingTokenKind,
  jws: string,
  now: Date,
): Promise<JWTPayload | undefined> {
  try {
    const { kid } = decodeProtectedHeader(jws);
    const key = kid === undefined ? undefined : keySet.verifier(kind, kid);
    if (key === undefined) return undefined;
    const { payload } = await jwtVerify(jws, key, {
      algorithms: ["EdDSA"],
      typ: TOKEN_TYPES[kind],
      issuer: publicId("tenant", tenantId),
      requiredClaims: ["aud", "sub", "jti", "iat", "exp", "cid", "trust"],
      currentDate: now,
    });
    return payload;
  } catch {
    return undefined;
  }
}
