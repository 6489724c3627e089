/** Reed–Solomon codewords over GF(256), as ISO/IEC 18004 wants them. */

const POLYNOMIAL = 0x11d;

/** The remainder of `data`, taken as a polynomial, by the generator polynomial of that degree. */
export function correctionOf(data: readonly number[], degree: number): number[] {
  const divisor = generator(degree);
  let remainder = zeros(degree);
  for (const byte of data) {
    const [first = 0, ...rest] = remainder;
    const factor = byte ^ first;
    remainder = [...rest, 0].map((value, index) => value ^ product(divisor[index] ?? 0, factor));
  }
  return remainder;
}

/** The product of (x - 2^i) for i from 0 to `degree` - 1, without its leading 1. */
function generator(degree: number): number[] {
  let coefficients = [...zeros(degree - 1), 1];
  let root = 1;
  for (let count = 0; count < degree; count++) {
    const factor = root;
    coefficients = coefficients.map(
      (value, index) => product(value, factor) ^ (coefficients[index + 1] ?? 0),
    );
    root = product(root, 2);
  }
  return coefficients;
}

function product(one: number, other: number): number {
  let result = 0;
  for (let bit = 7; bit >= 0; bit--) {
    result = (result << 1) ^ ((result >>> 7) * POLYNOMIAL);
    result ^= ((other >>> bit) & 1) * one;
  }
  return result;
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
