/** Symbols that people type: 32 of them, which are also the elements of GF(32). */

/** Crockford's base32: no I, L, O or U. */
export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Product in GF(32), modulo x⁵ + x² + 1, whose root α = 2 generates the field. */
export function multiply(left: number, right: number): number {
  let product = 0;
  for (let bit = 4; bit >= 0; bit--) {
    product <<= 1;
    if (product & 32) product ^= 0b100101;
    if ((right >> bit) & 1) product ^= left;
  }
  return product;
}
