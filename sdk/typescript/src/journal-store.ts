import { isCount, isRecord, isText } from "./shapes.ts";
import {
  addDocument,
  type Document,
  deleteDocument,
  listDocuments,
  readDocument,
  writeDocument,
} from "./state.ts";
import type { StateStorage } from "./storage.ts";
import type { JournalEntry } from "./wire.ts";

/** One entry as it lies on disk: with its place in the chain, and the device's signature of that. */
export interface StoredEntry extends JournalEntry {
  /** Of this entry and all before it. */
  readonly hash: string;
  /** base64url, by the device key, of the hash. */
  readonly signature: string;
}

/** What of a journal the server has recorded, and what was spent until then: its entries are no longer kept. */
export interface StoredBase {
  readonly last: number;
  readonly head: string;
  /** Ticket → what of it was spent, and whether it was closed. */
  readonly spent: Readonly<Record<string, Spent>>;
  readonly signature: string;
}

export interface Spent {
  readonly amount: number;
  readonly closed: boolean;
}

const DIGITS = 8;

/** A journal's files: one small one for each entry, so that one more costs the same however many there are. */
export class JournalStore {
  readonly #storage: StateStorage;
  readonly #prefix: string;
  readonly #base: Document<StoredBase>;

  constructor(storage: StateStorage, activation: string) {
    const slug = activation.toLowerCase().replace(/[^a-z0-9]/g, "-");
    this.#storage = storage;
    this.#prefix = `journal-${slug}-`;
    this.#base = { name: `journaled-${slug}`, is: isBase };
  }

  /** The numbers of the entries that are kept, ascending. */
  async numbers(): Promise<number[]> {
    const names = await listDocuments(this.#storage, this.#prefix);
    return names.map((name) => Number(name.slice(this.#prefix.length))).filter(Number.isSafeInteger);
  }

  entry(number: number): Promise<StoredEntry | undefined> {
    return readDocument(this.#storage, this.#document(number));
  }

  /** @returns false where another process has written that entry. */
  add(number: number, entry: StoredEntry): Promise<boolean> {
    return addDocument(this.#storage, this.#document(number), entry);
  }

  delete(number: number): Promise<void> {
    return deleteDocument(this.#storage, this.#document(number));
  }

  base(): Promise<StoredBase | undefined> {
    return readDocument(this.#storage, this.#base);
  }

  writeBase(base: StoredBase): Promise<void> {
    return writeDocument(this.#storage, this.#base, base);
  }

  #document(number: number): Document<StoredEntry> {
    return { name: this.#prefix + String(number).padStart(DIGITS, "0"), is: isEntry };
  }
}

function isEntry(content: unknown): content is StoredEntry {
  return (
    isRecord(content) &&
    isText(content.ticket) &&
    isCount(content.amount) &&
    isCount(content.at) &&
    typeof content.closes === "boolean" &&
    isText(content.hash) &&
    isText(content.signature)
  );
}

function isBase(content: unknown): content is StoredBase {
  return (
    isRecord(content) &&
    isCount(content.last) &&
    isText(content.head) &&
    isText(content.signature) &&
    isRecord(content.spent) &&
    Object.values(content.spent).every(
      (spent) => isRecord(spent) && isCount(spent.amount) && typeof spent.closed === "boolean",
    )
  );
}
