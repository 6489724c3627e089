import type { KeyObject } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { TOKEN_TYPES, type TokenKind, ZIPPED_TOKENS } from "#sdk/wire.ts";
import { signText } from "./keys.ts";

/** A private key ready to sign one kind of token, its protected header encoded once. */
export interface TokenSigner {
  readonly kid: string;
  readonly kind: TokenKind;
  sign(claims: object): string;
}

/**
 * Compact JWS, EdDSA. Signs with node:crypto's synchronous Ed25519, because this is on every answer's path: measured at
 * about three times the throughput a core of WebCrypto, which jose uses and which pays a thread hop for each signature.
 *
 * What holds base64url inside its base64url, such as a trust bundle, is deflated (`zip: "DEF"`): it is sent far more often than it is
 * made.
 */
export function tokenSigner(kind: TokenKind, kid: string, privateKey: KeyObject): TokenSigner {
  const inputOf = signingInput(kind, kid);
  return {
    kid,
    kind,
    sign(claims) {
      return signText(inputOf(claims), privateKey);
    },
  };
}

/** What a signature is made over: the protected header, encoded once, and the claims. */
export function signingInput(kind: TokenKind, kid: string): (claims: object) => string {
  const zipped = ZIPPED_TOKENS.includes(kind);
  const header = encode({ alg: "EdDSA", typ: TOKEN_TYPES[kind], kid, ...(zipped ? { zip: "DEF" } : {}) });
  return (claims) => `${header}.${zipped ? encodeZipped(claims) : encode(claims)}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}

function encodeZipped(value: object): string {
  return deflateRawSync(JSON.stringify(value)).toString("base64url");
}
