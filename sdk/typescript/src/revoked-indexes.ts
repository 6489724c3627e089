import { fromBase64url } from "./encoding.ts";
import type { RevokedIndexes } from "./wire.ts";

/** Indexes are PostgreSQL integers. */
const INDEX_MAX = 2 ** 31 - 1;
const REMAINDER_BITS_MAX = 30;
/** Forty megabytes once read; beyond that a list is a bomb, not a list. */
const COUNT_MAX = 10_000_000;

/**
 * The indexes, ascending; or undefined where the list is cut short, has something left over, counts beyond what can be an index,
 * or is larger than any honest one. Gaps cannot be negative, so it never goes back.
 */
export function readRevokedIndexes({ count, remainderBits, gaps }: RevokedIndexes): Uint32Array | undefined {
  const bytes = fromBase64url(gaps);
  if (bytes === undefined || count > COUNT_MAX || remainderBits > REMAINDER_BITS_MAX) return undefined;
  // Before any memory is taken for them: each index is at least this many bits.
  if (count * (remainderBits + 1) > bytes.length * 8) return undefined;
  let position = 0;
  function nextBit(): number {
    const bit = ((bytes?.[position >> 3] ?? 0) >> (position & 7)) & 1;
    position++;
    return bit;
  }

  const indexes = new Uint32Array(count);
  let index = -1;
  for (let place = 0; place < count; place++) {
    index++;
    while (nextBit() === 1 && index <= INDEX_MAX) index += 2 ** remainderBits;
    for (let bit = 0; bit < remainderBits; bit++) index += nextBit() * 2 ** bit;
    if (index > INDEX_MAX) return undefined;
    indexes[place] = index;
  }
  const bytesRead = Math.ceil(position / 8);
  while (position % 8 !== 0) if (nextBit() === 1) return undefined;
  return bytesRead === bytes.length ? indexes : undefined;
}

/** Whether an index is among ascending ones. */
export function includesIndex(ascending: Uint32Array, index: number): boolean {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === index;
}
