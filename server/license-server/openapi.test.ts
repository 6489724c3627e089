import { expect, test } from "vitest";
import { z } from "zod";
import { CODES } from "#server/domain/codes.ts";
import { createLicenseServer } from "./license-server.ts";
import { createOpenApiDocument } from "./openapi.ts";
import { takes } from "./operation.ts";
import { plainServices } from "./testing/plain-services.ts";

const { operations } = createLicenseServer(plainServices());
const document = createOpenApiDocument(operations);

/** Every object in a JSON value. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const child of Object.values(value)) yield* objectsIn(child);
}

test("describes every operation once, under its own path and method", () => {
  const ids = [...objectsIn(document.paths)].flatMap(({ operationId }) =>
    operationId === undefined ? [] : [operationId],
  );
  expect(ids.sort()).toEqual(operations.map(({ id }) => id).sort());
});

test("has no reference that leads nowhere, and nothing JSON cannot hold", () => {
  const references = [...objectsIn(document)].flatMap(({ $ref }) => (typeof $ref === "string" ? [$ref] : []));
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) {
    const found = reference
      .replace("#/", "")
      .split("/")
      .reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document);
    expect(found, reference).toBeTypeOf("object");
  }
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test("every example is one its schema takes", () => {
  for (const { id, body, requestExample, responses } of operations) {
    if (takes(body)) expect(body.safeParse(requestExample).error, `${id} request`).toBeUndefined();
    for (const [status, { schema, example }] of Object.entries(responses)) {
      if (schema !== undefined && example !== undefined)
        expect(schema.safeParse(example).error, `${id} ${status}`).toBeUndefined();
    }
  }
});

test("has an example of each request, of each answer with a body, and of each refusal it documents", () => {
  const media = z.object({
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
    schema: z.unknown(),
  });
  const content = z.record(z.string(), media);
  const described = z.object({
    parameters: z.array(z.looseObject({ in: z.string().optional(), schema: z.unknown().optional() })),
    requestBody: z.object({ content }).optional(),
    responses: z.record(z.string(), z.object({ content: content.optional() })),
  });
  const codesOf = (schema: unknown) => [...objectsIn(schema)].flatMap(({ enum: codes }) => codes ?? []);
  for (const [path, methods] of Object.entries(z.record(z.string(), z.unknown()).parse(document.paths))) {
    for (const [method, operation] of Object.entries(z.record(z.string(), described).parse(methods))) {
      const where = `${method} ${path}`;
      const { parameters, requestBody, responses } = operation;
      for (const { in: place, schema } of parameters.filter((each) => each.in !== undefined))
        expect(schema, `${where}, ${place}`).toHaveProperty("examples", [expect.any(String)]);
      for (const each of Object.values(requestBody?.content ?? {})) expect(each.example, where).toBeDefined();
      for (const [status, response] of Object.entries(responses)) {
        for (const [type, { example, examples, schema }] of Object.entries(response.content ?? {})) {
          if (type === "application/problem+json") {
            expect(Object.keys(examples ?? {}), `${where} ${status}`).toEqual(codesOf(schema));
          } else expect(example, `${where} ${status}`).toBeDefined();
        }
      }
    }
  }
});

test("says what each part of a path is, and gives one that its operation takes", () => {
  const paths = document.paths as Record<string, Record<string, { parameters: Record<string, unknown>[] }>>;
  for (const { id, path, method, params } of operations.filter(({ params }) => takes(params))) {
    const named = (paths[path]?.[method.toLowerCase()]?.parameters ?? []).filter(
      (each) => each.in === "path",
    );
    expect(
      named.every(({ description }) => typeof description === "string"),
      id,
    ).toBe(true);
    const examples = named.map(({ name, schema }) => [name, (schema as { examples: unknown[] }).examples[0]]);
    expect(params.safeParse(Object.fromEntries(examples)).error, id).toBeUndefined();
  }
});

test("names the refusals an operation can answer, by status and code", () => {
  const paths = document.paths as Record<string, Record<string, { responses: Record<string, unknown> }>>;
  const activate = paths["/v1/{tenant}/activations"]?.post?.responses ?? {};
  expect(Object.keys(activate)).toEqual([
    "200",
    "201",
    "400",
    "403",
    "404",
    "409",
    "413",
    "415",
    "422",
    "429",
    "500",
    "503",
  ]);
  expect(JSON.stringify(activate["403"])).toContain("activation_limit_reached");
  for (const { denials } of operations) for (const code of denials) expect(CODES[code]).toBeDefined();
});

test("forbids fields it does not know, as the server does", () => {
  const { schemas } = document.components as { schemas: Record<string, Record<string, unknown>> };
  expect(schemas.ActivateRequest).toMatchObject({ type: "object", additionalProperties: false });
});
