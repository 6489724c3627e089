import { z } from "zod";
import { TOKEN_TYPES } from "#sdk/wire.ts";
import { IDEMPOTENCY_KEY_LENGTH_MAX } from "#server/domain/idempotency-key.ts";
import { SCOPES } from "#server/domain/scopes.ts";
import type { Caller } from "./doors.ts";
import { problemResponses } from "./openapi-problems.ts";
import { type Operation, type ResponseSpec, takes } from "./operation.ts";
import { namedSchemas } from "./schemas-common.ts";

type Json = Readonly<Record<string, unknown>>;

const API_VERSION = "1.0.0";
const CORRELATION_HEADER = { "X-Correlation-Id": { $ref: "#/components/headers/CorrelationId" } };
const RATE_HEADERS = {
  RateLimit: {
    description:
      "Where rates are limited: what is left of each limit, and in how many seconds it is whole again.",
    schema: { type: "string" },
  },
  "RateLimit-Policy": {
    description: "Where rates are limited: each limit, as how many requests in how many seconds.",
    schema: { type: "string" },
  },
};
const REPLAYED_HEADER = {
  "Idempotent-Replayed": {
    description: "`true` when the request was answered before, under its Idempotency-Key or its own id.",
    schema: { type: "string" },
  },
};

/** What a path can name: by itself, or as the id of what the segment before says. */
const PATH_PARAMETERS: Readonly<Record<string, { readonly description: string; readonly example: string }>> =
  {
    tenant: { description: "The account's short name or id.", example: "acme" },
    activations: { description: "The activation's id.", example: "act_01h455vb4pex5vsknk084sn02q" },
    leases: { description: "The lease's id.", example: "lea_01h455vb4pex5vsknk084sn02q" },
    tickets: {
      description: "The ticket's id as the client made it, percent-encoded.",
      example: "0198c0de-7c1b-7d3a-9d53-0d7a3c5e9b11",
    },
  };

/** Who may call, as people read it. */
const CALLERS: Readonly<Record<Caller, string>> = {
  public: "anybody",
  activation: "a device, by its activation token",
  activationOrBackend: "a device, by its activation token, or the vendor's backend, which names the license",
  apiKey: "the vendor's backend, by an API key",
};

function securityOf({ caller, scope }: Operation): readonly Json[] {
  if (caller === "public") return [{}];
  if (caller === "activation") return [{ activationToken: [] }];
  if (caller === "apiKey") return [{ apiKey: scope === undefined ? [] : [scope] }];
  return [{ activationToken: [] }, { apiKey: [scope] }, { accessToken: [scope] }, { signature: [scope] }];
}

/** The OpenAPI 3.1 document of these operations, from the very schemas that check their requests. */
export function createOpenApiDocument(operations: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: operationObject(operation),
    };
  }
  return {
    openapi: "3.1.0",
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    info: {
      title: "Signet runtime API",
      version: API_VERSION,
      description:
        "What an application asks a LicenseServer at run time. Whatever it acts on is signed: verify tokens and denials against the trust bundle, and the bundle against the tenant's root key. Pages of any origin may ask (CORS, without credentials): nothing here goes by cookies.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The server this document came from." }],
    paths,
    components: {
      schemas: namedSchemaObjects(),
      headers: {
        CorrelationId: {
          description:
            "The id that ties this request to everything it caused: the caller's own X-Correlation-Id when it was well-formed.",
          schema: { type: "string" },
        },
      },
      parameters: {
        CorrelationId: {
          name: "X-Correlation-Id",
          in: "header",
          required: false,
          description: "8 to 128 letters, digits and _ . : - of the caller's choice; made when absent.",
          schema: { type: "string", pattern: "^[A-Za-z0-9_.:-]{8,128}$" },
          example: "order-4711.checkout",
        },
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          required: false,
          description:
            "Of the caller's choice, bare or in double quotes. For 24 hours the same key with the same request gets the first answer again, byte for byte, with `Idempotent-Replayed: true`; with another request it is refused (`idempotency_conflict`). Answers that say to try again (429, 5xx) are not kept.",
          schema: { type: "string", minLength: 1, maxLength: IDEMPOTENCY_KEY_LENGTH_MAX },
          example: "8e03978e-40d5-43dd-bc93-6894a57f9324",
        },
      },
      securitySchemes: {
        activationToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: `The activation token (typ ${TOKEN_TYPES.activation}) got by activating or by the last refresh. Where the policy asks for it (claim dpop), each request also carries a DPoP header: a proof of the device key (RFC 9449, EdDSA) with htm, htu, iat at most 5 minutes away, a jti of 16 to 128 characters and ath; it is taken once.`,
        },
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: `An API key of the vendor (sk_…), made in the Authority with scopes: ${SCOPES.join(", ")}.`,
        },
        accessToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: `A short-lived token (typ ${TOKEN_TYPES.access}) got with an API key, or a JWT of an identity provider that the vendor named to the Authority.`,
        },
        signature: {
          type: "apiKey",
          in: "header",
          name: "Signature",
          description:
            "An HTTP message signature (RFC 9421) by an Ed25519 key whose public part the Authority knows, with Signature-Input beside it. It covers @method, @authority, @path, @query and, where there is a body, content-digest (RFC 9530, sha-256 or sha-512); its parameters are created (at most 5 minutes away), keyid (apk_…) and a nonce of 16 to 128 characters, and it is taken once.",
        },
      },
    },
  };
}

