import type { RevokedIndexes } from "#sdk/wire.ts";

/** Writes revoked indexes (below 2^31) as a trust bundle carries them: the gaps between them, Rice coded. */
export function revokedIndexes(indexes: readonly number[]): RevokedIndexes {
  const ascending = Uint32Array.from(new Set(indexes)).sort();
  const count = ascending.length;
  const gaps = ascending.map((index, place) => index - (ascending[place - 1] ?? -1) - 1);
  const remainderBits = remainderBitsFor(((ascending.at(-1) ?? -1) + 1) / Math.max(1, count));
  const length = gaps.reduce((bits, gap) => bits + (gap >>> remainderBits) + 1 + remainderBits, 0);

  const bytes = Buffer.alloc(Math.ceil(length / 8));
  let position = 0;
  function write(bit: number): void {
    bytes[position >> 3] = (bytes[position >> 3] ?? 0) | (bit << (position & 7));
    position++;
  }
  for (const gap of gaps) {
    for (let ones = gap >>> remainderBits; ones > 0; ones--) write(1);
    write(0);
    for (let bit = 0; bit < remainderBits; bit++) write((gap >>> bit) & 1);
  }
  return { encoding: "rice", count, remainderBits, gaps: bytes.toString("base64url") };
}

/** The best choice where revocations fall at random: half of all gaps are then shorter than what the remainder can say. */
function remainderBitsFor(indexesPerRevoked: number): number {
  return Math.max(0, Math.floor(Math.log2(indexesPerRevoked * Math.LN2)));
}
