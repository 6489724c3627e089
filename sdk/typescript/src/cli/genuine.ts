import { decodeProtectedHeader } from "jose";
import { CLAIMS_GUARDS, type VerifiableKind } from "../claims.ts";
import { type FileReason, fileInvalid, isSignetError } from "../errors.ts";
import { OFFLINE_FILES, type OfflineFileKind } from "../offline-armour.ts";
import { jwsIn, unverifiedResponse } from "../offline-exchange.ts";
import { type DeviceFileKind, readDeviceFile } from "../offline-file.ts";
import { isRecord, isText, parseJson, type UnknownRecord } from "../shapes.ts";
import type { TrustBundle } from "../trust-bundle.ts";
import { verifyToken } from "../verify.ts";
import { TOKEN_TYPES } from "../wire.ts";
import type { VendorKeys } from "./vendor-keys.ts";

/** What a text turned out to be, once its signatures were found good. */
export interface Genuine {
  /** `activation response`, `license token`, … */
  readonly kind: string;
  readonly claims: UnknownRecord;
  readonly signer: string;
  /** The bundle that said so; a device's own files need none. */
  readonly bundle?: TrustBundle;
  /** The field that it was in, of an answer of the API. */
  readonly field?: string;
}

interface Judge {
  readonly keys: VendorKeys;
  readonly product: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Finds out what a text is, and verifies it without the network.
 *
 * @throws SignetError `file_invalid` with the reason.
 */
export async function genuine(text: string, judge: Judge): Promise<Genuine> {
  const answer = parseJson(text);
  return isRecord(answer) ? inAnswer(answer, judge) : inText(text, judge);
}

/** What an answer of the API may hold that is signed, the most telling first. */
const SIGNED_FIELDS = ["response", "token", "receipt", "decision", "bundle", "certificate"] as const;

/** All that is signed in it must be good; the first tells what it is. */
async function inAnswer(answer: UnknownRecord, judge: Judge): Promise<Genuine> {
  const found: Genuine[] = [];
  for (const field of SIGNED_FIELDS) {
    const text = answer[field];
    if (isText(text)) found.push({ ...(await inText(text, judge)), field });
  }
  const [first] = found;
  if (first === undefined) throw fileInvalid("type", { sentence: NOTHING_SIGNED });
  return first;
}

async function inText(text: string, judge: Judge): Promise<Genuine> {
  const kind = fileKinds().find((known) => text.includes(OFFLINE_FILES[known]));
  return inWordsOfFiles(async () => {
    switch (kind) {
      case undefined:
        return token(text.trim(), judge);
      case "snapshot":
        return snapshot(jwsIn(kind, text), judge);
      case "response":
        return response(jwsIn(kind, text), judge);
      default:
        return deviceFile(kind, text);
    }
  });
}

async function snapshot(jws: string, { keys }: Judge): Promise<Genuine> {
  const bundle = await keys.open(jws);
  const { tenant, seq, issuedAt, expiresAt } = bundle;
  const claims = { tenant, seq, iat: issuedAt, exp: expiresAt };
  return { kind: "security snapshot", claims, signer: "the vendor's root key", bundle };
}

/** Verified by the bundle within it, and so is the activation token, which says until when. */
async function response(jws: string, { keys, product, now }: Judge): Promise<Genuine> {
  const bundle = await keys.open((await unverifiedResponse(jws)).bundle);
  const expected = { audience: product, now, allowExpiredBundle: true };
  const held = await verifyToken(jws, "offlineResponse", bundle, { ...expected, allowExpired: true });
  const { token: activation, certificate, nonce, req, sub: subject } = held;
  const claims = await verifyToken(activation, "activation", bundle, { ...expected, subject, nonce, req });
  const described = { ...expected, subject: claims.license, allowExpired: true };
  await verifyToken(certificate, "license", bundle, described);
  return {
    kind: "activation response",
    claims: { ...claims },
    signer: "the vendor's activation key",
    bundle,
  };
}

async function token(jws: string, judge: Judge): Promise<Genuine> {
  const type = typeOf(jws);
  if (type === TOKEN_TYPES.trust) return snapshot(jws, judge);
  if (type === TOKEN_TYPES.offlineResponse) return response(jws, judge);
  const kind = tokenKinds().find((known) => TOKEN_TYPES[known] === type);
  if (kind === undefined) throw fileInvalid("type", { sentence: NOTHING_KNOWN });
  const bundle = await judge.keys.known();
  const expected = { audience: judge.product, now: judge.now, allowExpiredBundle: true };
  const claims = { ...(await verifyToken(jws, kind, bundle, expected)) };
  return { kind: `${kind} token`, claims, signer: "the vendor", bundle };
}

async function deviceFile(kind: DeviceFileKind, text: string): Promise<Genuine> {
  const reading = await readDeviceFile(kind, text);
  if (!reading.ok) {
    const { defect, sentence } = reading;
    throw fileInvalid(defect === "payload" ? "claims" : defect, { sentence });
  }
  const name = OFFLINE_FILES[kind].toLowerCase();
  return { kind: name, claims: reading.payload, signer: `the device key ${reading.thumbprint}` };
}

const NOTHING_SIGNED = `This JSON holds nothing that is signed; an answer of the API that can be verified has ${SIGNED_FIELDS.map((name) => `\`${name}\``).join(", ")}.`;
const NOTHING_KNOWN = "This is no file and no token of Signet's.";

/** What `token_invalid` and `trust_invalid` say is about the license in use; here they are about the file. */
async function inWordsOfFiles(work: () => Promise<Genuine>): Promise<Genuine> {
  try {
    return await work();
  } catch (error) {
    if (!isSignetError(error) || (error.code !== "token_invalid" && error.code !== "trust_invalid"))
      throw error;
    const { reason } = error;
    throw fileInvalid(reason, {
      sentence: SENTENCES[reason] ?? "This is not whole, or not genuine.",
      cause: error,
    });
  }
}

const SENTENCES: Partial<Record<FileReason, string>> = {
  signature: "This was changed after it was signed, or somebody else signed it.",
  key_unknown:
    "This is signed by a key that is not among the vendor's known here; newer keys come by `--snapshot`.",
  key_revoked: "The vendor has disowned the key that signed this.",
  key_use: "This is signed by a key that is for something else.",
  key_window: "This was signed when its key was not in use.",
  root_chain: "This is signed by another root key than the one that was set.",
  issuer: "This is another vendor's.",
  tenant: "This is another vendor's.",
  audience: "This is for another product.",
  expired: "This is genuine, and its time is over.",
  not_yet_valid: "This is from the future; is this machine's clock right?",
  license_revoked: "This is genuine, and its license was revoked.",
  activation_revoked: "This is genuine, and its activation was revoked.",
};

function typeOf(jws: string): unknown {
  try {
    return decodeProtectedHeader(jws).typ;
  } catch {
    return undefined;
  }
}

function fileKinds(): OfflineFileKind[] {
  return Object.keys(OFFLINE_FILES).filter((name): name is OfflineFileKind =>
    Object.hasOwn(OFFLINE_FILES, name),
  );
}

function tokenKinds(): VerifiableKind[] {
  return Object.keys(CLAIMS_GUARDS).filter((name): name is VerifiableKind =>
    Object.hasOwn(CLAIMS_GUARDS, name),
  );
}
