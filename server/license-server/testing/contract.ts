import Ajv2020, { type ValidateFunction } from "ajv/dist/2020.js";
import { z } from "zod";

const header = z.object({ description: z.string().min(1) }).or(z.object({ $ref: z.string() }));
const response = z.object({
  headers: z.record(z.string(), header).default({}),
  content: z
    .record(
      z.string(),
      z.object({
        schema: z.unknown(),
        examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
      }),
    )
    .optional(),
});
const operation = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.object({
      name: z.string().optional(),
      in: z.string().optional(),
      schema: z
        .object({ examples: z.array(z.string()).optional() })
        .loose()
        .optional(),
    }),
  ),
  requestBody: z.object({ content: z.record(z.string(), z.object({ example: z.unknown() })) }).optional(),
  responses: z.record(z.string(), response),
});
const document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) });

export type DocumentedOperation = z.output<typeof operation> & {
  readonly path: string;
  readonly method: string;
};

/** An answer, as it came over the wire. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What HTTP, browsers and caches read; an API's document need not repeat it. */
const GENERAL_HEADERS = new Set([
  "access-control-allow-origin",
  "access-control-expose-headers",
  "cache-control",
  "connection",
  "content-length",
  "content-type",
  "date",
  "keep-alive",
  "traceparent",
  "transfer-encoding",
  "vary",
]);

/** An OpenAPI document as what a server must hold to: whatever it answers, the document says so. */
export function createContract(openapi: unknown) {
  const parsed = document.parse(openapi);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ ...parsed, $id: "openapi" });
  const validators = new Map<string, ValidateFunction>();
  const operations: readonly DocumentedOperation[] = Object.entries(parsed.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ ...each, path, method: method.toUpperCase() })),
  );
  const routes = operations.map((each) => ({
    operation: each,
    pattern: new RegExp(`^${each.path.replaceAll(/[.]/g, "\\$&").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }));

  function bodyValidator(pointer: string): ValidateFunction {
    const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    validators.set(pointer, known);
    return known;
  }

  return {
    operations,

    /** Throws an Error that says in which way an answer is not the documented one; what is no operation is not looked at. */
    check(method: string, target: string, answer: Answered): void {
      const [path = ""] = target.split("?");
      const found = routes.find((route) => route.operation.method === method && route.pattern.test(path));
      if (found === undefined) return;
      const { operationId, responses, path: template } = found.operation;
      const say = (what: string) =>
        new Error(`${operationId} answered ${answer.status}: ${what}\n${answer.text}`);
      const documented = responses[answer.status];
      if (documented === undefined) throw say("the document has no such status");
      const names = new Set(Object.keys(documented.headers).map((name) => name.toLowerCase()));
      for (const name of answer.headers.keys())
        if (!GENERAL_HEADERS.has(name) && !names.has(name)) throw say(`the header ${name} is not documented`);
      const { content } = documented;
      if (content === undefined) {
        if (answer.text !== "") throw say("the document has no body");
        return;
      }
      const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
      const media = Object.keys(content).find((each) => each.split(";")[0] === type);
      if (media === undefined) throw say(`the content type ${type} is not documented`);
      if (!type.endsWith("json")) return;
      const steps = [
        "paths",
        template,
        method.toLowerCase(),
        "responses",
        String(answer.status),
        "content",
        media,
      ];
      const pointer = [...steps, "schema"].map((step) => `/${escaped(step)}`).join("");
      const validate = bodyValidator(pointer);
      if (!validate(JSON.parse(answer.text))) throw say(ajv.errorsText(validate.errors));
    },
  };
}

/** A step of a JSON pointer inside a URI. */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
}
