import { utf8 } from "../encoding.ts";
import { codewordsOf } from "./qr-codewords.ts";
import { QrMatrix } from "./qr-matrix.ts";

/** By number; each says which modules it turns. */
const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];
/** What a reader could take for a finder, both ways round. */
const LIKE_A_FINDER = /(?=10111010000|00001011101)/g;
const RUN = /0{5,}|1{5,}/g;

/**
 * A text as a QR code (ISO/IEC 18004) in byte mode with error correction level L, in the smallest version that holds it.
 *
 * @returns rows of modules, `true` is dark; undefined where the text has more than 2,953 bytes.
 */
export function qrCode(text: string): readonly (readonly boolean[])[] | undefined {
  const words = codewordsOf(utf8(text));
  if (words === undefined) return undefined;
  const matrix = new QrMatrix(words.version);
  matrix.drawCodewords(words.codewords);
  const penalties = MASKS.map((isTurned, number) => {
    matrix.mask(isTurned);
    matrix.drawFormat(number);
    const penalty = penaltyOf(matrix);
    matrix.mask(isTurned);
    return penalty;
  });
  const best = penalties.indexOf(Math.min(...penalties));
  matrix.mask(MASKS[best] ?? (() => false));
  matrix.drawFormat(best);
  return matrix.modules;
}

/** How hard it would be to read, by the standard's four rules. */
function penaltyOf(matrix: QrMatrix): number {
  const { size } = matrix;
  const indexes = Array.from({ length: size }, (_, index) => index);
  const line = (isDark: (index: number) => boolean) =>
    indexes.map((index) => (isDark(index) ? "1" : "0")).join("");
  const rows = indexes.map((y) => line((x) => matrix.isDark(x, y)));
  const columns = indexes.map((x) => line((y) => matrix.isDark(x, y)));
  let penalty = 0;
  for (const text of [...rows, ...columns]) {
    for (const [run] of text.matchAll(RUN)) penalty += run.length - 2;
    penalty += 40 * [...text.matchAll(LIKE_A_FINDER)].length;
  }
  for (let y = 1; y < size; y++)
    for (let x = 1; x < size; x++) {
      const isDark = matrix.isDark(x, y);
      const others = [matrix.isDark(x - 1, y), matrix.isDark(x, y - 1), matrix.isDark(x - 1, y - 1)];
      if (others.every((other) => other === isDark)) penalty += 3;
    }
  const dark = rows.join("").replaceAll("0", "").length;
  return penalty + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}
