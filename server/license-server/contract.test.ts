import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { CODES, type Code } from "#server/domain/codes.ts";
import { SignetError } from "#server/domain/errors.ts";
import { memoryCounters } from "#server/platform/counters.ts";
import { createLicenseServer } from "./license-server.ts";
import { createMetrics } from "./metrics.ts";
import { createOpenApiDocument } from "./openapi.ts";
import { BODY_BYTES_MAX } from "./raw.ts";
import { createContract, type DocumentedOperation } from "./testing/contract.ts";
import { type Answer, HOSTS, type Host } from "./testing/hosts.ts";
import { API_KEY, PROVEN_TOKEN, plainServices, TENANT, TOKEN } from "./testing/plain-services.ts";

const contract = createContract(createOpenApiDocument(createLicenseServer(plainServices()).operations));
const CREDENTIALS: Readonly<Record<string, string>> = {
  activationToken: `Bearer ${TOKEN}`,
  apiKey: `Bearer ${API_KEY}`,
};
const CODE_NAMES = Object.keys(CODES).filter((name): name is Code => name in CODES);
const problem = z.object({ code: z.string() });

interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The request that the document gives as an example, by the first credential it names. */
function exampleOf(operation: DocumentedOperation): Sent {
  const examples = operation.parameters.flatMap(({ in: where, name = "", schema }) =>
    where === "path" ? [[name, schema?.examples?.[0] ?? ""] as const] : [],
  );
  const path = examples.reduce(
    (at, [name, example]) => at.replace(`{${name}}`, name === "tenant" ? TENANT.slug : example),
    operation.path,
  );
  const [scheme = ""] = Object.keys(operation.security[0] ?? {});
  const authorization = CREDENTIALS[scheme];
  const body = operation.requestBody?.content["application/json"]?.example;
  return {
    path,
    headers: authorization === undefined ? {} : { authorization },
    ...(body === undefined ? {} : { body }),
  };
}

/** Every refusal the document lists, as `[operation, status, code]`. */
const REFUSALS = contract.operations.flatMap((operation) =>
  Object.entries(operation.responses)
    .filter(([status]) => Number(status) >= 400)
    .flatMap(([status, { content }]) =>
      codesOf(content?.["application/problem+json"]?.schema).map(
        (code) => [operation.operationId, Number(status), code, operation] as const,
      ),
    ),
);

function codesOf(schema: unknown): string[] {
  const enumerated = z.object({
    allOf: z.tuple([
      z.unknown(),
      z.object({ properties: z.object({ code: z.object({ enum: z.array(z.string()) }) }) }),
    ]),
  });
  return enumerated.parse(schema).allOf[1].properties.code.enum;
}

describe.each(Object.entries(HOSTS))("behind %s", (_name, start) => {
  const services = plainServices();
  const { script } = services;
  let host: Host;
  beforeAll(async () => {
    host = await start(services, { failuresPerMinuteMax: 10_000 });
  });
  afterAll(() => host.stop());

  const send = (
    operation: DocumentedOperation,
    change: Partial<Sent> = {},
    to: Pick<Host, "ask"> = host,
  ): Promise<Answer> => {
    const { path, ...init } = { ...exampleOf(operation), ...change };
    return to.ask(operation.method, path, init);
  };

  async function withScript<Value>(
    state: Partial<typeof script>,
    work: () => Promise<Value>,
  ): Promise<Value> {
    Object.assign(script, state);
    try {
      return await work();
    } finally {
      Object.assign(script, { next: undefined, fault: undefined, databaseAnswers: true });
    }
  }

  /** How each code that is no decision of a service is brought about; all others are decided by the service. */
  const PROVOKED: Readonly<
    Partial<Record<Code, (operation: DocumentedOperation, status: number) => Promise<Answer>>>
  > = {
    async invalid_request(operation, status) {
      if (status === 413) return send(operation, { body: `"${"x".repeat(BODY_BYTES_MAX)}"` });
      const { headers, path } = exampleOf(operation);
      if (status === 415) return send(operation, { headers: { ...headers, "content-type": "text/plain" } });
      if (operation.requestBody === undefined) return send(operation, { path: `${path}?unknown=1` });
      return send(operation, { body: { unknown: 1 } });
    },
    not_found: (operation) =>
      send(operation, { path: exampleOf(operation).path.replace(TENANT.slug, "nobody") }),
    unauthorized: (operation) => send(operation, { headers: { authorization: "Bearer wrong" } }),
    device_proof_invalid: (operation) =>
      send(operation, { headers: { authorization: `Bearer ${PROVEN_TOKEN}` } }),
    async rate_limited(operation) {
      const rateLimits = {
        counters: memoryCounters,
        clientPerMinute: 1,
        backendPerMinute: 1,
        tenantPerMinute: 5,
      };
      const own = await start(services, { rateLimits, failuresPerMinuteMax: 1 });
      try {
        contract.check(operation.method, exampleOf(operation).path, await send(operation, {}, own));
        const limited = await send(operation, {}, own);
        if (Object.keys(operation.security[0] ?? {}).length === 0) return limited;
        contract.check(operation.method, exampleOf(operation).path, limited);
        expect(limited.status).toBe(429);
        const guess = () => send(operation, { headers: { authorization: "Bearer wrong" } }, own);
        expect((await guess()).status).toBe(401);
        return await guess();
      } finally {
        await own.stop();
      }
    },
    async internal_error(operation) {
      if (operation.operationId === "metrics") {
        const own = await start(services, {
          metrics: createMetrics(() => Promise.reject(new Error("gone"))),
        });
        return send(operation, {}, own).finally(() => own.stop());
      }
      return withScript({ fault: new Error("a secret of the database") }, () => send(operation));
    },
    overloaded: (operation) =>
      withScript({ databaseAnswers: false, fault: new SignetError("overloaded") }, () => send(operation)),
    outcome_unknown: (operation) =>
      withScript({ fault: new SignetError("outcome_unknown") }, () => send(operation)),
  };

  test.each(contract.operations.map((operation) => [operation.operationId, operation] as const))(
    "%s takes the document's own example, and answers as it says",
    async (_id, operation) => {
      const answer = await send(operation);
      expect(answer.status).toBeLessThan(300);
      contract.check(operation.method, exampleOf(operation).path, answer);
    },
  );

  test.each(REFUSALS)("%s refuses with %i %s as the document says", async (_id, status, code, operation) => {
    const known = CODE_NAMES.find((each) => each === code);
    if (known === undefined) throw new Error(`${code} is no code.`);
    const provoke = PROVOKED[known];
    const answer =
      provoke === undefined
        ? await withScript({ next: { outcome: "denied", code: known, rule: "test", facts: {} } }, () =>
            send(operation),
          )
        : await provoke(operation, status);
    expect([answer.status, problem.parse(answer.json()).code]).toEqual([status, code]);
    contract.check(operation.method, exampleOf(operation).path, answer);
  });
});

test("the document's examples of refusals are ones its own schemas take", () => {
  expect(REFUSALS.length).toBeGreaterThan(100);
  for (const operation of contract.operations) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      for (const [code, example] of Object.entries(content?.["application/problem+json"]?.examples ?? {})) {
        const text = JSON.stringify(example.value);
        const headers = new Headers({ "content-type": "application/problem+json" });
        contract.check(operation.method, exampleOf(operation).path, {
          status: Number(status),
          headers,
          text,
        });
        expect(problem.parse(example.value).code).toBe(code);
      }
    }
  }
});
