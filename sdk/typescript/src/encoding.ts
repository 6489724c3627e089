import { base64url } from "jose";

/** Bytes that own their memory, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** @throws TypeError when the bytes are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function toBase64url(bytes: Uint8Array): string {
  return base64url.encode(bytes);
}

/** Node's own, many times as fast as `atob`. It is not imported, so that bundlers for browsers find nothing of Node. */
const nodeBuffer = globalThis.process?.getBuiltinModule?.("node:buffer").Buffer;

/** The bytes, or undefined unless `text` is the one canonical way to write them: a signed text has one spelling only. */
export function fromBase64url(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || !isWhole(text)) return undefined;
  if (nodeBuffer !== undefined) {
    const { buffer, byteOffset, length } = nodeBuffer.from(text, "base64url");
    return new Uint8Array(buffer, byteOffset, length);
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Whether the last characters make whole bytes, and leave no bit over that could be either. */
function isWhole(text: string): boolean {
  switch (text.length % 4) {
    case 1:
      return false;
    case 2:
      return /[AQgw]$/.test(text);
    case 3:
      return /[AEIMQUYcgkosw048]$/.test(text);
    default:
      return true;
  }
}

/** base64url of the SHA-256. */
export async function sha256(data: string | Bytes): Promise<string> {
  const bytes = typeof data === "string" ? utf8(data) : data;
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The SHA-256 in lower-case hexadecimal, for where names may not differ by case alone. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** 256 random bits as base64url: 43 characters. */
export function randomText(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Undoes raw DEFLATE (RFC 1951).
 *
 * @throws TypeError when the data is damaged, RangeError when it would grow beyond `bytesMax`.
 */
export async function inflateRaw(data: Uint8Array, bytesMax: number): Promise<Bytes> {
  const reader = new Blob([new Uint8Array(data)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))
    .getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > bytesMax) {
      await reader.cancel();
      throw new RangeError(`The data inflates to more than ${bytesMax} bytes.`);
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
