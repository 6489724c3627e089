import { randomBytes, randomFillSync } from "node:crypto";
import { ID_PREFIXES } from "../domain/ids.ts";

const UUID_BYTES = 16;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
/** Random bytes drawn ahead, as for correlation ids below. */
const uuidEntropy = new Uint8Array(UUID_BYTES * 256);
let uuidEntropyUsed = uuidEntropy.length;
let lastUuidMs = 0;
let uuidsThisMs = 0;

/** A new UUIDv7, as stored: ids this process makes later sort later (the 12 bits behind the time count within it). */
export function newUuid(): string {
  const nowMs = Math.max(Date.now(), lastUuidMs);
  uuidsThisMs = nowMs === lastUuidMs ? uuidsThisMs + 1 : 0;
  // More than 4,096 in a millisecond borrow from the next one.
  const ms = uuidsThisMs > 0xfff ? nowMs + 1 : nowMs;
  if (ms !== nowMs) uuidsThisMs = 0;
  lastUuidMs = ms;
  if (uuidEntropyUsed === uuidEntropy.length) {
    randomFillSync(uuidEntropy);
    uuidEntropyUsed = 0;
  }
  const at = uuidEntropyUsed;
  uuidEntropyUsed += UUID_BYTES;
  const random = (index: number): string => HEX[uuidEntropy[at + index] ?? 0] ?? "";
  const time = ms.toString(16).padStart(12, "0");
  const count = uuidsThisMs.toString(16).padStart(3, "0");
  const variant = HEX[((uuidEntropy[at] ?? 0) & 0x3f) | 0x80] ?? "";
  const rest = random(2) + random(3) + random(4) + random(5) + random(6) + random(7);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${variant}${random(1)}-${rest}`;
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
