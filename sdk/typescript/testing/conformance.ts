import { readFileSync } from "node:fs";
import { isSignetError, memoryStorage, Signet, type StateStorage } from "../src/index.ts";
import { readRequestCode, readResponseCode } from "../src/offline-code.ts";
import { type DeviceFileKind, readDeviceFile } from "../src/offline-file.ts";
import type { CodeKind } from "../src/offline-groups.ts";
import { journalHashes, journalOrigin } from "../src/offline-journal.ts";
import {
  ACTIVATION,
  DEVICE_KEY,
  type Document,
  OFFLINE_REQUEST,
  SERVER_TIME,
  type StoredActivation,
  type StoredDeviceKey,
  type StoredOfflineRequest,
  type StoredTrust,
  TRUST,
  writeDocument,
} from "../src/state.ts";
import { openTrustBundle, type TokenExpectations, type VerifiableKind, verifyToken } from "../src/verify.ts";

/** What every vector of `sdk/conformance` has. */
export interface Vector {
  readonly id: string;
  readonly says: string;
  readonly refused?: { readonly code: string; readonly reason?: string };
  readonly accepted?: Readonly<Record<string, unknown>>;
}

export interface TokenVector extends Vector {
  readonly kind: VerifiableKind;
  readonly token: string;
  readonly bundle: string;
  readonly clock: number;
  readonly openedAt?: number;
  readonly expect: Omit<TokenExpectations, "now">;
}

export interface BundleVector extends Vector {
  readonly bundle: string;
  readonly rootKey: string;
  readonly tenant: string;
  readonly clock: number;
  readonly seen: { readonly seq?: number; readonly root?: string };
}

export interface FileVector extends Vector {
  readonly kind: DeviceFileKind;
  readonly text: string;
}

export interface JournalVector extends Vector {
  readonly text: string;
}

export interface CodeVector extends Vector {
  readonly kind: CodeKind;
  readonly text: string;
  readonly groups?: readonly number[];
}

export interface MachineVector extends Vector {
  readonly does: "start" | "import-response" | "import-snapshot";
  readonly clock: number;
  readonly rootKey: string;
  readonly device: StoredDeviceKey;
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly stored: {
    readonly activation?: StoredActivation;
    readonly trust?: StoredTrust;
    readonly serverTime?: number;
    readonly request?: NonNullable<StoredOfflineRequest["pending"]>;
    readonly imported?: readonly string[];
  };
  readonly text?: string;
}

export interface Corpus {
  readonly tokens: {
    readonly rootKey: string;
    readonly bundles: Readonly<Record<string, string>>;
    readonly vectors: readonly TokenVector[];
  };
  readonly bundles: { readonly vectors: readonly BundleVector[] };
  readonly files: { readonly vectors: readonly FileVector[] };
  readonly journals: { readonly vectors: readonly JournalVector[] };
  readonly codes: { readonly vectors: readonly CodeVector[] };
  readonly machines: {
    readonly tenant: string;
    readonly product: string;
    readonly vectors: readonly MachineVector[];
  };
}

