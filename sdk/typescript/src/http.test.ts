import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, testClient } from "../testing/client.ts";
import { problem, type TestReply, TestServer } from "../testing/server.ts";
import { createHttp, type Fetch } from "./http.ts";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
  server.addLicense(LICENSE_KEY);
});
afterEach(() => server.stop());

const BUSY: TestReply = { status: 503, body: problem("overloaded"), headers: { "retry-after": "0" } };
const activations = () => server.requestsTo(/activations$/);

/** Answers the first `count` activations with `reply`, and then as it should. */
function failFirst(count: number, reply: TestReply | "hang up"): void {
  let left = count;
  server.tamper = (request, good) => (request.method === "POST" && left-- > 0 ? reply : good);
}

describe("a request", () => {
  test.each([
    ["a connection that breaks", "hang up"],
    ["502", { status: 502, body: "bad gateway" }],
    ["503 overloaded", BUSY],
    ["504", { status: 504, body: "" }],
    ["429", { status: 429, body: problem("rate_limited"), headers: { "retry-after": "0" } }],
  ] as const)("is sent again after %s, the same to the last byte", async (_what, reply) => {
    failFirst(2, reply);
    const activation = await testClient(server, { retriesMax: 3 }).signet.activate(LICENSE_KEY);
    expect(activation.status).toBe("active");
    const bodies = activations().map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
  });

  test("that was carried out although its answer was lost takes no second slot", async () => {
    let lost = false;
    server.tamper = (request, good) => {
      if (lost || request.method === "GET") return good;
      lost = true;
      return "hang up";
    };
    await testClient(server, { retriesMax: 1 }).signet.activate(LICENSE_KEY);
    expect(server.licenses.get(LICENSE_KEY)?.devices).toHaveLength(1);
  });

  test.each([400, 401, 403, 404, 409, 422, 500])("is not sent again after %i", async (status) => {
    failFirst(1, { status, body: problem("invalid_request") });
    const activating = testClient(server, { retriesMax: 3 }).signet.activate(LICENSE_KEY);
    await expect(activating).rejects.toMatchObject({ name: "SignetError" });
    expect(activations()).toHaveLength(1);
  });

  test("is given up after the last retry, with what the server said", async () => {
    failFirst(9, BUSY);
    const activating = testClient(server, { retriesMax: 1 }).signet.activate(LICENSE_KEY);
    await expect(activating).rejects.toMatchObject({
      code: "overloaded",
      retryable: true,
      retryAfterSeconds: 0,
    });
    expect(activations()).toHaveLength(2);
  });

  test("waits as long as Retry-After asks, and does not wait for a server that asks for minutes", async () => {
    failFirst(1, { ...BUSY, headers: { "retry-after": "1" } });
    const started = performance.now();
    await testClient(server, { retriesMax: 1 }).signet.activate(LICENSE_KEY);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1000);

    failFirst(1, { ...BUSY, headers: { "retry-after": "600" } });
    const activating = testClient(server, { retriesMax: 3 }).signet.activate(LICENSE_KEY);
    await expect(activating).rejects.toMatchObject({ code: "overloaded", retryAfterSeconds: 600 });
  });

  test("ends in network_error when the server does not answer in time", async () => {
    server.tamper = () => new Promise(() => undefined);
    const activating = testClient(server, { timeoutMs: 50 }).signet.activate(LICENSE_KEY);
    await expect(activating).rejects.toMatchObject({
      code: "network_error",
      retryable: true,
      message: expect.stringContaining("could not be reached"),
      detail: expect.stringContaining("50 ms"),
    });
  });

  test("ends in network_error when nobody listens", async () => {
    const { signet } = testClient(server, { server: "http://127.0.0.1:9" });
    await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "network_error" });
  });

  test("ends in time even when an injected fetch never settles and heeds no signal", async () => {
    const fetch: Fetch = () => new Promise(() => undefined);
    const { signet } = testClient(server, { fetch, timeoutMs: 50 });
    await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "network_error" });
  });

  test("does not follow a redirect, which would carry the license key to another host", async () => {
    const elsewhere = await new TestServer(new TestAuthority()).start();
    failFirst(1, { status: 307, body: "", headers: { location: `${elsewhere.url}/v1/acme/activations` } });
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "network_error",
    });
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });
});

