import { CODES, type Code } from "#server/domain/codes.ts";
import type { Caller } from "./doors.ts";
import { type Operation, takes } from "./operation.ts";
import { ERRORS_PATH } from "./problem.ts";

type Json = Readonly<Record<string, unknown>>;

const OF_CALLER: Readonly<Record<Caller, readonly Code[]>> = {
  public: [],
  activation: ["unauthorized", "device_proof_invalid"],
  activationOrBackend: ["unauthorized", "device_proof_invalid", "forbidden"],
  apiKey: ["unauthorized"],
};

/** Statuses that a body is refused with before it is read, all `invalid_request`. */
const UNREAD_BODY: Readonly<Record<number, string>> = {
  413: "The body is larger than this API takes.",
  415: "The body is not application/json, or compressed.",
};

const TEXT = { schema: { type: "string" } };
const RETRY_AFTER = { "Retry-After": { description: "Seconds to wait.", schema: { type: "integer" } } };
/** Headers that come with a status, beside those of every answer. */
const HEADERS: Readonly<Record<number, Json>> = {
  401: { "WWW-Authenticate": { description: "Which kinds of credentials are taken.", ...TEXT } },
  415: {
    Accept: { description: "Which content type is taken.", ...TEXT },
    "Accept-Encoding": { description: "Which content encoding is taken.", ...TEXT },
  },
  429: {
    ...RETRY_AFTER,
    RateLimit: {
      description: "What is left of the limit that was reached, and when it is whole again.",
      ...TEXT,
    },
    "RateLimit-Policy": { description: "The limit that was reached: how many in how many seconds.", ...TEXT },
  },
  503: RETRY_AFTER,
};

/** One response for each status a refusal can have, naming the codes behind it, each with an example. */
export function problemResponses(operation: Operation, headers: Json): Record<string, Json> {
  const byStatus = Map.groupBy(refusalCodes(operation), (code) => CODES[code].status);
  const documented = [...byStatus].map(([status, codes]) => {
    const description = codes.map((code) => `\`${code}\`: ${CODES[code].sentence}`).join("\n\n");
    return [String(status), problemResponse(operation, status, codes, description, headers)];
  });
  const unread = takes(operation.body) ? Object.entries(UNREAD_BODY) : [];
  const refusedUnread = unread.map(([status, description]) => [
    status,
    problemResponse(operation, Number(status), ["invalid_request"], description, headers),
  ]);
  return Object.fromEntries([...documented, ...refusedUnread]);
}

function problemResponse(
  operation: Operation,
  status: number,
  codes: readonly Code[],
  description: string,
  headers: Json,
): Json {
  const examples = codes.map((code) => [code, { value: problemExample(operation, status, code) }]);
  return {
    description,
    headers: {
      ...headers,
      ...HEADERS[status],
      ...(codes.includes("request_in_progress") ? RETRY_AFTER : {}),
    },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { enum: codes } } },
          ],
        },
        examples: Object.fromEntries(examples),
      },
    },
  };
}

function problemExample({ path, denials, requestExample }: Operation, status: number, code: Code): Json {
  const { title, sentence, retryable } = CODES[code];
  const [field] = Object.keys(requestExample ?? {});
  const isAboutField = field !== undefined && code === "invalid_request" && status === CODES[code].status;
  return {
    type: `${ERRORS_PATH}#${code}`,
    title,
    status,
    detail: sentence,
    instance: path.replace("{tenant}", "acme").replace("{id}", "01h455vb4pex5vsknk084sn02q"),
    code,
    correlationId: "cor_01h455vb4pex5vsknk084sn02q",
    retryable,
    ...(isAboutField ? { errors: [{ pointer: `/${field}`, message: `${field} is required.` }] } : {}),
    ...(denials.includes(code) ? { decision: "eyJ0eXAiOiJzaWduZXQtZGVuaWFsK2p3dCJ9.e30.c2lnbmF0dXJl" } : {}),
  };
}

/** What an operation can answer by what it is and needs, and its own denials. */
function refusalCodes({ caller, inTenant, method, body, query, denials, enter }: Operation): readonly Code[] {
  const byItself: Code[] = [];
  if (takes(body) || query !== undefined) byItself.push("invalid_request");
  if (inTenant) byItself.push("not_found", "rate_limited", "overloaded", "internal_error");
  if (inTenant && method === "POST") byItself.push("outcome_unknown");
  if (enter !== undefined) byItself.push("idempotency_conflict", "request_in_progress");
  if (inTenant && denials.length > 0 && caller !== "apiKey") byItself.push("tenant_suspended");
  return [...new Set([...byItself, ...OF_CALLER[caller], ...denials])];
}
