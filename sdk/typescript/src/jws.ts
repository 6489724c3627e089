import { isSigned } from "./ed25519.ts";
import { type Bytes, fromBase64url, textOf } from "./encoding.ts";
import type { JwsReason, SignetError } from "./errors.ts";
import { saysTwice } from "./json-names.ts";
import { isRecord, isText, parseJson, type UnknownRecord } from "./shapes.ts";
import { type PublicKeyJwk, TOKEN_TYPES, ZIPPED_TOKENS } from "./wire.ts";

/** A compact JWS whose header is as it must be and whose signature nobody has checked yet. */
export interface UnverifiedJws {
  readonly jws: string;
  readonly kid: string | undefined;
  readonly payload: Bytes;
  readonly signature: Bytes;
}

/**
 * Reads a compact JWS and pins its algorithm and type. `jwk`, `jku`, `x5c` and their like are not even read: which key
 * verifies is never the signer's choice.
 *
 * @param fail makes the error to throw for a reason.
 */
export function readJws(jws: unknown, type: string, fail: (reason: JwsReason) => SignetError): UnverifiedJws {
  const parts = typeof jws === "string" ? jws.split(".") : [];
  const [header = "", ...rest] = parts;
  const fields = headerOf(header);
  const [payload, signature] = rest.map(fromBase64url);
  if (typeof jws !== "string" || parts.length !== 3 || !fields || !payload || !signature)
    throw fail("malformed");
  if (fields.alg !== "EdDSA") throw fail("algorithm");
  if (fields.typ !== type) throw fail("type");
  if ("crit" in fields || "b64" in fields || (fields.kid !== undefined && !isText(fields.kid)))
    throw fail("header");
  const isZipped = ZIPPED_TOKENS.some((kind) => TOKEN_TYPES[kind] === type);
  if (fields.zip !== (isZipped ? "DEF" : undefined)) throw fail("header");
  return { jws, kid: fields.kid, payload, signature };
}

const HEADERS_MAX = 64;
const HEADER_CHARACTERS_MAX = 1_024;
/** All tokens that one key signs as one kind have the same. */
const headers = new Map<string, UnknownRecord>();

function headerOf(text: string): UnknownRecord | undefined {
  const known = headers.get(text);
  if (known !== undefined) return known;
  const bytes = fromBase64url(text);
  const fields = bytes && jsonOf(bytes);
  if (!isRecord(fields)) return undefined;
  if (headers.size >= HEADERS_MAX) headers.clear();
  if (text.length <= HEADER_CHARACTERS_MAX) headers.set(text, fields);
  return fields;
}

/** The payload's bytes, once its signature is found good. */
export async function payloadOf(
  { jws, payload, signature }: UnverifiedJws,
  key: CryptoKey,
  fail: (reason: JwsReason, cause?: unknown) => SignetError,
): Promise<Bytes> {
  const isGood = await isSigned(jws.slice(0, jws.lastIndexOf(".")), signature, key).catch(
    (cause: unknown) => {
      throw fail("signature", cause);
    },
  );
  if (!isGood) throw fail("signature");
  return payload;
}

/** @throws DOMException when it is no Ed25519 key. */
export function importPublicKey({ x }: Pick<PublicKeyJwk, "x">): Promise<CryptoKey> {
  const jwk = { kty: "OKP", crv: "Ed25519", x };
  // Extractable, as a public key may be: Node makes a key of its own kind from no other.
  return crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, true, ["verify"]);
}

/** The value these bytes are the JSON of, or undefined when they are not JSON or say something twice. */
export function jsonOf(bytes: Uint8Array): unknown {
  return readJson(bytes)?.value;
}

/** The same, with the text. */
export function readJson(bytes: Uint8Array): { readonly text: string; readonly value: unknown } | undefined {
  try {
    const text = textOf(bytes);
    const value = parseJson(text);
    // What is written as it would be written again has no name twice, and is seen to sooner.
    const isPlain = JSON.stringify(value) === text;
    return isPlain || !saysTwice(text) ? { text, value } : undefined;
  } catch {
    return undefined;
  }
}
