import { randomBytes, randomFillSync } from "node:crypto";
import { TypeID, typeidUnboxed } from "typeid-js";
import { ID_PREFIXES } from "../domain/ids.ts";

/** A new UUIDv7, as stored: ids made later sort later. */
export function newUuid(): string {
  return TypeID.fromString(typeidUnboxed()).toUUID();
}

const BASE32 = "0123456789abcdefghjkmnpqrstvwxyz";
/** Every two symbols, so that a correlation id is put together from few pieces. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => BASE32.charAt(bits >> 5) + BASE32.charAt(bits & 31));
const WORDS_PER_ID = 8;
/** Random bits drawn ahead for many ids: asking the system for each costs more than all the rest of a small request. */
const entropy = new Uint16Array(WORDS_PER_ID * 512);
let entropyUsed = entropy.length;
let stampedMs = -1;
let stamp = "";

/** A new correlation id, `cor_…`: a TypeID of a UUIDv7 like any other, made faster because every request makes one. */
export function newCorrelationId(): string {
  const nowMs = Date.now();
  if (nowMs !== stampedMs) {
    stampedMs = nowMs;
    stamp = `${ID_PREFIXES.correlation}_${timestampText(nowMs)}`;
  }
  if (entropyUsed === entropy.length) {
    randomFillSync(entropy);
    entropyUsed = 0;
  }
  const at = entropyUsed;
  entropyUsed += WORDS_PER_ID;
  // Ten bits a pair: the version, 0111, begins the first; the variant, 10, stands in the sixteenth and seventeenth.
  return (
    stamp +
    pair((word(at) & 0b0000111111) | 0b0111000000) +
    pair((word(at + 1) & 0b1111110011) | 0b0000001000) +
    pair(word(at + 2)) +
    pair(word(at + 3)) +
    pair(word(at + 4)) +
    pair(word(at + 5)) +
    pair(word(at + 6)) +
    pair(word(at + 7))
  );
}

function word(index: number): number {
  return (entropy[index] ?? 0) & 1023;
}

function pair(bits: number): string {
  return PAIRS[bits] ?? "";
}

/** 48 bits of milliseconds, behind two zero bits, as ten symbols. */
function timestampText(ms: number): string {
  return (
    pair(Math.floor(ms / 2 ** 40) & 1023) +
    pair(Math.floor(ms / 2 ** 30) & 1023) +
    pair(Math.floor(ms / 2 ** 20) & 1023) +
    pair(Math.floor(ms / 2 ** 10) & 1023) +
    pair(ms % 1024)
  );
}

/** `bytes` random bytes as base64url: for secrets that are shown once. */
export function randomSecret(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
