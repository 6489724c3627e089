import type { Source } from "./report.ts";

/** A file as text, in whichever encoding a spreadsheet saved it: UTF-8, UTF-16 with its mark, or else Windows' own. */
export async function readFile(file: File): Promise<Source> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, csv: decoded(bytes) };
}

export function decoded(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Excel's plain “CSV” is not Unicode; no byte of it is undecodable.
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
