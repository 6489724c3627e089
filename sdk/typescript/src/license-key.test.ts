import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH, parseLicenseKey } from "./license-key.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const prefixes = fc.string({
  unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
  minLength: 2,
  maxLength: 12,
});
const datas = fc.uint8Array({
  min: 0,
  max: 31,
  minLength: LICENSE_KEY_DATA_LENGTH,
  maxLength: LICENSE_KEY_DATA_LENGTH,
});
const keys = fc.record({ prefix: prefixes, data: datas });

function bodyOf(key: string): string {
  return key.slice(key.indexOf("-") + 1).replaceAll("-", "");
}

function replaceAt(text: string, index: number, character: string): string {
  return text.slice(0, index) + character + text.slice(index + 1);
}

function reasonOf(text: string): string {
  const parsed = parseLicenseKey(text);
  return parsed.ok ? "accepted" : parsed.reason;
}

describe("license key", () => {
  test("has a stable format, so that keys already issued stay valid", () => {
    const data = Uint8Array.from({ length: LICENSE_KEY_DATA_LENGTH }, (_, index) => index);
    expect(formatLicenseKey("RENDER", data)).toBe("RENDER-01234-56789-ABCDE-FGHJK-MNP0X");
  });

  test("reads back as it was written", () => {
    fc.assert(
      fc.property(keys, ({ prefix, data }) => {
        const text = formatLicenseKey(prefix, data);
        expect(text).toMatch(/^[A-Z0-9]{2,12}(-[0-9A-HJKMNP-TV-Z]{5}){5}$/);
        expect(parseLicenseKey(text)).toEqual({ ok: true, prefix, body: bodyOf(text), text });
      }),
    );
  });

  test("is read in any case, with spaces, without dashes, and with look-alikes in its body", () => {
    fc.assert(
      fc.property(keys, fc.constantFrom("", " ", "-", " - ", "–", "\n"), ({ prefix, data }, separator) => {
        const text = formatLicenseKey(prefix, data);
        const lookAlike = bodyOf(text).replaceAll("1", "l").replaceAll("0", "o").toLowerCase();
        const typed = ` ${[prefix.toLowerCase(), ...(lookAlike.match(/.{5}/g) ?? [])].join(separator)} `;
        expect(parseLicenseKey(typed)).toMatchObject({ ok: true, text });
      }),
    );
  });

  test("notices every single wrong symbol in its body", () => {
    fc.assert(
      fc.property(keys, ({ prefix, data }) => {
        const body = bodyOf(formatLicenseKey(prefix, data));
        for (let index = 0; index < body.length; index++) {
          for (const symbol of ALPHABET) {
            if (symbol === body.charAt(index)) continue;
            expect(reasonOf(`${prefix}-${replaceAt(body, index, symbol)}`)).toContain("mistyped");
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("notices every two wrong symbols in its body", () => {
    // The code is linear, so two errors are noticed in every key if they are noticed in one: all 288,300 of them here.
    const prefix = "RENDER";
    const body = bodyOf(formatLicenseKey(prefix, new Uint8Array(LICENSE_KEY_DATA_LENGTH)));
    let accepted = 0;
    for (let first = 0; first < body.length; first++) {
      for (let second = first + 1; second < body.length; second++) {
        for (const one of ALPHABET) {
          if (one === body.charAt(first)) continue;
          const once = replaceAt(body, first, one);
          for (const other of ALPHABET) {
            if (other === body.charAt(second)) continue;
            if (parseLicenseKey(prefix + replaceAt(once, second, other)).ok) accepted++;
          }
        }
      }
    }
    expect(accepted).toBe(0);
  });

  test("notices two wrong symbols in random keys", () => {
    const position = fc.nat({ max: 24 });
    const error = fc.integer({ min: 1, max: 31 });
    fc.assert(
      fc.property(keys, position, position, error, error, ({ prefix, data }, first, second, one, other) => {
        fc.pre(first !== second);
        const shift = (text: string, index: number, by: number) =>
          replaceAt(text, index, ALPHABET.charAt((ALPHABET.indexOf(text.charAt(index)) + by) % 32));
        const body = bodyOf(formatLicenseKey(prefix, data));
        expect(reasonOf(`${prefix}-${shift(shift(body, first, one), second, other)}`)).toContain("mistyped");
      }),
      { numRuns: 2000 },
    );
  });

  test("notices any two of its body's symbols swapped", () => {
    fc.assert(
      fc.property(keys, ({ prefix, data }) => {
        const body = bodyOf(formatLicenseKey(prefix, data));
        for (let first = 0; first < body.length; first++) {
          for (let second = first + 1; second < body.length; second++) {
            if (body.charAt(first) === body.charAt(second)) continue;
            const swapped = replaceAt(
              replaceAt(body, first, body.charAt(second)),
              second,
              body.charAt(first),
            );
            expect(reasonOf(`${prefix}-${swapped}`)).toContain("mistyped");
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("notices one wrong character, and two neighbours swapped, in its prefix", () => {
    fc.assert(
      fc.property(keys, ({ prefix, data }) => {
        const body = bodyOf(formatLicenseKey(prefix, data));
        for (let index = 0; index < prefix.length; index++) {
          for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") {
            if (character === prefix.charAt(index)) continue;
            expect(reasonOf(`${replaceAt(prefix, index, character)}-${body}`)).toContain("mistyped");
          }
          const next = prefix.charAt(index + 1);
          if (next === "" || next === prefix.charAt(index)) continue;
          const swapped = replaceAt(replaceAt(prefix, index, next), index + 1, prefix.charAt(index));
          expect(reasonOf(`${swapped}-${body}`)).toContain("mistyped");
        }
      }),
      { numRuns: 50 },
    );
  });

  test("says what is wrong when the text cannot be a key", () => {
    const key = formatLicenseKey("RENDER", new Uint8Array(LICENSE_KEY_DATA_LENGTH));
    expect(reasonOf("")).toContain("too short");
    expect(reasonOf(key.slice(0, -1))).toContain("too short");
    expect(reasonOf(`${key}0`)).toContain("too long");
    expect(reasonOf("0".repeat(10_000))).toContain("too long");
    expect(reasonOf(key.slice(key.indexOf("-")))).toContain("too short");
    expect(reasonOf(replaceAt(key, key.length - 1, "U"))).toContain('"U" never occurs');
    expect(reasonOf(replaceAt(key, 9, "*"))).toContain('"*" never occurs');
    expect(reasonOf(replaceAt(key, 9, "ı"))).toContain('"ı" never occurs');
  });

  test("refuses to write a key from a bad prefix or bad data", () => {
    const data = new Uint8Array(LICENSE_KEY_DATA_LENGTH);
    expect(() => formatLicenseKey("r", data)).toThrow(RangeError);
    expect(() => formatLicenseKey("RENDERRENDER1", data)).toThrow(RangeError);
    expect(() => formatLicenseKey("RENDER", data.subarray(1))).toThrow(RangeError);
    expect(() => formatLicenseKey("RENDER", data.fill(32))).toThrow(RangeError);
  });
});
