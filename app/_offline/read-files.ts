import decodeQR from "qr/decode.js";

/** Longer than any file that a machine makes. */
const BYTES_MAX = 256 * 1024;
/** A photograph; scaled down before it is looked through. */
const IMAGE_BYTES_MAX = 30 * 1024 * 1024;
const SIDE_MAX = 2_000;

export type Read = { readonly text: string } | { readonly problem: string };

/** What a file holds: its text, or the QR code in a picture of one. */
export async function readFile(file: File): Promise<Read> {
  if (file.type.startsWith("image/")) return readPicture(file);
  if (file.size > BYTES_MAX)
    return { problem: `${file.name} is larger than any file of a machine; choose another.` };
  return { text: await file.text() };
}

async function readPicture(file: File): Promise<Read> {
  if (file.size > IMAGE_BYTES_MAX)
    return { problem: `${file.name} is too large a picture; take a smaller one.` };
  try {
    const picture = await createImageBitmap(file);
    const shrink = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
    const width = Math.max(1, Math.round(picture.width * shrink));
    const height = Math.max(1, Math.round(picture.height * shrink));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (context === null) return { problem: "This browser cannot read pictures; choose the file itself." };
    context.drawImage(picture, 0, 0, width, height);
    return { text: decodeQR(context.getImageData(0, 0, width, height)) };
  } catch {
    return {
      problem: `No QR code could be read in ${file.name}: take the picture straight on, sharp, with the whole code in it.`,
    };
  }
}
