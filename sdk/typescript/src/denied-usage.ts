import { type ErrorCode, isServerCode, type ServerCode } from "./codes.ts";
import { sha256Hex } from "./encoding.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import { type Document, deleteDocument, listDocuments, readDocument, writeDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";

/** An event that the server has refused to charge. */
export interface DeniedUsage {
  readonly id: string;
  readonly meter: string;
  /** In the meter's unit. */
  readonly amount: number;
  readonly at: Date;
  /** `insufficient_credits`, `meter_not_entitled` or `idempotency_conflict`; `invalid_request` where the server cannot read the event. */
  readonly code: ErrorCode;
  /**
   * Whether the server has signed that it does not charge it. Else it is sent again once a day and at the next start, since anybody can say
   * that a request is not valid.
   */
  readonly signed: boolean;
}

interface StoredDenial {
  readonly license: string;
  readonly id: string;
  readonly meter: string;
  readonly amount: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly code: ServerCode;
  /** Absent where it is signed. */
  readonly signed?: false;
}

const PREFIX = "denied-";

/** The refused events of one license, kept on the machine until the application has seen to them. */
export class DeniedEvents {
  readonly #storage: StateStorage;
  readonly #license: string;

  constructor(storage: StateStorage, license: string) {
    this.#storage = storage;
    this.#license = license;
  }

  async keep({ id, meter, amount, at, code, signed }: DeniedUsage): Promise<void> {
    if (!isServerCode(code)) return;
    const denial: StoredDenial = {
      ...{ license: this.#license, id, meter, amount, at: at.getTime(), code },
      ...(signed ? {} : { signed }),
    };
    await writeDocument(this.#storage, await documentOf(id), denial);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const kept = new Set(await listDocuments(this.#storage, PREFIX));
    if (kept.size === 0) return;
    for (const id of ids) {
      const document = await documentOf(id);
      if (kept.has(document.name)) await deleteDocument(this.#storage, document);
    }
  }

  async count(): Promise<number> {
    return (await listDocuments(this.#storage, PREFIX)).length;
  }

  /** The oldest first. */
  async all(): Promise<DeniedUsage[]> {
    const found: DeniedUsage[] = [];
    for (const name of await listDocuments(this.#storage, PREFIX)) {
      const denied = await this.#read(documentNamed(name));
      if (denied !== undefined) found.push(denied);
    }
    return found.sort((one, other) => one.at.getTime() - other.at.getTime());
  }

  /** @returns looks an event up among those kept now, and reads no other. */
  async finder(): Promise<(id: string) => Promise<DeniedUsage | undefined>> {
    const names = new Set(await listDocuments(this.#storage, PREFIX));
    return async (id) => {
      if (names.size === 0) return undefined;
      const document = await documentOf(id);
      return names.has(document.name) ? this.#read(document) : undefined;
    };
  }

  async #read(document: Document<StoredDenial>): Promise<DeniedUsage | undefined> {
    const stored = await readDocument(this.#storage, document);
    if (stored?.license !== this.#license) return undefined;
    const { id, meter, amount, at, code, signed = true } = stored;
    return { id, meter, amount, at: new Date(at), code, signed };
  }
}

async function documentOf(id: string): Promise<Document<StoredDenial>> {
  return documentNamed(PREFIX + (await sha256Hex(id)).slice(0, 32));
}

function documentNamed(name: string): Document<StoredDenial> {
  return { name, is: isDenial };
}

function isDenial(content: unknown): content is StoredDenial {
  return (
    isRecord(content) &&
    isText(content.license) &&
    isText(content.id) &&
    isText(content.meter) &&
    isCount(content.amount) &&
    // Before 1970 it is below zero.
    Number.isSafeInteger(content.at) &&
    isServerCode(content.code) &&
    (content.signed === undefined || content.signed === false)
  );
}
