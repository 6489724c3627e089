import type { VerifiableKind } from "./claims.ts";
import type { TrustBundle } from "./trust-bundle.ts";
import type { BundleKey } from "./wire.ts";

/** That a bundle's key has signed a text. Nothing else is remembered: times, revocations and what is expected are looked at each time. */
interface RememberedToken {
  readonly kind: VerifiableKind;
  readonly key: BundleKey;
  readonly kid: string;
  /** The JSON text that was signed, which says nothing twice. */
  readonly said: string;
}

const TOKENS_MAX = 256;
/** Of a token and what it says; a longer one is not worth its memory. */
const CHARACTERS_MAX = 16_384;

/** Of each bundle its own: another bundle may disown a key. The least recently used token comes first. */
const remembered = new WeakMap<TrustBundle, Map<string, RememberedToken>>();

/** Undefined unless this very text was found signed as this kind by what still is the bundle's key. */
export function recall(jws: string, kind: VerifiableKind, bundle: TrustBundle): RememberedToken | undefined {
  const tokens = remembered.get(bundle);
  const token = tokens?.get(jws);
  if (tokens === undefined || token?.kind !== kind || bundle.key(token.kid) !== token.key) return undefined;
  tokens.delete(jws);
  tokens.set(jws, token);
  return token;
}

export function remember(jws: string, token: RememberedToken, bundle: TrustBundle): void {
  if (jws.length + token.said.length > CHARACTERS_MAX) return;
  const tokens = remembered.get(bundle) ?? new Map<string, RememberedToken>();
  remembered.set(bundle, tokens);
  tokens.set(jws, token);
  const [oldest] = tokens.keys();
  if (tokens.size > TOKENS_MAX && oldest !== undefined) tokens.delete(oldest);
}