describe("an abort", () => {
  test("ends the request at once", async () => {
    server.tamper = () => new Promise(() => undefined);
    const stop = new AbortController();
    const activating = testClient(server).signet.activate(LICENSE_KEY, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("the user changed their mind")), 20);
    await expect(activating).rejects.toMatchObject({
      code: "aborted",
      cause: { message: expect.stringMatching(/changed their mind/) },
    });
  });

  test("ends the wait before a retry", async () => {
    failFirst(9, { ...BUSY, headers: { "retry-after": "20" } });
    const stop = new AbortController();
    const activating = testClient(server, { retriesMax: 3 }).signet.activate(LICENSE_KEY, {
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 50);
    await expect(activating).rejects.toMatchObject({ code: "aborted" });
  });

  test("before the start sends nothing", async () => {
    const activating = testClient(server).signet.activate(LICENSE_KEY, { signal: AbortSignal.abort() });
    await expect(activating).rejects.toMatchObject({ code: "aborted" });
    expect(server.requests).toEqual([]);
  });

  test("of one caller leaves the trust bundle to the others that wait for it", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    server.tamper = (request, reply) => (request.method === "GET" ? held.then(() => reply) : reply);
    const { signet } = testClient(server);
    const stop = new AbortController();
    const impatient = signet.activate(LICENSE_KEY, { signal: stop.signal });
    const patient = signet.activate(LICENSE_KEY);
    setTimeout(() => stop.abort(), 50);
    await expect(impatient).rejects.toMatchObject({ code: "aborted" });
    release();
    expect((await patient).status).toBe("active");
    expect(server.requestsTo(/trust$/)).toHaveLength(1);
  });
});

test("a retry that nobody waits for keeps no program alive, one that somebody waits for does", async () => {
  const app = join(import.meta.dirname, "..", "testing", "short-lived-app.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [app]);
  expect(stdout.split("\n")).toEqual(["answered", "3", ""]);
});

const httpOver = (fetch: Fetch, now = 0) =>
  createHttp({ fetch, clock: { now: () => now }, timeoutMs: 1000, retriesMax: 3, debug: () => undefined });

test.each([
  ["that never ends, whatever it says", 12],
  ["that says how long it will be", 2 ** 40],
])("an answer %s is given up, once, before it fills the memory", async (_what, length) => {
  const headers = { "content-length": `${length}` };
  let pulled = 0;
  let cancelled = 0;
  const fetch: Fetch = async () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      pulled += 1;
      controller.enqueue(new Uint8Array(2 ** 20));
    };
    const cancel = () => {
      cancelled += 1;
    };
    return new Response(new ReadableStream({ pull, cancel }), { headers });
  };
  const answer = httpOver(fetch)({ method: "GET", url: "http://server.test/" });
  await expect(answer).rejects.toMatchObject({
    code: "server_error",
    detail: expect.stringMatching(/longer/),
  });
  expect(cancelled).toBe(1);
  expect(pulled).toBeLessThan(20);
});

test.each([
  ["may be a date", "Thu, 15 Jan 2026 12:01:30 GMT", 90],
  ["is believed up to an hour, being unsigned", "999999999", 3_600],
  ["is believed up to an hour as a date, too", "Thu, 15 Jan 2099 12:00:00 GMT", 3_600],
])("Retry-After %s", async (_what, retryAfter, retryAfterSeconds) => {
  const now = Date.parse("2026-01-15T12:00:00Z");
  const headers = { "retry-after": retryAfter };
  const fetch: Fetch = async () => new Response("", { status: 503, headers });
  const http = httpOver(fetch, now);
  expect(await http({ method: "GET", url: "http://server.test/" })).toMatchObject({ retryAfterSeconds });
});
