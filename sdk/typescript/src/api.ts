import { decodeJwt } from "jose";
import type { Clock } from "./clock.ts";
import { isServerCode } from "./codes.ts";
import { needsProof, proveDevice } from "./device-proof.ts";
import { sha256, utf8 } from "./encoding.ts";
import { isSignetError, SignetError } from "./errors.ts";
import type { Http, HttpReply } from "./http.ts";
import { isRecord, isText, parseJson, type UnknownRecord } from "./shapes.ts";
import type { StateStorage } from "./storage.ts";
import type { Trust } from "./trust.ts";

export interface ApiCall {
  /** Below `/v1/{tenant}`. */
  readonly path: string;
  /** `POST` unless given; a `GET` has no body. */
  readonly method?: "GET" | "POST";
  readonly body?: object;
  readonly bearer?: string;
  readonly nonce?: string;
  /** What a signed refusal must be about, where the body does not say it. */
  readonly subject?: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retriesMax?: number | undefined;
}

export interface ApiAnswer {
  readonly answer: UnknownRecord;
  /** base64url SHA-256 of the body that was sent: what a signed answer must repeat. */
  readonly req: string;
}

export interface ApiOptions {
  readonly baseUrl: string;
  /** The product code; undefined for the vendor's backend, which hears of a refusal as its tenant. */
  readonly product: string | undefined;
  readonly http: Http;
  readonly trust: Trust;
  readonly storage: StateStorage;
  readonly clock: Clock;
}

/** Sends one operation; its answer is not verified yet, its refusal is. */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** @throws SignetError the refusal, `signed` when the server proved it; `server_error` when it makes no sense. */
  async send(call: ApiCall): Promise<ApiAnswer> {
    const { method = "POST", signal, timeoutMs, retriesMax } = call;
    // Made once: each attempt sends the same bytes, so that any answer is bound to them.
    const body = method === "GET" ? undefined : utf8(JSON.stringify(call.body ?? {}));
    const req = await sha256(body ?? "");
    const reply = await this.#options.http({
      method,
      url: this.#options.baseUrl + call.path,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(call.bearer === undefined ? {} : { authorization: `Bearer ${call.bearer}` }),
      },
      attemptHeaders: this.#proofs(method, call),
      ...(body === undefined ? {} : { body }),
      signal,
      timeoutMs,
      retriesMax,
    });
    const answer = parseJson(reply.text);
    if (reply.status >= 200 && reply.status < 300 && isRecord(answer)) return { answer, req };
    throw await this.#refusalOf(reply, answer, call, req);
  }

  /** Makes the proof of the device's key that a request needs, or undefined where its token needs none. */
  #proofs(method: string, { path, bearer: token }: ApiCall) {
    const { baseUrl, storage, clock } = this.#options;
    if (token === undefined || !needsProof(token)) return undefined;
    return async () => {
      const use = { method, url: baseUrl + path, token, nowMs: clock.now() };
      return { authorization: `DPoP ${token}`, dpop: await proveDevice(storage, use) };
    };
  }

  async #refusalOf(reply: HttpReply, problem: unknown, call: ApiCall, req: string): Promise<SignetError> {
    const { retryAfterSeconds } = reply;
    if (!isRecord(problem) || !isServerCode(problem.code)) {
      const code = isRecord(problem) && isText(problem.code) ? `, code ${problem.code}` : "";
      const detail = `${call.method ?? "POST"} ${call.path} answered ${reply.status}${code}.`;
      return new SignetError("server_error", { detail, retryAfterSeconds, ...correlationOf(problem) });
    }
    const shared = { detail: detailOf(problem), retryAfterSeconds };
    const decision = await this.#decisionOf(problem, call, req);
    if (decision !== undefined && isServerCode(decision.code)) {
      return new SignetError(decision.code, { ...shared, signed: true, correlationId: decision.cid });
    }
    return new SignetError(problem.code, { ...shared, ...correlationOf(problem) });
  }

  /** The signed denial inside a problem, or undefined when there is none that answers this very request. */
  async #decisionOf(problem: UnknownRecord, { nonce, subject, signal }: ApiCall, req: string) {
    if (!isText(problem.decision)) return undefined;
    const { product, trust } = this.#options;
    try {
      const audience = product ?? String(decodeJwt(problem.decision).iss);
      const expected = { audience, nonce, req, subject };
      return await trust.verifyAnswer(problem.decision, "denial", expected, { signal });
    } catch (error) {
      if (isSignetError(error) && (error.code === "aborted" || error.code === "clock_turned_back"))
        throw error;
      return undefined;
    }
  }
}

function correlationOf(problem: unknown): { correlationId?: string } {
  return isRecord(problem) && isText(problem.correlationId) ? { correlationId: problem.correlationId } : {};
}

/** The server's own words, with the fields it names. */
function detailOf({ detail, errors }: UnknownRecord): string | undefined {
  const fields = Array.isArray(errors) ? errors.filter(isRecord) : [];
  const messages = fields.map(({ message }) => message).filter(isText);
  const words = [...(isText(detail) ? [detail] : []), ...messages];
  return words.length === 0 ? undefined : [...new Set(words)].join(" ");
}
