/**
 * Activation by codes that are typed by hand, for rooms that no file may enter or leave. The request code is a device key, a
 * fingerprint and a salt. The response code is the signature of a token, and what of the token the machine cannot know: the machine
 * makes the token again, and believes it when the signature fits.
 */
import { fromBase64url, sha256, textOf, toBase64url, utf8 } from "./encoding.ts";
import { fingerprintText } from "./fingerprint-digest.ts";
import { type CodeReading, readGroups, writeGroups } from "./offline-groups.ts";
import type { Features, FeatureValue, OfflineCodeClaims } from "./wire.ts";

/** What a request code says: 48 bytes. */
export interface CodeRequest {
  /** The device key's `x`: 32 bytes, base64url. */
  readonly x: string;
  /** The first 12 bytes of the fingerprint's digest, base64url. */
  readonly fingerprint: string;
  /** 4 random bytes, base64url: makes each request another. */
  readonly salt: string;
}

const KEY_BYTES = 32;
const FINGERPRINT_BYTES = 12;
const SALT_BYTES = 4;
const SIGNATURE_BYTES = 64;
const ID_BYTES = 16;
const NAME_BYTES = 3;

const FLAG = 0;
const LIMIT = 1;
const TEXT = 2;
const HAS_ID = 1;
const IN_GRACE = 2;
const HEAD_BITS = 6;

/** A machine's fingerprint as a code carries it: one component, all or nothing. */
export async function codeFingerprint(digest: string) {
  const bytes = fromBase64url(digest) ?? new Uint8Array();
  const components = { code: toBase64url(bytes.slice(0, FINGERPRINT_BYTES)) };
  return { components, digest: await sha256(fingerprintText(components)) };
}

export function newCodeSalt(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
}

export function writeRequestCode(request: CodeRequest): Promise<string> {
  return writeGroups("request", bytesOfRequest(request));
}

export async function readRequestCode(
  text: string,
): Promise<{ readonly ok: true; readonly request: CodeRequest } | Extract<CodeReading, { ok: false }>> {
  const read = await readGroups("request", text);
  if (!read.ok) return read;
  const length = KEY_BYTES + FINGERPRINT_BYTES + SALT_BYTES;
  const { bytes } = read;
  if (bytes.length < length || bytes.slice(length).some((byte) => byte !== 0)) return wrongLength("request");
  const x = toBase64url(bytes.slice(0, KEY_BYTES));
  const fingerprint = toBase64url(bytes.slice(KEY_BYTES, KEY_BYTES + FINGERPRINT_BYTES));
  return {
    ok: true,
    request: { x, fingerprint, salt: toBase64url(bytes.slice(length - SALT_BYTES, length)) },
  };
}

/** Names one request: what its answer is bound to. The license key is in its canonical form. */
export function codeRequestHash(request: CodeRequest, licenseKey: string, product: string): Promise<string> {
  const { x, fingerprint, salt } = request;
  return sha256(["signet-offline-code", product, licenseKey, x, fingerprint, salt].join("\n"));
}

/** A feature's name in a code: the first 24 bits of the hash of its code, in hex. */
export async function featureName(code: string): Promise<string> {
  const bytes = fromBase64url(await sha256(`signet-feature\n${code}`)) ?? new Uint8Array();
  return hexOf(bytes.slice(0, NAME_BYTES));
}

