import { createHash } from "node:crypto";

export const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

const BARE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** The key of an `Idempotency-Key` header: a structured-field string, or the same bare. Undefined when malformed. */
export function parseIdempotencyKey(header: string): string | undefined {
  const quoted = QUOTED.exec(header.trim())?.[1]?.replace(/\\(.)/g, "$1");
  const key = quoted ?? (BARE.test(header) ? header : undefined);
  return key === undefined || key === "" || key.length > IDEMPOTENCY_KEY_LENGTH_MAX ? undefined : key;
}

/** Which request a key was sent with. */
export interface KeyedRequest {
  readonly key: string;
  readonly operation: string;
  /** Who asks; undefined where anybody may, and only what is asked for tells requests apart. */
  readonly caller?: string;
  /** What the path names, beside the tenant. */
  readonly subject: string | undefined;
  /** Of the body as sent. */
  readonly bodyHash: string;
}

/**
 * Under which hash an answer is kept, and the hash of what it answers. Without a caller the first holds the second, so that
 * nobody reads, or blocks, an answer without knowing the whole request.
 */
export function identityOf({ key, operation, caller, subject, bodyHash }: KeyedRequest) {
  const request = sha256([operation, subject ?? "", bodyHash]);
  const owner = caller === undefined ? ["request", request.toString("hex")] : ["caller", caller];
  return { hash: sha256([...owner, operation, key]), request };
}

/** Whether an answer is final: one that says "try again later" is no answer to keep. */
export function isFinalStatus(status: number): boolean {
  return status < 500 && status !== 429;
}

function sha256(parts: readonly string[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}
