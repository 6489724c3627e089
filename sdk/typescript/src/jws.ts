import { compactVerify } from "jose";
import { fromBase64url, textOf } from "./encoding.ts";
import type { JwsReason, SignetError } from "./errors.ts";
import { saysTwice } from "./json-names.ts";
import { isRecord, isText, parseJson } from "./shapes.ts";
import { type PublicKeyJwk, TOKEN_TYPES, ZIPPED_TOKENS } from "./wire.ts";

/** A compact JWS whose header is as it must be and whose signature nobody has checked yet. */
export interface UnverifiedJws {
  readonly jws: string;
  readonly kid: string | undefined;
}

/**
 * Reads a compact JWS and pins its algorithm and type. `jwk`, `jku`, `x5c` and their like are not even read: which key
 * verifies is never the signer's choice.
 *
 * @param fail makes the error to throw for a reason.
 */
export function readJws(jws: unknown, type: string, fail: (reason: JwsReason) => SignetError): UnverifiedJws {
  const parts = typeof jws === "string" ? jws.split(".") : [];
  const [header, payload, signature] = parts.map(fromBase64url);
  if (typeof jws !== "string" || parts.length !== 3 || !header || !payload || !signature)
    throw fail("malformed");
  const fields = jsonOf(header);
  if (!isRecord(fields)) throw fail("malformed");
  if (fields.alg !== "EdDSA") throw fail("algorithm");
  if (fields.typ !== type) throw fail("type");
  if ("crit" in fields || "b64" in fields || (fields.kid !== undefined && !isText(fields.kid)))
    throw fail("header");
  const isZipped = ZIPPED_TOKENS.some((kind) => TOKEN_TYPES[kind] === type);
  if (fields.zip !== (isZipped ? "DEF" : undefined)) throw fail("header");
  return { jws, kid: fields.kid };
}

/** The payload's bytes, once its signature is found good. */
export async function payloadOf(
  { jws }: UnverifiedJws,
  key: CryptoKey,
  fail: (reason: JwsReason, cause?: unknown) => SignetError,
): Promise<Uint8Array> {
  try {
    return (await compactVerify(jws, key, { algorithms: ["EdDSA"] })).payload;
  } catch (cause) {
    throw fail("signature", cause);
  }
}

/** @throws DOMException when it is no Ed25519 key. */
export function importPublicKey({ x }: Pick<PublicKeyJwk, "x">): Promise<CryptoKey> {
  return crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x }, { name: "Ed25519" }, false, [
    "verify",
  ]);
}

/** The value these bytes are the JSON of, or undefined when they are not JSON or say something twice. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    const text = textOf(bytes);
    const value = parseJson(text);
    return saysTwice(text) ? undefined : value;
  } catch {
    return undefined;
  }
}
