import { systemClock } from "../clock.ts";
import { utf8 } from "../encoding.ts";
import { guarded } from "../errors.ts";
import { createHttp, type HttpRequest } from "../http.ts";
import { isRecord, isText, parseJson } from "../shapes.ts";
import type { Call } from "./command.ts";
import { CliError, type Failure } from "./failure.ts";

export interface AuthorityStep {
  readonly action: string;
  readonly kind: string;
  readonly product: string;
  readonly code: string;
  readonly changes: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[];
}

export interface AuthorityPlan {
  /** Names the account's state that it was made against. */
  readonly state: string;
  readonly steps: readonly AuthorityStep[];
  readonly missing: readonly string[];
}

const TIMEOUT_MS = 30_000;
const RETRIES_MAX = 2;

/** The vendor's account, asked with the vendor's API key. */
export function authorityServer({ settings, surroundings }: Call) {
  const address = needed(settings.server?.value, "server", "--server, or set SIGNET_SERVER").replace(
    /\/+$/,
    "",
  );
  const tenant = needed(settings.tenant?.value, "tenant", "--tenant, or set SIGNET_TENANT");
  const apiKey = surroundings.env.SIGNET_API_KEY ?? "";
  if (apiKey === "")
    throw missing(
      "SIGNET_API_KEY",
      "Set it to an API key with the scope authority:read, and authority:write to apply.",
    );
  const http = createHttp({
    fetch: (input, init) => globalThis.fetch(input, init),
    clock: systemClock,
    timeoutMs: TIMEOUT_MS,
    retriesMax: RETRIES_MAX,
    debug: () => undefined,
  });

  async function ask(path: string, body?: object): Promise<string> {
    const request: HttpRequest = {
      method: body === undefined ? "GET" : "POST",
      url: `${address}/v1/${encodeURIComponent(tenant)}/authority${path}`,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined
          ? { accept: "application/yaml, application/problem+json" }
          : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: utf8(JSON.stringify(body)) }),
    };
    const { status, text } = await guarded(() => http(request));
    if (status === 200) return text;
    throw refusal(status, parseJson(text));
  }

  const planned = async (path: string, body: object) => readPlan(parseJson(await ask(path, body)));
  return {
    address,
    tenant,
    export: () => ask(""),
    plan: (document: string) => planned("/plan", { document }),
    apply: (document: string, state: string) => planned("/apply", { document, state }),
  };
}

function needed(value: string | undefined, name: string, how: string): string {
  if (value !== undefined) return value;
  throw missing(name, `Pass ${how}.`);
}

function missing(name: string, next: string): CliError {
  return new CliError("configuration", "configuration_missing", `The setting ${name} is missing.`, next);
}

function readPlan(answer: unknown): AuthorityPlan {
  if (isPlan(answer)) return answer;
  throw new CliError(
    "unreachable",
    "server_error",
    "The server answered something else than a plan.",
    "Check the server's address.",
  );
}

function isPlan(answer: unknown): answer is AuthorityPlan {
  return (
    isRecord(answer) &&
    isText(answer.state) &&
    Array.isArray(answer.missing) &&
    Array.isArray(answer.steps) &&
    answer.steps.every((step) => isRecord(step) && isText(step.action) && Array.isArray(step.changes))
  );
}

/** What the server said is wrong, a line each; of a file, with the line and what stands there. */
function refusal(status: number, problem: unknown): CliError {
  const facts = isRecord(problem) ? problem : {};
  const code: Failure["code"] = isText(facts.code) ? facts.code : "server_error";
  const errors = Array.isArray(facts.errors) ? facts.errors : [];
  const lines = errors.flatMap((error: unknown) =>
    isRecord(error) && isText(error.message) ? [error.message] : [],
  );
  const detail = isText(facts.detail) ? facts.detail : `The server answered with status ${status}.`;
  const next = NEXT[code] ?? "Try again in a moment; if it goes on, look at the server's log.";
  const exit =
    code === "invalid_request" ? "notBelieved" : NEXT[code] === undefined ? "unreachable" : "refused";
  return new CliError(exit, code, lines.length === 0 ? detail : lines.join("\n"), next);
}

const NEXT: Readonly<Record<string, string>> = {
  invalid_request: "Correct what is named, and plan again.",
  unauthorized: "Check SIGNET_API_KEY, SIGNET_TENANT and SIGNET_SERVER.",
  forbidden: "Use an API key with the scope authority:read, and authority:write to apply.",
  not_found: "Check SIGNET_TENANT and SIGNET_SERVER.",
};
