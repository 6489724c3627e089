/**
 * The license key: `PREFIX-XXXXX-XXXXX-XXXXX-XXXXX-XXXXX`.
 *
 * The body is 25 Crockford base32 symbols: 23 of data (115 random bits) and two check symbols of a Reed–Solomon code
 * over GF(32). Its distance is 3, so any one or two wrong symbols, and with them any two swapped, are noticed without
 * asking a server. The prefix is folded into the check symbols, so that a wrong character there is noticed too.
 */

import { ALPHABET, multiply } from "./offline-symbols.ts";

const PREFIX_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const GROUP_LENGTH = 5;
const BODY_LENGTH = 25;
const PREFIX_PATTERN = /^[A-Z0-9]{2,12}$/;

/** How many symbols of a key's body are data: give {@link formatLicenseKey} as many values from 0 to 31. */
export const LICENSE_KEY_DATA_LENGTH = 23;

/** A license key as read: its canonical text is `text`; or one sentence about why it cannot be a key. */
export type ParsedLicenseKey =
  | { readonly ok: true; readonly prefix: string; readonly body: string; readonly text: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Writes a license key.
 *
 * @param prefix 2 to 12 characters of A–Z and 0–9.
 * @param data 23 values from 0 to 31, random for a new key.
 * @throws RangeError when either is not as described: both come from the program, never from a user.
 */
export function formatLicenseKey(prefix: string, data: Uint8Array): string {
  if (!PREFIX_PATTERN.test(prefix)) throw new RangeError("A license key's prefix is 2 to 12 of A–Z and 0–9.");
  if (data.length !== LICENSE_KEY_DATA_LENGTH || data.some((value) => value > 31)) {
    throw new RangeError(`A license key's data is ${LICENSE_KEY_DATA_LENGTH} values from 0 to 31.`);
  }
  const symbols = [...data, ...checkSymbols(prefix, data)];
  return keyText(prefix, symbols.map((symbol) => ALPHABET.charAt(symbol)).join(""));
}

/**
 * Reads a license key as a person typed it: in any case, with or without dashes and spaces, with I or L for 1 and O for 0
 * in the body.
 */
export function parseLicenseKey(text: string): ParsedLicenseKey {
  if (text.length > 256) return wrongLength();
  const unexpected = /[^A-Za-z0-9\s\p{Dash_Punctuation}]/u.exec(text);
  if (unexpected !== null) return cannotOccur(unexpected[0]);

  const groups = text
    .toUpperCase()
    .replace(/\s/g, "")
    .split(/\p{Dash_Punctuation}/u);
  const whole = groups.join("");
  const prefix = whole.slice(0, -BODY_LENGTH);
  const groupsMiscounted =
    groups.length === 6 && groups.slice(1).some((group) => group.length !== GROUP_LENGTH);
  if (groupsMiscounted || !PREFIX_PATTERN.test(prefix)) return wrongLength();

  const body = whole.slice(-BODY_LENGTH).replace(/[IL]/g, "1").replace(/O/g, "0");
  if (body.includes("U")) return cannotOccur("U");

  const symbols = Uint8Array.from(body, (character) => ALPHABET.indexOf(character));
  const [first, second] = checkSymbols(prefix, symbols.subarray(0, LICENSE_KEY_DATA_LENGTH));
  if (symbols[LICENSE_KEY_DATA_LENGTH] !== first || symbols[LICENSE_KEY_DATA_LENGTH + 1] !== second) {
    return { ok: false, reason: "This license key is mistyped; compare it with the one you were sent." };
  }
  return { ok: true, prefix, body, text: keyText(prefix, body) };
}

function keyText(prefix: string, body: string): string {
  const groups = [prefix];
  for (let start = 0; start < BODY_LENGTH; start += GROUP_LENGTH)
    groups.push(body.slice(start, start + GROUP_LENGTH));
  return groups.join("-");
}

function wrongLength(): ParsedLicenseKey {
  return {
    ok: false,
    reason: "This license key is too short or too long; copy all of it, from the first letter to the last.",
  };
}

function cannotOccur(character: string): ParsedLicenseKey {
  return { ok: false, reason: `This license key is mistyped: "${character}" never occurs there.` };
}

/** The remainder of the data divided by (x − α)(x − α²) = x² + 6x + 8, shifted by the prefix's ten bits. */
function checkSymbols(prefix: string, data: Uint8Array): readonly [number, number] {
  let high = 0;
  let low = 0;
  for (const symbol of data) {
    const feedback = symbol ^ high;
    high = low ^ multiply(feedback, 6);
    low = multiply(feedback, 8);
  }
  const shift = prefixBits(prefix);
  return [high ^ (shift >> 5), low ^ (shift & 31)];
}

/** Ten bits that differ for any two prefixes one character, or one swap of neighbours, apart: 37 and 1024 share no factor. */
function prefixBits(prefix: string): number {
  let bits = 0;
  for (const character of prefix) bits = (bits * 37 + PREFIX_ALPHABET.indexOf(character) + 1) % 1024;
  return bits;
}
