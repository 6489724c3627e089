import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CODES } from "#server/domain/codes.ts";
import { SignetError } from "#server/domain/errors.ts";
import { publicId } from "#server/domain/ids.ts";
import { createLicenseServer } from "./license-server.ts";
import type { Operation } from "./operation.ts";
import { takes } from "./operation.ts";
import { problem } from "./schemas.ts";
import { type Answer, type AskInit, HOSTS, type Host } from "./testing/hosts.ts";
import { ACTIVATION_ID, API_KEY, BUNDLE, plainServices, TENANT, TOKEN } from "./testing/plain-services.ts";

const OPERATIONS = createLicenseServer(plainServices()).operations;
const ACTIVATION = `/v1/acme/activations/${publicId("activation", ACTIVATION_ID)}`;
const REFRESH = `${ACTIVATION}/refresh`;
const BEARER = { authorization: `Bearer ${TOKEN}` };
const HEADERS_OF = {
  public: {},
  activation: BEARER,
  activationOrBackend: BEARER,
  apiKey: { authorization: `Bearer ${API_KEY}` },
};
const NONCE = { nonce: "0123456789abcdef" };

function exampleOf(id: string): Record<string, unknown> {
  const example = OPERATIONS.find((operation) => operation.id === id)?.requestExample;
  return { ...(example as Record<string, unknown>) };
}

function exampleId(path: string): string {
  if (path.includes("/tickets/")) return encodeURIComponent("job 42/part 1");
  return publicId(path.includes("/leases/") ? "lease" : "activation", ACTIVATION_ID);
}

function problemOf(answer: Answer) {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const parsed = problem.parse(answer.json());
  expect(parsed.status).toBe(answer.status);
  expect(parsed.correlationId).toBe(answer.headers.get("x-correlation-id"));
  return parsed;
}