function operationObject(operation: Operation): Json {
  const { id, summary, caller, scope, body, requestExample } = operation;
  const needed = scope === undefined ? "" : ` and needs the scope \`${scope}\``;
  const description = [operation.description, `Who may call: ${CALLERS[caller]}${needed}.`];
  return {
    operationId: id,
    summary,
    description: description.filter(Boolean).join("\n\n"),
    tags: [operation.inTenant ? "runtime" : "system"],
    security: securityOf(operation),
    parameters: [
      ...pathParameters(operation),
      ...queryParameters(operation),
      { $ref: "#/components/parameters/CorrelationId" },
      ...(operation.enter === undefined ? [] : [{ $ref: "#/components/parameters/IdempotencyKey" }]),
    ],
    ...(takes(body)
      ? {
          requestBody: {
            required: !body.safeParse({}).success,
            content: { "application/json": { schema: schemaObject(body, "input"), example: requestExample } },
          },
        }
      : {}),
    responses: { ...goodResponses(operation), ...problemResponses(operation, headersOf(operation)) },
  };
}

function pathParameters({ path }: Operation): Json[] {
  return [...path.matchAll(/(\w+)\/\{(\w+)\}/g)].map(([, collection = "", name = ""]) => {
    const { description, example } = PATH_PARAMETERS[name === "id" ? collection : name] ?? {};
    return { name, in: "path", required: true, description, schema: { type: "string", examples: [example] } };
  });
}

function queryParameters({ query }: Operation): Json[] {
  if (query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => {
    // zod leaves out the examples of what it transforms.
    const { examples } = z.globalRegistry.get(query.shape[name]) ?? {};
    return { name, in: "query", required: false, schema: Object.assign({}, schema, { examples }) };
  });
}

/** What comes with every answer of an operation. */
function headersOf({ enter, inTenant }: Operation): Json {
  return {
    ...CORRELATION_HEADER,
    ...(inTenant ? RATE_HEADERS : {}),
    ...(enter === undefined ? {} : REPLAYED_HEADER),
  };
}

function goodResponses(operation: Operation): Record<string, Json> {
  const { responses } = operation;
  return Object.fromEntries(
    Object.entries(responses).map(([status, spec]) => [
      status,
      { description: spec.description, headers: responseHeaders(operation, spec), ...content(spec) },
    ]),
  );
}

function responseHeaders(operation: Operation, { headers = {} }: ResponseSpec): Json {
  const own = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: "string" } },
  ]);
  return { ...headersOf(operation), ...Object.fromEntries(own) };
}

function content({ schema, example, contentType }: ResponseSpec): Json {
  if (schema === undefined) return {};
  const media = { schema: schemaObject(schema, "output"), ...(example === undefined ? {} : { example }) };
  return { content: { [contentType ?? "application/json"]: media } };
}

/** A reference where the schema has a name of its own, else the schema itself. */
function schemaObject(schema: z.ZodType, io: "input" | "output"): unknown {
  const name = namedSchemas.get(schema)?.id;
  return name === undefined
    ? withoutDialect(z.toJSONSchema(schema, { io }))
    : { $ref: `#/components/schemas/${name}` };
}

function namedSchemaObjects(): Json {
  const { schemas } = z.toJSONSchema(namedSchemas, { io: "input" });
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withoutDialect(schema)]));
}

function withoutDialect({ $schema: _dialect, $id: _id, ...schema }: Json): Json {
  return schema;
}
