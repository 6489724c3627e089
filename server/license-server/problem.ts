import type { Problem } from "#sdk/wire.ts";
import { CODES, type Code } from "#server/domain/codes.ts";
import { SignetError } from "#server/domain/errors.ts";
import type { RawReply } from "./raw.ts";
import { HttpRefusal } from "./refusal.ts";

/** Where the portal explains the codes, each under its own name as the fragment. */
export const ERRORS_PATH = "/docs/errors";

const INSTANCE_LENGTH_MAX = 256;

/** Where and under which id a refusal happened. */
export interface Occurrence {
  readonly path: string;
  readonly correlationId: string;
}

/** The reply for anything thrown; whatever is not a SignetError becomes an `internal_error` that tells nothing. */
export function problemReply(error: unknown, occurrence: Occurrence): RawReply {
  const refusal = error instanceof SignetError ? error : new SignetError("internal_error");
  const status = (refusal instanceof HttpRefusal ? refusal.status : undefined) ?? CODES[refusal.code].status;
  const problem = problemOf(refusal.code, refusal.message, status, occurrence);
  const body = refusal.errors.length === 0 ? problem : { ...problem, errors: refusal.errors };
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  const waits = status === 429 || status === 503 ? 1 : undefined;
  const retryAfterSeconds = refusal.retryAfterSeconds ?? waits;
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  if (refusal instanceof HttpRefusal) Object.assign(headers, refusal.headers);
  return { status, headers, body: JSON.stringify(body) };
}

/** The reply for a decision that went against the caller, with the signed denial it may act on. */
export function denialReply(
  code: Code,
  decision: string,
  occurrence: Occurrence,
  detail = CODES[code].sentence,
): RawReply {
  const { status } = CODES[code];
  const problem: Problem = { ...problemOf(code, detail, status, occurrence), decision };
  return {
    status,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify(problem),
  };
}

function problemOf(code: Code, detail: string, status: number, { path, correlationId }: Occurrence): Problem {
  return {
    type: `${ERRORS_PATH}#${code}`,
    title: CODES[code].title,
    status,
    detail,
    instance: path.slice(0, INSTANCE_LENGTH_MAX),
    code,
    correlationId,
    retryable: CODES[code].retryable,
  };
}
