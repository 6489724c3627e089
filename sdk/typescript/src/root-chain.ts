import { calculateJwkThumbprint } from "jose";
import { fromBase64url } from "./encoding.ts";
import { isSignetError, trustInvalid } from "./errors.ts";
import { importPublicKey, jsonOf, payloadOf, readJws } from "./jws.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import { type RootTransitionClaims, TOKEN_TYPES } from "./wire.ts";

/** A root is replaced every few years; a longer chain is made to keep a client busy. */
const TRANSITIONS_MAX = 100;

/** A root that a chain of transitions leads to, and the first bundle it may have signed. */
export interface RootReached {
  readonly x: string;
  readonly seqMin: number;
}

/** RFC 7638: the `kid` of a root key. */
export function rootKid(x: string): Promise<string> {
  return calculateJwkThumbprint({ kty: "OKP", crv: "Ed25519", x });
}

/**
 * Follows a bundle's `roots` from the trusted root to the last, each transition signed by both the root it leaves and the one
 * it leads to. The bundle need not have been verified: each transition stands by its own signatures, and the bundle is
 * verified by the root reached.
 *
 * @throws SignetError `trust_invalid`, reason `root_chain`, when they lead nowhere from the trusted root.
 */
export async function followRoots(
  roots: readonly unknown[],
  trustedX: string,
  tenant: string,
): Promise<RootReached> {
  if (roots.length > TRANSITIONS_MAX) throw trustInvalid("root_chain");
  const transitions = roots.map(readTransition);
  // Those before the trusted root only say how it came to be trusted, which this client knows by itself.
  const begin = transitions.findIndex(({ claims }) => claims.from === trustedX);
  if (begin === -1) throw trustInvalid("root_chain");
  let reached: RootReached = { x: trustedX, seqMin: 0 };
  const passed = new Set([trustedX]);
  for (const { claims, byOld, byNew } of transitions.slice(begin)) {
    const { from, to, seq } = claims;
    const continues = from === reached.x && seq > reached.seqMin && claims.tenant === tenant;
    if (!continues || passed.has(to)) throw trustInvalid("root_chain");
    await assertSigned(byOld, from);
    await assertSigned(byNew, to);
    passed.add(to);
    reached = { x: to, seqMin: seq };
  }
  return reached;
}

interface Transition {
  readonly claims: RootTransitionClaims;
  readonly byOld: string;
  readonly byNew: string;
}

function readTransition(item: unknown): Transition {
  if (!isRecord(item) || !isText(item.byOld) || !isText(item.byNew)) throw trustInvalid("root_chain");
  const { byOld, byNew } = item;
  const payload = byOld.split(".")[1] ?? "";
  // Both must have signed the very same words.
  if (payload !== byNew.split(".")[1]) throw trustInvalid("root_chain");
  const bytes = fromBase64url(payload);
  const claims = bytes && jsonOf(bytes);
  if (!isTransitionClaims(claims)) throw trustInvalid("root_chain");
  return { claims, byOld, byNew };
}

async function assertSigned(jws: string, x: string): Promise<void> {
  const refused = (_reason: unknown, cause?: unknown) => trustInvalid("root_chain", cause);
  try {
    await payloadOf(readJws(jws, TOKEN_TYPES.root, refused), await importPublicKey({ x }), refused);
  } catch (cause) {
    throw isSignetError(cause) ? cause : trustInvalid("root_chain", cause);
  }
}

function isTransitionClaims(claims: unknown): claims is RootTransitionClaims {
  return (
    isRecord(claims) &&
    isText(claims.tenant) &&
    isCount(claims.seq) &&
    isText(claims.from) &&
    isText(claims.to) &&
    isCount(claims.iat)
  );
}
