import { CODE_FACTS, type ErrorCode } from "./codes.ts";
import type { ArmourDefect } from "./offline-armour.ts";
import { holdOpen } from "./timer.ts";

/** What is wrong with a signed text of either kind, before its content is looked at. */
export type JwsReason = "malformed" | "algorithm" | "type" | "header" | "signature";

/** Why a trust bundle is not believed. */
export type TrustReason =
  | JwsReason
  /** There is none on this machine yet. */
  | "missing"
  | "claims"
  /** It belongs to another tenant. */
  | "tenant"
  | "expired"
  | "not_yet_valid"
  /** Its `seq` is lower than one seen before. */
  | "rollback"
  /** It was signed by another root key, and nothing signed by both leads there from the trusted one. */
  | "root_chain";

/** Why a token is not believed. */
export type TokenReason =
  | JwsReason
  | "claims"
  | "key_unknown"
  /** Signed by a key that is for another kind of token. */
  | "key_use"
  /** Signed before or after its key's time. */
  | "key_window"
  | "key_revoked"
  | "issuer"
  | "audience"
  | "subject"
  | "expired"
  | "not_yet_valid"
  | "license_revoked"
  | "activation_revoked"
  /** It answers another request than the one that was sent. */
  | "nonce"
  | "request"
  /** It is bound to another device key, or to another device. */
  | "device_key"
  | "fingerprint";

/** Why a file that was carried to this machine is not believed: its text, its form, or what it holds. */
export type FileReason = ArmourDefect | TokenReason | TrustReason;

type Reason = FileReason;

/** Reasons that a person can act on get a sentence of their own. */
const REASON_SENTENCES: Partial<Record<Reason, string>> = {
  rollback: "This security snapshot is older than one this machine has seen; fetch the newest one.",
  missing: "This machine has not seen the vendor's trust bundle yet; connect to the internet once.",
  key_revoked: "The vendor has replaced the key that signed this license; enter the license key again.",
  license_revoked: "This license was revoked and cannot be used again; contact the vendor.",
  activation_revoked: "This device's activation was revoked; contact the vendor.",
  device_key: "This activation belongs to another installation; activate this one.",
  fingerprint:
    "This activation belongs to another device, or too much of this one has changed since; activate it again.",
};
/** Most often the program was given another tenant's root key, which no connection mends. */
const FOREIGN_ROOT = {
  sentence: "This program does not trust the license server that it reached; contact the vendor.",
  detail:
    "The trust bundle is signed neither by the option `rootKey` nor by a key that this leads to; compare it with the one in the vendor's portal.",
};
const NO_CRYPTOGRAPHY = "This page must be served by HTTPS: without it the browser has no cryptography.";
const TOKEN_EXPIRED = "This activation has run out; connect to the internet to renew it.";

export interface SignetErrorOptions {
  readonly reason?: Reason | undefined;
  readonly signed?: boolean;
  /** Replaces the code's own sentence. */
  readonly sentence?: string | undefined;
  readonly detail?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/**
 * The one class of error this library throws or rejects with.
 *
 * `message` is a sentence that can be shown to the end user as it is; `code` is what a program decides by. Narrow an unknown
 * error with {@link isSignetError}.
 *
 * @example
 * try {
 *   await signet.activate(licenseKey);
 * } catch (error) {
 *   if (isSignetError(error) && error.code === "license_suspended" && error.signed) disableTheProduct(error.message);
 * }
 */
export class SignetError extends Error {
  override readonly name = "SignetError";
  readonly code: ErrorCode;
  /** What exactly did not verify; only with `token_invalid`, `trust_invalid` and `file_invalid`. */
  readonly reason: Reason | undefined;
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfterSeconds: number | undefined;
  /** True when the vendor's key signed this very refusal of this very request: only then act on it. */
  readonly signed: boolean;
  /** Finds this refusal in the vendor's portal and logs. */
  readonly correlationId: string | undefined;
  /** More words for a log, from the server or the machine; they are not signed, so do not act on them. */
  readonly detail: string | undefined;

  constructor(code: ErrorCode, options: SignetErrorOptions = {}) {
    super(sentenceOf(code, options), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason;
    this.retryable = options.retryable ?? CODE_FACTS[code].retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.signed = options.signed ?? false;
    this.correlationId = options.correlationId;
    this.detail = options.detail;
  }
}

function sentenceOf(code: ErrorCode, { sentence, reason }: SignetErrorOptions): string {
  if (sentence !== undefined) return sentence;
  if (code === "token_invalid" && reason === "expired") return TOKEN_EXPIRED;
  if (code === "file_invalid") return CODE_FACTS[code].sentence;
  return (reason && REASON_SENTENCES[reason]) ?? CODE_FACTS[code].sentence;
}

/** A {@link SignetError} as a union, so that a `switch` over `code` narrows `reason`. */
export type SignetFailure = SignetError &
  (
    | { readonly code: "token_invalid"; readonly reason: TokenReason }
    | { readonly code: "trust_invalid"; readonly reason: TrustReason }
    | { readonly code: "file_invalid"; readonly reason: FileReason }
    | {
        readonly code: Exclude<ErrorCode, "token_invalid" | "trust_invalid" | "file_invalid">;
        readonly reason: undefined;
      }
  );

/** Whether an error of unknown origin came from this library. */
export function isSignetError(error: unknown): error is SignetFailure {
  return error instanceof SignetError;
}

/** A signed no to a refresh that waiting will not change: the activation is over until a server says otherwise. */
export function isFinalRefusal(error: unknown): error is SignetError {
  return error instanceof SignetError && error.signed && !error.retryable;
}

export function tokenInvalid(reason: TokenReason, cause?: unknown): SignetError {
  return new SignetError("token_invalid", { reason, cause });
}

export function trustInvalid(reason: TrustReason, cause?: unknown): SignetError {
  const isForeign = reason === "signature" || reason === "root_chain";
  return new SignetError("trust_invalid", { ...(isForeign ? FOREIGN_ROOT : {}), reason, cause });
}

/** A carried file that is not believed, in the words of whoever found out. */
export function fileInvalid(
  reason: FileReason,
  options: { readonly sentence?: string; readonly cause?: unknown } = {},
): SignetError {
  return new SignetError("file_invalid", { reason, ...options });
}

/** For the program's author, who is the one to read it. */
export function configurationInvalid(sentence: string): SignetError {
  return new SignetError("configuration_invalid", { sentence, detail: sentence });
}

/** For a wrong argument: for the program's author too, but it may come from what a user typed. */
export function invalidArgument(sentence: string): SignetError {
  return new SignetError("invalid_request", { sentence });
}

/**
 * Runs `work` that the application waits for, so that whatever it throws leaves as a {@link SignetError}. The process lives until it is
 * done: what the library does by itself keeps none alive.
 */
export async function guarded<Value>(work: () => Promise<Value>): Promise<Value> {
  const letGo = holdOpen();
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignetError) throw error;
    // Browsers give it only to pages that came by TLS, or from this very machine.
    if (!globalThis.crypto?.subtle)
      throw new SignetError("configuration_invalid", { sentence: NO_CRYPTOGRAPHY, cause: error });
    const detail = error instanceof Error ? error.message : undefined;
    throw new SignetError("unexpected_error", { detail, cause: error });
  } finally {
    letGo();
  }
}
