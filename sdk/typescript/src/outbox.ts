import { utf8 } from "./encoding.ts";
import { SignetError } from "./errors.ts";
import { isRecord, isText } from "./shapes.ts";
import { addDocument, type Document, deleteDocument, listDocuments, readDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";
import type { UsageEventRequest } from "./wire.ts";

/** Some events of one license under one name. What is under a name never changes, so anybody may send it, and then delete it. */
export interface Parcel {
  readonly license: string;
  readonly events: readonly UsageEventRequest[];
}

interface Waiting {
  readonly event: UsageEventRequest;
  readonly written: () => void;
  readonly failed: (error: unknown) => void;
}

const PARCELS = "usage-";
const PARCEL_EVENTS_MAX = 250;
const PARCEL_BYTES_MAX = 60_000;

/**
 * Usage on its way to the server, on the machine's disk: parcels that are each written once, whole, under a new name. Processes that
 * share a directory therefore cannot harm each other's, nor can one that dies at any byte.
 */
export class Outbox {
  readonly #storage: StateStorage;
  readonly #license: string;
  readonly #now: () => number;
  readonly #eventsMax: number;
  readonly #alsoKept: () => Promise<number>;
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #turn = 0;
  /** Events on disk, as far as this process knows. */
  #kept: number | undefined;

  constructor(options: {
    readonly storage: StateStorage;
    readonly license: string;
    readonly now: () => number;
    readonly eventsMax: number;
    /** How many events are kept beside it, and take of its room. */
    readonly alsoKept: () => Promise<number>;
  }) {
    this.#storage = options.storage;
    this.#license = options.license;
    this.#now = options.now;
    this.#eventsMax = options.eventsMax;
    this.#alsoKept = options.alsoKept;
  }

  /** Resolves once it is on disk. Events that come while another is written are written together. */
  add(event: UsageEventRequest): Promise<void> {
    return new Promise((written, failed) => {
      if (this.#waiting.length >= this.#eventsMax) return failed(full(this.#waiting.length));
      this.#waiting.push({ event, written, failed });
      this.#writing ??= this.#write();
    });
  }

  /** Resolves once everything added so far is on disk, or its caller knows that it is not. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Names of the parcels, the oldest first. */
  async names(): Promise<readonly string[]> {
    const names = await listDocuments(this.#storage, PARCELS);
    this.#kept = eventsIn(names) + (await this.#alsoKept());
    return names;
  }

  /** How many events wait, over all licenses and processes. */
  async pending(): Promise<number> {
    return eventsIn(await this.names());
  }

  /** Undefined where it is gone, another license's, or nothing this version can read. */
  async read(name: string): Promise<Parcel | undefined> {
    const parcel = await readDocument(this.#storage, documentOf(name));
    return parcel?.license === this.#license ? parcel : undefined;
  }

  async delete(name: string): Promise<void> {
    await deleteDocument(this.#storage, documentOf(name));
    if (this.#kept !== undefined) this.#kept = Math.max(0, this.#kept - eventsIn([name]));
  }

  /** Never rejects: each caller is told what became of its own. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#take();
      try {
        // Others deliver and dismiss too: only what the disk says now is a reason to refuse.
        if (this.#kept === undefined || this.#kept + taken.length > this.#eventsMax) await this.names();
        const kept = this.#kept ?? 0;
        if (kept + taken.length > this.#eventsMax) throw full(kept);
        await this.#add(taken.map(({ event }) => event));
        this.#kept = (this.#kept ?? 0) + taken.length;
        for (const { written } of taken) written();
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    // In one go with the last look at what waits: an event that came in between would wait for the one after it.
    this.#writing = undefined;
  }

  #take(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { event } of this.#waiting.slice(0, PARCEL_EVENTS_MAX)) {
      bytes += bytesOf(event);
      if (count > 0 && bytes > PARCEL_BYTES_MAX) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #add(events: readonly UsageEventRequest[]): Promise<void> {
    const parcel: Parcel = { license: this.#license, events };
    // By time and turn, so that names sort as what they hold came about.
    const [now, turn] = [this.#now(), this.#turn++].map((number) => String(number).padStart(15, "0"));
    const name = `${PARCELS}${now}-${turn}-${events.length}-${crypto.randomUUID()}`;
    if (!(await addDocument(this.#storage, documentOf(name), parcel)))
      throw new SignetError("storage_failed", { detail: `"${name}" is there already.` });
  }
}

/** UTF-8 bytes that an event takes in a request. */
export function bytesOf(event: UsageEventRequest): number {
  return utf8(JSON.stringify(event)).length + 1;
}

function full(count: number): SignetError {
  return new SignetError("outbox_full", { detail: `${count} events are waiting to be sent.` });
}

function eventsIn(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (Number(name.slice(PARCELS.length).split("-")[2]) || 0), 0);
}

function documentOf(name: string): Document<Parcel> {
  return { name, is: isParcel };
}

function isParcel(content: unknown): content is Parcel {
  return (
    isRecord(content) &&
    isText(content.license) &&
    Array.isArray(content.events) &&
    content.events.every(isEvent)
  );
}

function isEvent(event: unknown): event is UsageEventRequest {
  return (
    isRecord(event) &&
    isText(event.id) &&
    isText(event.meter) &&
    Number.isSafeInteger(event.amount) &&
    isText(event.occurredAt)
  );
}
