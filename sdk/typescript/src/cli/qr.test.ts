import { expect, test } from "vitest";
import { decodeQrText } from "../../testing/qr.ts";
import { qrCode } from "./qr-code.ts";
import { qrText } from "./qr-text.ts";
import { surroundings } from "./surroundings.ts";

const CALL = { surroundings, isColoured: false };

function textOfLength(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh-_.\n 0123456789";
  return Array.from({ length }, (_, index) => alphabet.charAt((index * 7 + length) % alphabet.length)).join(
    "",
  );
}

test("a QR code is read as what was written, at every size", () => {
  const sizes = new Set<number>();
  for (let length = 1; length <= 2_953; length += length < 600 ? 13 : 59) {
    const text = textOfLength(length);
    sizes.add(qrCode(text)?.length ?? 0);
    expect([length, decodeQrText(qrText(text, CALL))]).toEqual([length, text]);
  }
  expect(sizes.size).toBe(40);
}, 180_000);

test("what no QR code holds, and a terminal too narrow for it, are told with what to do", () => {
  expect(() => qrText(textOfLength(2_954), CALL)).toThrow("more than a QR code holds");
  const narrow = { ...surroundings, isTerminal: () => true, columns: () => 28 };
  expect(() => qrText("x", { ...CALL, surroundings: narrow })).toThrow("29 columns wide");
  const wide = { ...narrow, columns: () => 29 };
  const shown = qrText("x", { surroundings: wide, isColoured: true });
  expect(shown).toContain("\u001b[97;40m");
});
