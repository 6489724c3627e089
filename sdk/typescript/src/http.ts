import type { Clock } from "./clock.ts";
import type { Debug } from "./debug.ts";
import type { Bytes } from "./encoding.ts";
import { SignetError } from "./errors.ts";
import { backoffMs, pause, stopIn } from "./timer.ts";

export type Fetch = typeof globalThis.fetch;

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bytes;
  /** Headers made anew for each attempt, where none may be sent twice. */
  readonly attemptHeaders?: (() => Promise<Readonly<Record<string, string>>>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the options', for a caller that has a pace or a deadline of its own. */
  readonly timeoutMs?: number | undefined;
  readonly retriesMax?: number | undefined;
}

export interface HttpReply {
  readonly status: number;
  readonly text: string;
  readonly retryAfterSeconds: number | undefined;
}

export interface HttpOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** For each attempt, to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Attempts after the first. */
  readonly retriesMax: number;
  readonly debug: Debug;
}

/** Sends a request, and again while that can help: everything this API takes is safe to send twice. */
export type Http = (request: HttpRequest) => Promise<HttpReply>;

/** More than any answer of this API takes, a trust bundle with a million revocations included. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const RETRIED_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const BACKOFF_MS = 250;
const BACKOFF_MS_MAX = 4_000;
/** A server that asks for a longer pause is not waited for: the caller decides. */
const RETRY_AFTER_SECONDS_MAX = 20;
/** Nobody signs the header: a lie shall not silence seats, tickets and usage for longer. */
const RETRY_AFTER_SECONDS_BELIEVED = 3_600;

/**
 * @returns a function that rejects only with SignetError `network_error`, `aborted`, or `server_error` for an answer that does not end;
 * any status is an answer.
 */
export function createHttp(options: HttpOptions): Http {
  return async (request) => {
    const retriesMax = request.retriesMax ?? options.retriesMax;
    for (let attempt = 0; ; attempt++) {
      const outcome = await attemptOnce(request, options);
      options.debug("request", factsOf(request, outcome, attempt));
      const pauseMs = attempt < retriesMax ? pauseBeforeRetry(outcome, attempt) : undefined;
      if (pauseMs === undefined) {
        if (outcome instanceof SignetError) throw outcome;
        return outcome;
      }
      await pause(pauseMs, request.signal);
    }
  };
}

/** Milliseconds to wait before the next attempt, or undefined when there should be none. */
function pauseBeforeRetry(outcome: HttpReply | SignetError, attempt: number): number | undefined {
  if (outcome instanceof SignetError && outcome.code !== "network_error") return undefined;
  if (!(outcome instanceof SignetError) && !RETRIED_STATUSES.has(outcome.status)) return undefined;
  const { retryAfterSeconds } = outcome;
  if (retryAfterSeconds !== undefined && retryAfterSeconds > RETRY_AFTER_SECONDS_MAX) return undefined;
  return (retryAfterSeconds ?? 0) * 1000 + backoffMs(attempt + 1, BACKOFF_MS, BACKOFF_MS_MAX);
}

function factsOf({ method, url }: HttpRequest, outcome: HttpReply | SignetError, attempt: number) {
  const facts = { method, path: new URL(url).pathname, attempt: attempt + 1 };
  return outcome instanceof SignetError ? { ...facts, error: outcome } : { ...facts, status: outcome.status };
}

async function attemptOnce(request: HttpRequest, options: HttpOptions): Promise<HttpReply | SignetError> {
  if (request.signal?.aborted) return aborted(request.signal);
  const stop = new AbortController();
  const timeoutMs = request.timeoutMs ?? options.timeoutMs;
  const goOn = stopIn(timeoutMs, stop);
  const onAbort = () => stop.abort(request.signal?.reason);
  request.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await unlessStopped(stop.signal, send(request, options, stop.signal));
  } catch (cause) {
    if (request.signal?.aborted) return aborted(request.signal);
    if (cause instanceof SignetError && cause.code === "server_error") return cause;
    return new SignetError("network_error", { cause, detail: wordsOf(cause) });
  } finally {
    goOn();
    request.signal?.removeEventListener("abort", onAbort);
  }
}

async function send(
  { method, url, headers, body, attemptHeaders }: HttpRequest,
  options: HttpOptions,
  signal: AbortSignal,
) {
  const { fetch, clock } = options;
  const own = await attemptHeaders?.();
  const response = await fetch(url, {
    method,
    headers: { accept: "application/json, application/problem+json", ...headers, ...own },
    ...(body === undefined ? {} : { body }),
    // A redirect would carry the license key to a host nobody named, and a cache would hide a revocation.
    redirect: "error",
    cache: "no-store",
    signal,
  });
  return {
    status: response.status,
    text: await textOf(response),
    retryAfterSeconds: secondsOf(response.headers.get("retry-after"), clock),
  };
}

/** The whole answer, unless it is longer than this process should hold for anybody. */
async function textOf(response: Response): Promise<string> {
  const { body } = response;
  if (Number(response.headers.get("content-length")) > ANSWER_BYTES_MAX) {
    await body?.cancel();
    throw endless();
  }
  // There are runtimes whose fetch has no streams.
  if (!body) return response.text();
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.byteLength;
    if (bytes > ANSWER_BYTES_MAX) {
      await reader.cancel();
      throw endless();
    }
    text += decoder.decode(next.value, { stream: true });
  }
  return text + decoder.decode();
}

function endless(): SignetError {
  return new SignetError("server_error", {
    detail: `The answer is longer than ${ANSWER_BYTES_MAX} bytes.`,
  });
}

/** Ends the wait at once, even where an injected fetch does not heed its signal. */
function unlessStopped<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** `Retry-After` is a number of seconds or a date. */
function secondsOf(retryAfter: string | null, clock: Clock): number | undefined {
  if (retryAfter === null) return undefined;
  const isNumber = /^\d{1,9}$/.test(retryAfter);
  const seconds = isNumber ? Number(retryAfter) : Math.ceil((Date.parse(retryAfter) - clock.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), RETRY_AFTER_SECONDS_BELIEVED);
}

function aborted(signal: AbortSignal): SignetError {
  return new SignetError("aborted", { cause: signal.reason });
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message}: ${cause.cause.message}` : cause.message;
}