describe.each(Object.entries(HOSTS))("behind %s", (_name, start) => {
  const services = plainServices();
  const { script } = services;
  let host: Host;
  const ask = (method: string, path: string, init?: AskInit) => host.ask(method, path, init);
  const activate = (body: unknown, headers = {}) => ask("POST", "/v1/acme/activations", { body, headers });

  beforeAll(async () => {
    host = await start(services, { failuresPerMinuteMax: 1_000 });
  });
  afterAll(() => host.stop());
  beforeEach(() => {
    script.next = undefined;
    script.databaseAnswers = true;
  });

  // What stands outside /v1 is for operators of the LicenseServer's own port; the Next mount does not reach it.
  test.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
    "%s answers its own example as its own schema says",
    async (_id, operation: Operation) => {
      const path = operation.path.replace("{tenant}", TENANT.slug).replace("{id}", exampleId(operation.path));
      const answer = await ask(operation.method, path, {
        headers: HEADERS_OF[operation.caller],
        ...(takes(operation.body) ? { body: operation.requestExample } : {}),
      });
      const spec = operation.responses[answer.status];
      expect(spec).toBeDefined();
      const contentType = spec?.contentType ?? "application/json";
      expect(answer.headers.get("content-type")).toBe(contentType);
      spec?.schema?.parse(contentType === "application/json" ? answer.json() : answer.text);
      expect(answer.headers.get("x-correlation-id")).toMatch(/^cor_[0-9a-z]{26}$/);
    },
  );

  test("a well-formed correlation id and traceparent come back and reach the service; others are replaced", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const answer = await activate(exampleOf("activate"), { "x-correlation-id": "click-42.a:b", traceparent });
    expect(answer.headers.get("x-correlation-id")).toBe("click-42.a:b");
    expect(answer.headers.get("traceparent")).toBe(traceparent);
    expect(script.asked.at(-1)).toMatchObject({ correlationId: "click-42.a:b" });

    const bad = await activate(exampleOf("activate"), {
      "x-correlation-id": "short",
      traceparent: "00-0-0-0",
    });
    expect(bad.headers.get("x-correlation-id")).toMatch(/^cor_/);
    expect(bad.headers.get("traceparent")).toBeNull();
  });

  test("the request hash is that of the bytes as sent, spaces and all", async () => {
    const body = ` ${JSON.stringify(exampleOf("activate"), null, 3)}\n`;
    expect((await activate(body)).status).toBe(201);
    expect(script.asked.at(-1)).toMatchObject({ requestHash: hash("sha256", body, "base64url") });
  });

  test("every wrong field is named by pointer and sentence, and nothing reaches the service", async () => {
    const before = script.asked.length;
    const { licenseKey: _, ...rest } = exampleOf("activate");
    const answer = await activate({
      ...rest,
      product: 5,
      nonce: "short",
      "ex/tra": 1,
      metadata: { name: "a\u0000b" },
    });
    expect(answer.status).toBe(400);
    expect(problemOf(answer).errors).toEqual([
      { pointer: "/licenseKey", message: "licenseKey is required." },
      { pointer: "/product", message: "product must be text." },
      { pointer: "/nonce", message: "nonce must be 16 to 64 base64url characters." },
      { pointer: "/metadata/name", message: "metadata.name must not contain control characters." },
      { pointer: "/ex~1tra", message: "ex/tra is not a known field; remove it." },
    ]);
    expect(script.asked.length).toBe(before);
  });

  test("a mistyped license key is called mistyped before anything is looked up", async () => {
    const before = script.asked.length;
    const answer = await activate({
      ...exampleOf("activate"),
      licenseKey: "RENDER-K97E5-M0C93-5EK9E-705R1-DGC7T",
    });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: "invalid_request" });
    expect(problemOf(answer).errors).toEqual([
      { pointer: "/licenseKey", message: expect.stringContaining("mistyped") },
    ]);
    expect(script.asked.length).toBe(before);
  });

  test.each([
    ["malformed JSON", '{"nonce": ', /not valid JSON/],
    ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22]), /not valid UTF-8/],
    ["a list", "[]", /must be an object/],
    ["null", "null", /must be an object/],
  ])("%s is named as what it is", async (_what, body, detail) => {
    const found = problemOf(await activate(body));
    expect(found).toMatchObject({ status: 400, code: "invalid_request" });
    expect(found.detail).toMatch(detail);
  });

  test("an empty body names every field that is missing", async () => {
    const found = problemOf(await ask("POST", "/v1/acme/activations"));
    expect(found.errors?.map(({ pointer }) => pointer)).toEqual([
      "/licenseKey",
      "/product",
      "/fingerprint",
      "/deviceKey",
      "/nonce",
    ]);
  });

  test("a body beyond 256 KiB is refused with 413, and one just within it is read", async () => {
    const large = problemOf(await activate(`"${"x".repeat(256 * 1024)}"`));
    expect(large).toMatchObject({ status: 413, code: "invalid_request" });
    expect(problemOf(await activate(`"${"x".repeat(256 * 1024 - 2)}"`)).status).toBe(400);
  });

  test.each([["text/plain"], ["application/jsonx"], ["application/x-www-form-urlencoded"]])(
    "content type %s is refused with 415",
    async (contentType) => {
      const found = problemOf(await activate(exampleOf("activate"), { "content-type": contentType }));
      expect(found).toMatchObject({ status: 415, code: "invalid_request" });
      expect(found.detail).toContain(contentType);
    },
  );

  test("a compressed body is refused with 415, naming its encoding", async () => {
    const body = gzipSync(JSON.stringify(exampleOf("activate")));
    const found = problemOf(await activate(body, { "content-encoding": "gzip" }));
    expect(found).toMatchObject({ status: 415, code: "invalid_request" });
    expect(found.detail).toContain('"gzip"');
  });

  test("an unknown path is 404, a known one with another method 405 with Allow", async () => {
    expect(problemOf(await ask("GET", "/v1/acme/nothing"))).toMatchObject({ status: 404, code: "not_found" });
    expect(problemOf(await ask("GET", "/v1/acme/%zz/trust")).status).toBe(404);
    const wrong = await ask("DELETE", "/v1/acme/trust");
    expect(problemOf(wrong)).toMatchObject({ status: 405, instance: "/v1/acme/trust" });
    expect(wrong.headers.get("allow")).toBe("GET, HEAD");
  });

  test("an unknown tenant is 404 and says where the name stands", async () => {
    expect(problemOf(await ask("GET", "/v1/nobody/trust")).detail).toContain("/v1/");
    expect(problemOf(await ask("GET", "/v1/a%00b/trust")).status).toBe(404);
  });

  test("whatever is wrong with the credentials, the answer is the same", async () => {
    const path = REFRESH;
    const answers = await Promise.all(
      [
        {},
        { authorization: "Basic abc" },
        { authorization: "Bearer " },
        { authorization: "Bearer a.b.c" },
      ].map((headers) =>
        ask("POST", path, { body: NONCE, headers: { ...headers, "x-correlation-id": "same-every-time" } }),
      ),
    );
    for (const answer of answers) {
      expect(problemOf(answer)).toMatchObject({ status: 401, code: "unauthorized" });
      expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="signet"');
    }
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  test("another device's activation answers as one that does not exist, without a signed denial", async () => {
    const other = publicId("activation", "01a20bb6-54b5-778e-8ae8-61cdc47a0002");
    const answer = await ask("POST", `/v1/acme/activations/${other}/refresh`, {
      body: NONCE,
      headers: BEARER,
    });
    expect(problemOf(answer)).toMatchObject({ status: 404, code: "activation_not_found" });
    expect(problemOf(answer).decision).toBeUndefined();
  });

  test("a malformed id in the path is named", async () => {
    const answer = await ask("POST", "/v1/acme/activations/act_nonsense/refresh", {
      body: NONCE,
      headers: BEARER,
    });
    expect(problemOf(answer).errors?.[0]).toMatchObject({ pointer: "/path/id" });
  });

  test("a denial carries its code's sentence and a signature over this very request, and no facts", async () => {
    script.next = {
      outcome: "denied",
      code: "activation_limit_reached",
      rule: "activations.max",
      facts: { max: 3 },
    };
    const body = JSON.stringify(exampleOf("activate"));
    const found = problemOf(await activate(body, { "x-correlation-id": "denied-once" }));
    expect(found).toMatchObject({ status: 403, detail: CODES.activation_limit_reached.sentence });
    expect(JSON.stringify(found)).not.toContain("activations.max");
    expect(JSON.parse(found.decision?.replace("signed:", "") ?? "")).toEqual({
      code: "activation_limit_reached",
      subject: publicId("tenant", TENANT.id),
      audience: "renderer",
      nonce: exampleOf("activate").nonce,
      requestHash: hash("sha256", body, "base64url"),
      correlationId: "denied-once",
    });
  });

  test.each(["refresh", "deactivate"])(
    "a denied %s is signed for this very request, the activation and the product of its token",
    async (action) => {
      script.next = { outcome: "denied", code: "activation_revoked", rule: "activation.revoked", facts: {} };
      const path = `${ACTIVATION}/${action}`;
      const found = problemOf(await ask("POST", path, { body: NONCE, headers: BEARER }));
      expect(JSON.parse(found.decision?.replace("signed:", "") ?? "")).toMatchObject({
        subject: publicId("activation", ACTIVATION_ID),
        audience: "renderer",
        nonce: NONCE.nonce,
        requestHash: hash("sha256", JSON.stringify(NONCE), "base64url"),
      });
    },
  );

  test("without a nonce nothing is deactivated, since a denial could be played back", async () => {
    const before = script.asked.length;
    const answer = await ask("POST", `${ACTIVATION}/deactivate`, { body: {}, headers: BEARER });
    expect(problemOf(answer).errors).toEqual([{ pointer: "/nonce", message: "nonce is required." }]);
    expect(script.asked.length).toBe(before);
  });

  test("an error nobody expected tells the caller nothing and the log everything, under one id", async () => {
    script.next = new Error("connect ECONNREFUSED db-1.internal:5432");
    const answer = await activate(exampleOf("activate"));
    expect(problemOf(answer)).toMatchObject({ status: 500, code: "internal_error", retryable: true });
    expect(answer.text).not.toMatch(/ECONN|internal:|stack/);
    const line = script.logged.at(-1) ?? "";
    expect(line).toContain("ECONNREFUSED db-1.internal");
    expect(line).toContain(answer.headers.get("x-correlation-id"));
  });

  test("while the database is away a read is told to come back, and a write that it may have been done", async () => {
    script.fault = Object.assign(new Error("the database system is in recovery mode"), { code: "57P03" });
    const logged = script.logged.length;
    const read = await ask("GET", "/v1/acme/trust");
    const write = await activate(exampleOf("activate"));
    script.fault = undefined;
    expect(problemOf(read)).toMatchObject({ status: 503, code: "overloaded", retryable: true });
    expect(problemOf(write)).toMatchObject({ status: 503, code: "outcome_unknown", retryable: true });
    expect([read, write].map(({ headers }) => headers.get("retry-after"))).toEqual(["1", "1"]);
    expect(script.logged.length).toBe(logged);
  });

  test("an overload says when to come back", async () => {
    script.next = new SignetError("overloaded", undefined, { retryAfterSeconds: 3 });
    const answer = await activate(exampleOf("activate"));
    expect(problemOf(answer)).toMatchObject({ status: 503, code: "overloaded", retryable: true });
    expect(answer.headers.get("retry-after")).toBe("3");
  });

  test("the trust bundle is cacheable, and not sent again to who has it", async () => {
    const first = await ask("GET", "/v1/acme/trust");
    expect(first.json()).toEqual({ bundle: BUNDLE });
    expect(first.headers.get("cache-control")).toContain("max-age=");
    const etag = first.headers.get("etag") ?? "";
    const second = await ask("GET", "/v1/acme/trust", { headers: { "if-none-match": `"other", W/${etag}` } });
    expect([second.status, second.text]).toEqual([304, ""]);
    expect((await ask("GET", "/v1/acme/trust", { headers: { "if-none-match": '"other"' } })).status).toBe(
      200,
    );
  });

  test("HEAD is GET without a body", async () => {
    const answer = await ask("HEAD", "/v1/acme/trust");
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(answer.headers.get("etag")).not.toBeNull();
  });

  test("not ready while the database does not answer, and ready again when it does", async () => {
    script.databaseAnswers = false;
    const answer = await ask("GET", "/readyz");
    expect(problemOf(answer)).toMatchObject({ status: 503, detail: "The database does not answer." });
    expect(answer.text).not.toContain("10.0.0.7");
    expect((await ask("GET", "/healthz")).status).toBe(200);
    script.databaseAnswers = true;
    expect((await ask("GET", "/readyz")).status).toBe(200);
  });

  test("a browser may ask whether it may call, and read what it needs", async () => {
    const preflight = await ask("OPTIONS", "/v1/acme/activations", {
      headers: { origin: "https://app.example" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("POST");
    for (const name of ["authorization", "content-type", "dpop", "idempotency-key"])
      expect(preflight.headers.get("access-control-allow-headers")).toContain(name);
    const answer = await activate(exampleOf("activate"), { origin: "https://app.example" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    for (const name of ["x-correlation-id", "retry-after", "ratelimit", "ratelimit-policy"])
      expect(answer.headers.get("access-control-expose-headers")).toContain(name);
    // With credentials a browser would want to be named; there are none to send.
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
    expect((await ask("OPTIONS", "/v1/acme/nothing")).status).toBe(404);
  });

  test("every request is counted by operation and status", async () => {
    await ask("GET", "/v1/nobody/trust");
    const { text } = await ask("GET", "/metrics");
    const name = "signet_license_server_request_duration_seconds";
    expect(text).toMatch(new RegExp(`${name}_count\\{operation="trust",status="404"\\} [1-9]`));
    expect(text).toMatch(new RegExp(`${name}_bucket\\{operation="trust",status="404",le="\\+Inf"\\} [1-9]`));
    expect(text).toContain(`# TYPE ${name} histogram`);
  });
});

describe.each(Object.entries(HOSTS))("guessing behind %s", (_name, start) => {
  test("credentials is turned away after so many, and does not harm who has good ones", async () => {
    const services = plainServices();
    const host = await start(services, { failuresPerMinuteMax: 3 });
    const refresh = (headers: Record<string, string>) => host.ask("POST", REFRESH, { body: NONCE, headers });
    for (let attempt = 0; attempt < 3; attempt++) expect((await refresh({})).status).toBe(401);
    const answer = await refresh({ authorization: "Bearer guess.guess.guess" });
    expect(problemOf(answer)).toMatchObject({ status: 429, code: "rate_limited" });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answer.headers.get("ratelimit-policy")).toBe('"failures";q=3;w=60');
    expect(answer.headers.get("ratelimit")).toMatch(/^"failures";r=0;t=\d+$/);
    expect((await refresh(BEARER)).status).toBe(200);

    services.script.next = { outcome: "denied", code: "license_not_found", rule: "license", facts: {} };
    const unknown = await host.ask("POST", "/v1/acme/activations", { body: exampleOf("activate") });
    expect(unknown.status).toBe(429);
    await host.stop();
  });
});