export function readCorpus(): Corpus {
  const read = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../conformance/${name}.json`, import.meta.url), "utf8"));
  return {
    tokens: read("tokens"),
    bundles: read("bundles"),
    files: read("files"),
    journals: read("journals"),
    machines: read("machines"),
    codes: read("codes"),
  };
}

/** What a vector says of itself, in the words of {@link outcomeOf}. */
export function wanted({ refused }: Vector): string {
  return refused === undefined ? "accepted" : spoken(refused.code, refused.reason);
}

/** Hundreds of tokens share a few bundles. */
const opened = new Map<string, ReturnType<typeof openTrustBundle>>();

export async function runToken(vector: TokenVector, { rootKey, bundles }: Corpus["tokens"]): Promise<string> {
  const { token, kind, expect, clock, openedAt = clock } = vector;
  return outcomeOf(async () => {
    const text = bundles[vector.bundle] ?? "";
    const bundle = opened.get(text + openedAt) ?? openTrustBundle(text, rootKey, { now: openedAt * 1000 });
    opened.set(text + openedAt, bundle);
    const claims = await verifyToken(token, kind, await bundle, { ...expect, now: clock * 1000 });
    return { sub: claims.sub };
  }, vector);
}

export async function runBundle(vector: BundleVector): Promise<string> {
  const { bundle, rootKey, tenant, clock, seen } = vector;
  const options = { now: clock * 1000, tenant, lastSeq: seen.seq, lastRoot: seen.root };
  return outcomeOf(async () => {
    const { tenant: found } = await openTrustBundle(bundle, rootKey, options);
    return { tenant: found };
  }, vector);
}

export async function runFile(vector: FileVector): Promise<string> {
  const read = await readDeviceFile(vector.kind, vector.text);
  return read.ok ? accepted(read.payload, vector) : spoken("file_invalid", read.defect);
}

/** What is typed wrongly must be told by the groups' numbers, in this order. */
export async function runCode(vector: CodeVector): Promise<string> {
  const { kind, text, groups } = vector;
  const read = await (kind === "request" ? readRequestCode(text) : readResponseCode(text));
  if (read.ok) return accepted({ ...read }, vector);
  const told = [...read.sentence.matchAll(/\d+/g)].slice(0, groups?.length ?? 0).map(Number);
  const isTold = JSON.stringify(told) === JSON.stringify(groups ?? []);
  return isTold ? spoken("code_mistyped", undefined) : `told of ${told} in "${read.sentence}"`;
}

/** What the library itself knows of a journal: its form, its signature and its chain. The rest is the server's rules. */
async function runChain(text: string): Promise<"origin" | "chain" | "holds"> {
  const read = await readDeviceFile("journal", text);
  if (!read.ok) throw new Error(read.sentence);
  const { activation, first, prev, entries, head } = JSON.parse(JSON.stringify(read.payload));
  if (first === 1 && prev !== (await journalOrigin(activation, read.thumbprint))) return "origin";
  return (await journalHashes(prev, first, entries)).at(-1) === head ? "holds" : "chain";
}

const CHAIN_REASONS = ["origin", "chain"];

/** As the other vectors are run; one that breaks a rule of the server's own is not looked at. */
export async function runJournal(vector: JournalVector): Promise<string> {
  const { refused, text } = vector;
  if (refused !== undefined && !CHAIN_REASONS.includes(refused.reason ?? "")) return wanted(vector);
  const found = await runChain(text).catch((error: unknown) => `threw ${error}`);
  if (found === "holds") return "accepted";
  return CHAIN_REASONS.includes(found) ? spoken("offline_request_invalid", found) : found;
}

/** Puts what a machine has stored where the library looks for it. */
export async function storeMachine(storage: StateStorage, { device, stored }: MachineVector): Promise<void> {
  const store = async <Content extends object>(name: Document<Content>, content: Content | undefined) => {
    if (content !== undefined) await writeDocument(storage, name, content);
  };
  const { activation, trust, serverTime, request, imported = [] } = stored;
  await store(DEVICE_KEY, device);
  await store(ACTIVATION, activation);
  await store(TRUST, trust);
  await store(SERVER_TIME, serverTime === undefined ? undefined : { seconds: serverTime });
  await store(OFFLINE_REQUEST, request === undefined ? { imported } : { pending: request, imported });
}

export async function runMachine(
  vector: MachineVector,
  { tenant, product }: Corpus["machines"],
): Promise<string> {
  const { text = "" } = vector;
  const storage = memoryStorage();
  await storeMachine(storage, vector);
  const signet = new Signet({
    server: "https://licenses.example",
    tenant,
    product,
    rootKey: vector.rootKey,
    storage,
    clock: { now: () => vector.clock * 1000 },
    fingerprint: async () => vector.fingerprint,
    fetch: () => Promise.reject(new Error("There is no network here.")),
  });
  return outcomeOf(async () => {
    if (vector.does === "import-snapshot") {
      await signet.offline.importSnapshot(text);
      return {};
    }
    const { id } = await (vector.does === "start" ? signet.current() : signet.offline.importResponse(text));
    return { activation: id };
  }, vector);
}

async function outcomeOf(
  work: () => Promise<Readonly<Record<string, unknown>>>,
  vector: Vector,
): Promise<string> {
  try {
    return accepted(await work(), vector);
  } catch (error) {
    return isSignetError(error) ? spoken(error.code, error.reason) : `threw ${error}`;
  }
}

function accepted(found: Readonly<Record<string, unknown>>, vector: Vector): string {
  const other = Object.entries(vector.accepted ?? {}).filter(
    ([name, value]) => JSON.stringify(found[name]) !== JSON.stringify(value),
  );
  return other.length === 0 ? "accepted" : `accepted with other ${other.map(([name]) => name)}`;
}

function spoken(code: string, reason: string | undefined): string {
  return reason === undefined ? code : `${code}: ${reason}`;
}
