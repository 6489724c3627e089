import { type DeviceKey, loadDeviceKey, loadSigningKey } from "./device-key.ts";
import { fromBase64url, toBase64url, utf8 } from "./encoding.ts";
import { SignetError, tokenInvalid } from "./errors.ts";
import { JournalStore, type Spent, type StoredEntry } from "./journal-store.ts";
import { importPublicKey } from "./jws.ts";
import { writeDeviceFile } from "./offline-file.ts";
import { journalHashes, journalOrigin } from "./offline-journal.ts";
import type { StateStorage } from "./storage.ts";
import type { JournalEntry, JournalReceiptClaims } from "./wire.ts";

/** As many as a server takes in one file. */
const FILE_ENTRIES_MAX = 1_000;

const NOTHING: Spent = { amount: 0, closed: false };

/** The journal as this process knows it. */
interface Chain {
  /** What the server has recorded: the entries after that are kept. */
  readonly recorded: { readonly last: number; readonly head: string };
  readonly entries: StoredEntry[];
  readonly spent: Map<string, Spent>;
}

/**
 * What one activation used of its offline tickets: a chain of entries in which each contains the hash of the one before, signed by
 * the device key. An entry is on disk before its use is granted, so that no crash forgets it, and processes of one device share it.
 */
export class Journal {
  readonly #storage: StateStorage;
  readonly #activation: string;
  readonly #store: JournalStore;
  #chain: Chain | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(storage: StateStorage, activation: string) {
    this.#storage = storage;
    this.#activation = activation;
    this.#store = new JournalStore(storage, activation);
  }

  spentOf(ticket: string): Promise<Spent> {
    return this.#alone(async () => (await this.#current()).spent.get(ticket) ?? NOTHING);
  }

  /**
   * Writes one entry.
   *
   * @param decide is told what was spent of the ticket until then, and throws to refuse.
   * @param confirm is asked once it is on disk, and throws where that came too late to count as granted.
   */
  append(entry: JournalEntry, decide: (spent: Spent) => void, confirm: () => Promise<void>): Promise<Spent> {
    return this.#alone(async () => {
      const spent = await this.#append(entry, decide);
      await confirm();
      return spent;
    });
  }

  /** Files with all that the server is not known to have recorded; none where there is nothing. */
  files(now: number): Promise<string[]> {
    return this.#alone(async () => this.#files(await this.#current(), now));
  }

  /**
   * The same for the last time, while nothing is written here.
   *
   * @param keep stores them so that no process is granted a use any more; it is asked again where another one has written meanwhile.
   * It is also told the hash of the last entry, or null when there is none.
   */
  handOver<Kept>(
    now: number,
    keep: (files: readonly string[], head: string | null) => Promise<Kept>,
  ): Promise<Kept> {
    return this.#alone(async () => {
      for (;;) {
        const chain = await this.#current();
        const last = lastOf(chain);
        const kept = await keep(await this.#files(chain, now), last === 0 ? null : headOf(chain));
        if (lastOf(await this.#current()) === last) return kept;
      }
    });
  }

  /** Lets go of what the server has recorded. */
  recorded(receipt: Pick<JournalReceiptClaims, "last" | "head">): Promise<void> {
    return this.#alone(() => this.#recorded(receipt));
  }

  /** Whoever reads the chain extends it by what is new on disk: two at once would each extend it by the same entry. */
  #alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  async #files({ recorded, entries }: Chain, now: number): Promise<string[]> {
    const key = await this.#deviceKey();
    const privateKey = await loadSigningKey(this.#storage);
    const files: string[] = [];
    for (let start = 0; start < entries.length; start += FILE_ENTRIES_MAX) {
      const stretch = entries.slice(start, start + FILE_ENTRIES_MAX);
      const claims = {
        deviceKey: key.publicJwk,
        iat: Math.floor(now / 1000),
        activation: this.#activation,
        first: recorded.last + start + 1,
        prev: entries[start - 1]?.hash ?? recorded.head,
        entries: stretch.map(({ ticket, amount, at, closes }) => ({ ticket, amount, at, closes })),
        head: stretch.at(-1)?.hash ?? "",
      };
      files.push(await writeDeviceFile("journal", claims, privateKey));
    }
    return files;
  }

  async #recorded({ last, head }: Pick<JournalReceiptClaims, "last" | "head">): Promise<void> {
    const chain = await this.#current();
    const count = last - chain.recorded.last;
    if (count <= 0) return;
    if (chain.entries[count - 1]?.hash !== head)
      throw damaged("The server has recorded other entries than are here.");
    const until = await this.#begin();
    for (const entry of chain.entries.slice(0, count)) extend(until, entry);
    const spent = Object.fromEntries(until.spent);
    await this.#store.writeBase({
      last,
      head,
      spent,
      signature: await this.#sign(baseText(last, head, spent)),
    });
    // The last one stays: whoever looks for the next number finds it there.
    for (const number of await this.#store.numbers()) if (number < last) await this.#store.delete(number);
    this.#chain = undefined;
  }

  async #append(entry: JournalEntry, decide: (spent: Spent) => void): Promise<Spent> {
    for (let tried = 0; ; ) {
      const chain = await this.#current();
      const number = lastOf(chain) + 1;
      // There is one of that number, and it was not among those that could be read.
      if (number === tried) throw damaged(`Entry ${number} cannot be read.`);
      tried = number;
      decide(chain.spent.get(entry.ticket) ?? NOTHING);
      const [hash = ""] = await journalHashes(headOf(chain), number, [entry]);
      const stored = { ...entry, hash, signature: await this.#sign(hash) };
      if (!(await this.#store.add(number, stored))) continue;
      extend(chain, stored);
      return chain.spent.get(entry.ticket) ?? NOTHING;
    }
  }

  /** The chain with all that other processes have written meanwhile; what is known is not read again, nor counted. */
  async #current(): Promise<Chain> {
    const known = this.#chain;
    const recorded = (await this.#store.base())?.last ?? 0;
    // Another process may have let go of entries that this one does not know: then all is read anew.
    if (known !== undefined && known.recorded.last === recorded)
      return this.#verified(known, await this.#added(lastOf(known) + 1));
    const chain = await this.#begin();
    const newest = (await this.#store.numbers()).at(-1) ?? 0;
    const entries = await this.#entries(lastOf(chain) + 1, newest);
    if (entries === undefined) throw damaged("An entry is missing, or cannot be read.");
    this.#chain = await this.#verified(chain, entries);
    return this.#chain;
  }

  async #added(first: number): Promise<StoredEntry[]> {
    const entries: StoredEntry[] = [];
    for (let number = first; ; number++) {
      const entry = await this.#store.entry(number);
      if (entry === undefined) return entries;
      entries.push(entry);
    }
  }

  /** Undefined where one is missing. */
  async #entries(first: number, last: number): Promise<StoredEntry[] | undefined> {
    const entries: StoredEntry[] = [];
    for (let number = first; number <= last; number++) {
      const entry = await this.#store.entry(number);
      if (entry === undefined) return undefined;
      entries.push(entry);
    }
    return entries;
  }

  /** The chain as the server has recorded it. */
  async #begin(): Promise<Chain> {
    const base = await this.#store.base();
    if (base === undefined) {
      const { thumbprint } = await this.#deviceKey();
      const head = await journalOrigin(this.#activation, thumbprint);
      return { recorded: { last: 0, head }, entries: [], spent: new Map() };
    }
    const { last, head, spent, signature } = base;
    await this.#assertSigned(baseText(last, head, spent), signature, "what was recorded of it");
    return { recorded: { last, head }, entries: [], spent: new Map(Object.entries(spent)) };
  }

  /** Each hash contains the one before, so the last signature stands for all entries. */
  async #verified(chain: Chain, entries: readonly StoredEntry[]): Promise<Chain> {
    const first = lastOf(chain) + 1;
    const hashes = await journalHashes(headOf(chain), first, entries);
    const wrong = entries.findIndex(({ hash }, index) => hash !== hashes[index]);
    if (wrong !== -1) throw damaged(`Entry ${first + wrong} is not what was written.`);
    const newest = entries.at(-1);
    if (newest !== undefined) await this.#assertSigned(newest.hash, newest.signature, "the last entry");
    for (const entry of entries) extend(chain, entry);
    return chain;
  }

  async #sign(text: string): Promise<string> {
    const key = await loadSigningKey(this.#storage);
    return toBase64url(new Uint8Array(await crypto.subtle.sign("Ed25519", key, signed(text))));
  }

  async #assertSigned(text: string, signature: string, what: string): Promise<void> {
    const publicKey = await importPublicKey((await this.#deviceKey()).publicJwk);
    const bytes = fromBase64url(signature);
    const isGood =
      bytes !== undefined && (await crypto.subtle.verify("Ed25519", publicKey, bytes, signed(text)));
    if (!isGood) throw damaged(`The device key did not sign ${what}.`);
  }

  async #deviceKey(): Promise<DeviceKey> {
    const key = await loadDeviceKey(this.#storage);
    if (key === undefined) throw tokenInvalid("device_key");
    return key;
  }
}

function extend({ entries, spent }: Chain, entry: StoredEntry): void {
  const before = spent.get(entry.ticket) ?? NOTHING;
  entries.push(entry);
  spent.set(entry.ticket, { amount: before.amount + entry.amount, closed: before.closed || entry.closes });
}

function lastOf({ recorded, entries }: Chain): number {
  return recorded.last + entries.length;
}

function headOf({ recorded, entries }: Chain): string {
  return entries.at(-1)?.hash ?? recorded.head;
}

/** In words of its own, so that nothing else the device signs can be taken for it. */
function signed(text: string) {
  return utf8(`signet-journal\n${text}`);
}

function baseText(last: number, head: string, spent: Readonly<Record<string, Spent>>): string {
  const tickets = Object.keys(spent)
    .sort()
    .map((ticket) => [ticket, spent[ticket]?.amount, spent[ticket]?.closed]);
  return JSON.stringify([last, head, tickets]);
}

function damaged(detail: string): SignetError {
  return new SignetError("journal_damaged", { detail });
}
