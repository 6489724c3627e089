import { isServerCode, type ServerCode } from "./codes.ts";
import { SignetError } from "./errors.ts";
import {
  isCount,
  isRecord,
  isText,
  isTextList,
  isTextRecord,
  parseJson,
  type UnknownRecord,
} from "./shapes.ts";
import type { StateStorage } from "./storage.ts";
import type { PublicKeyJwk } from "./wire.ts";

/** Raised when a stored text changes its shape; texts of another version are taken as absent, but no newer name or key is replaced. */
const VERSION = 1;

export interface StoredDeviceKey extends PublicKeyJwk {
  /** The private part. */
  readonly d: string;
}

export interface StoredTrust {
  /** The root key's `x`: what was seen under another root says nothing about this one. */
  readonly root: string;
  /** The root key that signed that bundle: the pinned one, or one that followed it. Absent in what older releases stored. */
  readonly trusted?: string;
  /** The highest `seq` ever accepted. */
  readonly seq: number;
  readonly bundle: string;
}

export interface StoredActivation {
  readonly token: string;
  /** Absent where the token was typed in as a code. */
  readonly certificate?: string;
  /** Of the fingerprint the device was activated with, hashed as they were sent: the token's digest is over them. */
  readonly components: Readonly<Record<string, string>>;
  /** The signed refusal of the last refresh, kept so that it also holds after a restart without network. */
  readonly refusal?: { readonly code: ServerCode; readonly correlationId: string };
}

/** A text this library stores, by its name and its shape. */
export interface Document<Content> {
  readonly name: string;
  readonly is: (content: unknown) => content is Content;
}

export const DEVICE_KEY: Document<StoredDeviceKey> = {
  name: "device-key",
  is: (content): content is StoredDeviceKey =>
    isRecord(content) &&
    content.kty === "OKP" &&
    content.crv === "Ed25519" &&
    isText(content.x) &&
    isText(content.d),
};

export const TRUST: Document<StoredTrust> = {
  name: "trust",
  is: (content): content is StoredTrust =>
    isRecord(content) &&
    isText(content.root) &&
    (content.trusted === undefined || isText(content.trusted)) &&
    isCount(content.seq) &&
    isText(content.bundle),
};

export const ACTIVATION: Document<StoredActivation> = {
  name: "activation",
  is: (content): content is StoredActivation =>
    isRecord(content) &&
    isText(content.token) &&
    (content.certificate === undefined || isText(content.certificate)) &&
    isTextRecord(content.components) &&
    (content.refusal === undefined ||
      (isRecord(content.refusal) &&
        isServerCode(content.refusal.code) &&
        isText(content.refusal.correlationId))),
};

export interface StoredTime {
  /** The latest server time seen in a signature, in seconds. */
  readonly seconds: number;
  /** The latest time this machine's own clock has shown, in seconds, where no server tells the time for long. */
  readonly shown?: number;
}

export const SERVER_TIME: Document<StoredTime> = {
  name: "server-time",
  is: (content): content is StoredTime =>
    isRecord(content) && isCount(content.seconds) && (content.shown === undefined || isCount(content.shown)),
};

/** The latest activation request made on this machine, and the answers that were imported. */
export interface StoredOfflineRequest {
  /** Undefined once it was answered. */
  readonly pending?: {
    readonly nonce: string;
    /** base64url SHA-256 of its compact JWS. */
    readonly req: string;
    /** Of the fingerprint it was made with, hashed. */
    readonly components: Readonly<Record<string, string>>;
  };
  /** Nonces of the requests whose answers were imported, the latest last. */
  readonly imported: readonly string[];
}

export const OFFLINE_REQUEST: Document<StoredOfflineRequest> = {
  name: "offline-request",
  is: (content): content is StoredOfflineRequest =>
    isRecord(content) &&
    isTextList(content.imported) &&
    (content.pending === undefined ||
      (isRecord(content.pending) &&
        isText(content.pending.nonce) &&
        isText(content.pending.req) &&
        isTextRecord(content.pending.components))),
};

