import { decodeQR } from "qr/decode.js";

/** Pixels of a module's edge: a reader needs a few. */
const SCALE = 4;

/** What a reader sees in a QR code that a terminal shows, light on dark. Throws where it sees none. */
export function decodeQrText(text: string): string {
  const lines = text.split("\n").map((line) => [...line]);
  const rows = lines.flatMap((line) => [
    line.map((half) => "█▀".includes(half)),
    line.map((half) => "█▄".includes(half)),
  ]);
  const width = (rows[0]?.length ?? 0) * SCALE;
  const height = rows.length * SCALE;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isLight = rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === true;
      if (!isLight) pixels.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  return decodeQR({ data: pixels, width, height });
}