/** The id, as 16 bytes in hex, that a new activation gets: both sides know it, so that no code must carry it. */
export async function codeActivationId(req: string, iat: number): Promise<string> {
  const hash = fromBase64url(await sha256(`signet-offline-code-id\n${req}`)) ?? new Uint8Array();
  const bytes = new Uint8Array(ID_BYTES);
  // A UUID of version 7, as every other id.
  const milliseconds = iat * 1000;
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(milliseconds / 256 ** (5 - index)) & 255;
  bytes.set(hash.slice(0, 10), 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return hexOf(bytes);
}

/** What of a response code's token the machine cannot make by itself. */
export interface CodeResponse {
  readonly signature: string;
  /** 16 bytes in hex; undefined for the id that {@link codeActivationId} gives. */
  readonly id: string | undefined;
  readonly iat: number;
  readonly exp: number;
  readonly statusIndex: number;
  readonly features: Features;
  readonly grace: boolean;
}

export function writeResponseCode(response: CodeResponse): Promise<string> {
  const { signature, id, iat, exp, statusIndex, features, grace } = response;
  const head = (iat / 60) * 2 ** HEAD_BITS + (id === undefined ? 0 : HAS_ID) + (grace ? IN_GRACE : 0);
  const named = Object.entries(features);
  const bytes = [
    ...(fromBase64url(signature) ?? []),
    ...[24, 16, 8, 0].map((shift) => Math.floor(head / 2 ** shift) & 255),
    ...(id === undefined ? [] : bytesOfHex(id)),
    ...varint((exp - iat) / 60),
    ...varint(statusIndex),
    ...varint(named.length),
    ...named.flatMap(([name, value]) => [...bytesOfHex(name), ...bytesOfValue(value)]),
  ];
  return writeGroups("response", Uint8Array.from(bytes));
}

export async function readResponseCode(
  text: string,
): Promise<{ readonly ok: true; readonly response: CodeResponse } | Extract<CodeReading, { ok: false }>> {
  const read = await readGroups("response", text);
  if (!read.ok) return read;
  try {
    return { ok: true, response: responseIn(new Reader(read.bytes)) };
  } catch {
    return wrongLength("response");
  }
}

/** The claims whose signature a response code carries; the order of the fields counts. */
export function codeClaims(
  fields: Pick<OfflineCodeClaims, "iss" | "aud" | "sub" | "fingerprint" | "cnf" | "req">,
  { iat, exp, statusIndex, features, grace }: Omit<CodeResponse, "signature" | "id">,
): OfflineCodeClaims {
  const { iss, aud, sub, fingerprint, cnf, req } = fields;
  return { iss, aud, sub, iat, exp, statusIndex, fingerprint, cnf: { jkt: cnf.jkt }, features, req, grace };
}

function responseIn(reader: Reader): CodeResponse {
  const signature = toBase64url(reader.take(SIGNATURE_BYTES));
  const head = reader.take(4).reduce((value, byte) => value * 256 + byte, 0);
  const flags = head % 2 ** HEAD_BITS;
  if (flags > HAS_ID + IN_GRACE) throw new RangeError("Flags of a later version.");
  const iat = Math.floor(head / 2 ** HEAD_BITS) * 60;
  const id = flags & HAS_ID ? hexOf(reader.take(ID_BYTES)) : undefined;
  const exp = iat + reader.varint() * 60;
  const statusIndex = reader.varint();
  const features: Record<string, FeatureValue> = {};
  for (let left = reader.varint(); left > 0; left--)
    features[hexOf(reader.take(NAME_BYTES))] = valueIn(reader);
  if (reader.rest().some((byte) => byte !== 0)) throw new RangeError("There is something after the end.");
  return { signature, id, iat, exp, statusIndex, features, grace: (flags & IN_GRACE) !== 0 };
}

function bytesOfRequest({ x, fingerprint, salt }: CodeRequest): Uint8Array {
  return Uint8Array.from([x, fingerprint, salt].flatMap((part) => [...(fromBase64url(part) ?? [])]));
}

/** The kind in the two low bits of a number; what is no flag follows it. */
function bytesOfValue(value: FeatureValue): number[] {
  if (typeof value === "boolean") return varint((value ? 4 : 0) + FLAG);
  if (typeof value === "number") return varint((value < 0 ? -value * 2 - 1 : value * 2) * 4 + LIMIT);
  const bytes = utf8(value);
  return [...varint(bytes.length * 4 + TEXT), ...bytes];
}

function valueIn(reader: Reader): FeatureValue {
  const head = reader.varint();
  const kind = head % 4;
  const number = Math.floor(head / 4);
  if (kind === FLAG) return number === 1;
  if (kind === LIMIT) return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  if (kind === TEXT) return textOf(reader.take(number));
  throw new RangeError("A value of a later version.");
}

/** Seven bits a byte, the lowest first; the high bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

/** Takes bytes from the front; throws a RangeError at the end of them. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) throw new RangeError("The code ends too early.");
    this.#at += count;
    return this.#bytes.slice(this.#at - count, this.#at);
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const [byte = 0] = this.take(1);
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
    throw new RangeError("A number is too long.");
  }

  rest(): Uint8Array {
    return this.#bytes.slice(this.#at);
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytesOfHex(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

function wrongLength(kind: string): Extract<CodeReading, { ok: false }> {
  return { ok: false, sentence: `This is no ${kind} code of this version; compare all of it.` };
}
