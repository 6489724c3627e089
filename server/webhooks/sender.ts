import type { Clock } from "../platform/clock.ts";
import type { PublicRequest } from "../platform/public-fetch.ts";

/** What became of one request. */
export interface Outcome {
  readonly at: Date;
  readonly durationMs: number;
  /** Null when no answer came. */
  readonly status: number | null;
  /** Why no answer came, for a person. */
  readonly error: string | null;
  /** The beginning of the answer. */
  readonly response: string | null;
  readonly retryAfter: string | undefined;
}

const TIMEOUT_MS = 15_000;
const RESPONSE_BYTES_MAX = 1_024;

export function isTaken({ status }: Pick<Outcome, "status">): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Sends one request, and says what came of it; it never throws. */
export function createSender({
  ask,
  clock,
  timeoutMs = TIMEOUT_MS,
}: {
  ask: PublicRequest;
  clock: Clock;
  timeoutMs?: number;
}) {
  return async function send(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Outcome> {
    const at = clock.now();
    const begunMs = clock.monotonicMs();
    const took = () => Math.round(clock.monotonicMs() - begunMs);
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const asked = { method: "POST", headers, body, signal, bytesMax: RESPONSE_BYTES_MAX } as const;
      const answer = await ask(url, asked);
      const { status } = answer;
      const response = printable(answer.body.toString("utf8")) + (answer.isCut ? "…" : "");
      const retryAfter = answer.headers["retry-after"];
      return { at, durationMs: took(), status, error: null, response, retryAfter };
    } catch (error) {
      const words = failureWords(error, new URL(url).hostname, timeoutMs);
      return { at, durationMs: took(), status: null, error: words, response: null, retryAfter: undefined };
    }
  };
}

const WORDS: Readonly<Record<string, (host: string) => string>> = {
  ENOTFOUND: (host) => `There is no host ${host}.`,
  EAI_AGAIN: (host) => `The name ${host} could not be looked up.`,
  ECONNREFUSED: (host) => `${host} refuses the connection: nothing listens there.`,
  ECONNRESET: (host) => `${host} broke the connection off.`,
  EHOSTUNREACH: (host) => `${host} cannot be reached.`,
  ENETUNREACH: (host) => `${host} cannot be reached.`,
  EPROTO: (host) => `${host} does not speak HTTPS there.`,
  CERT_HAS_EXPIRED: (host) => `The certificate of ${host} has expired.`,
  DEPTH_ZERO_SELF_SIGNED_CERT: (host) => `The certificate of ${host} is self-signed.`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (host) => `The certificate of ${host} is by nobody known here.`,
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => `The certificate is not one of ${host}.`,
};

function failureWords(error: unknown, host: string, timeoutMs: number): string {
  if (!(error instanceof Error)) return "The request failed.";
  if (error.name === "TimeoutError" || error.name === "AbortError")
    return `No answer came within ${timeoutMs / 1000} seconds.`;
  const code = "code" in error ? String(error.code) : "";
  return WORDS[code]?.(host) ?? error.message;
}

/** What PostgreSQL's text cannot hold is left out. */
function printable(text: string): string {
  return text.replaceAll("\u0000", "");
}