/** The tickets that an activation response brought. */
export interface StoredOfflineTickets {
  /** `act_…` */
  readonly activation: string;
  /** `signet-ticket+jwt` of each. */
  readonly tokens: readonly string[];
}

export const OFFLINE_TICKETS: Document<StoredOfflineTickets> = {
  name: "offline-tickets",
  is: (content): content is StoredOfflineTickets =>
    isRecord(content) && isText(content.activation) && isTextList(content.tokens),
};

/** The files by which the last activation here was given up. */
export const OFFLINE_FAREWELL: Document<{ readonly files: readonly string[] }> = {
  name: "offline-farewell",
  is: (content): content is { readonly files: readonly string[] } =>
    isRecord(content) && isTextList(content.files),
};

/** Names this installation where the machine has no name of its own. */
export const INSTALL_ID: Document<{ readonly id: string }> = {
  name: "install-id",
  is: (content): content is { readonly id: string } => isRecord(content) && isText(content.id),
};

/** Undefined when nothing is stored under that name, or nothing this version can read. */
export async function readDocument<Content>(
  storage: StateStorage,
  document: Document<Content>,
): Promise<Content | undefined> {
  const text = await onStorage(() => storage.get(document.name));
  const stored = text === undefined ? undefined : parseJson(text);
  if (!isRecord(stored) || stored.version !== VERSION) return undefined;
  return document.is(stored.content) ? stored.content : undefined;
}

export async function writeDocument<Content extends object>(
  storage: StateStorage,
  document: Document<Content>,
  content: Content,
): Promise<void> {
  const stored: UnknownRecord = { version: VERSION, content };
  await onStorage(() => storage.set(document.name, JSON.stringify(stored)));
}

/** Writes a document that must not exist yet. @returns false where it does. */
export async function addDocument<Content extends object>(
  storage: StateStorage,
  document: Document<Content>,
  content: Content,
): Promise<boolean> {
  const text = JSON.stringify({ version: VERSION, content });
  return onStorage(async () => {
    if (storage.add !== undefined) return storage.add(document.name, text);
    if ((await storage.get(document.name)) !== undefined) return false;
    await storage.set(document.name, text);
    return true;
  });
}

/**
 * What is stored, made where there is nothing that can be read: of processes that make it at the same time all get the first one's.
 *
 * @throws SignetError `storage_failed` where a newer release has stored it: that is left as it is.
 */
export async function readOrAddDocument<Content extends object>(
  storage: StateStorage,
  document: Document<Content>,
  make: () => Promise<Content>,
): Promise<Content> {
  const known = await readDocument(storage, document);
  if (known !== undefined) return known;
  const made = await make();
  // Where nothing can be added, as on a file system without hard links, only one process may use the state; it replaces.
  if (await addDocument(storage, document, made).catch(() => false)) return made;
  const first = await readDocument(storage, document);
  if (first !== undefined) return first;
  await assertNotNewer(storage, document);
  await writeDocument(storage, document, made);
  return made;
}

async function assertNotNewer(storage: StateStorage, { name }: Document<unknown>): Promise<void> {
  const text = await onStorage(() => storage.get(name));
  const stored = text === undefined ? undefined : parseJson(text);
  if (!isRecord(stored) || !isCount(stored.version) || stored.version <= VERSION) return;
  throw new SignetError("storage_failed", {
    sentence:
      "What is stored on this device is a newer release's; use that release, or another state directory.",
    detail: `"${name}" is stored in version ${stored.version}; this release knows version ${VERSION}.`,
  });
}

export async function deleteDocument(storage: StateStorage, document: Document<unknown>): Promise<void> {
  await onStorage(() => storage.delete(document.name));
}

/** The names of what is stored under names that begin so, in order. */
export async function listDocuments(storage: StateStorage, prefix: string): Promise<string[]> {
  const names = await onStorage(() => storage.list());
  return names.filter((name) => name.startsWith(prefix)).sort();
}

async function onStorage<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw new SignetError("storage_failed", {
      cause,
      detail: cause instanceof Error ? cause.message : String(cause),
    });
  }
}
