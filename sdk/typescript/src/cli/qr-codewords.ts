import { correctionOf } from "./qr-correction.ts";

/** Of error correction level L, by version from 1. */
const CORRECTION_LENGTHS = [
  7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30,
  30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const BLOCKS = [
  1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18,
  19, 19, 20, 21, 22, 24, 25,
];
const VERSIONS = BLOCKS.length;
const BYTE_MODE = 0b0100;
const PADDING = [0xec, 0x11];

/** What a QR code holds: its version, and its codewords in the order in which they are drawn. */
export interface Codewords {
  readonly version: number;
  readonly codewords: readonly number[];
}

/** @returns undefined where the bytes are more than the largest QR code holds. */
export function codewordsOf(bytes: Uint8Array): Codewords | undefined {
  for (let version = 1; version <= VERSIONS; version++) {
    if (4 + countBits(version) + bytes.length * 8 > dataLength(version) * 8) continue;
    return { version, codewords: interleaved(dataOf(bytes, version), version) };
  }
  return undefined;
}

/** Mode, count, the bytes, an end of up to four zeros, and padding. */
function dataOf(bytes: Uint8Array, version: number): number[] {
  const capacity = dataLength(version);
  let bits = binary(BYTE_MODE, 4) + binary(bytes.length, countBits(version));
  for (const byte of bytes) bits += binary(byte, 8);
  bits += "0".repeat(Math.min(4, capacity * 8 - bits.length));
  bits += "0".repeat((8 - (bits.length % 8)) % 8);
  const data = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  while (data.length < capacity) data.push(...PADDING);
  return data.slice(0, capacity);
}

/** Split into blocks, each with its correction, and taken from the blocks in turn. */
function interleaved(data: readonly number[], version: number): number[] {
  const count = at(BLOCKS, version);
  const shortLength = Math.floor(data.length / count);
  const shortCount = count - (data.length % count);
  const blocks: { readonly data: readonly number[]; readonly correction: readonly number[] }[] = [];
  let from = 0;
  for (let index = 0; index < count; index++) {
    const block = data.slice(from, from + shortLength + (index < shortCount ? 0 : 1));
    blocks.push({ data: block, correction: correctionOf(block, at(CORRECTION_LENGTHS, version)) });
    from += block.length;
  }
  return [...inTurn(blocks.map((block) => block.data)), ...inTurn(blocks.map((block) => block.correction))];
}

function inTurn(lists: readonly (readonly number[])[]): number[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}

function dataLength(version: number): number {
  return Math.floor(modulesFor(version) / 8) - at(CORRECTION_LENGTHS, version) * at(BLOCKS, version);
}

/** Modules of a version that no pattern takes. */
function modulesFor(version: number): number {
  const all = (16 * version + 128) * version + 64;
  if (version === 1) return all;
  const alignments = Math.floor(version / 7) + 2;
  const free = all - ((25 * alignments - 10) * alignments - 55);
  return version < 7 ? free : free - 36;
}

function countBits(version: number): number {
  return version < 10 ? 8 : 16;
}

function at(table: readonly number[], version: number): number {
  return table[version - 1] ?? 0;
}

function binary(value: number, length: number): string {
  return value.toString(2).padStart(length, "0");
}
