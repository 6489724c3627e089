import { sha256 } from "./encoding.ts";
import type { JournalEntry } from "./wire-offline.ts";

/** What stands before entry 1: no stretch of one activation's or device's chain fits into another's. */
export function journalOrigin(activation: string, deviceThumbprint: string): Promise<string> {
  return sha256(`signet-offline-journal\n${activation}\n${deviceThumbprint}`);
}

/** Hashes of the entries that follow one another from number `first` on, the first after `prev`. */
export async function journalHashes(
  prev: string,
  first: number,
  entries: readonly JournalEntry[],
): Promise<string[]> {
  const hashes: string[] = [];
  let before = prev;
  for (const [index, entry] of entries.entries()) {
    before = await sha256(journalText(before, first + index, entry));
    hashes.push(before);
  }
  return hashes;
}

/** What is hashed of an entry. A ticket's id has no line break in it, so no two entries read alike. */
function journalText(prev: string, number: number, { ticket, amount, at, closes }: JournalEntry): string {
  return `${prev}\n${number}\n${ticket}\n${amount}\n${at}\n${closes ? "closes" : "open"}`;
}
