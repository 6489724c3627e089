import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, NOW, NOW_MS, newKey, TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, testClient } from "../testing/client.ts";
import { problem, type Tamper, type TestReply, TestServer } from "../testing/server.ts";
import { installFingerprint, memoryStorage, Signet } from "./index.ts";

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
});
afterEach(() => server.stop());

describe("activate", () => {
  test("gives the activation with its license, customer and features", async () => {
    server.addLicense(LICENSE_KEY);
    const activation = await testClient(server).signet.activate(LICENSE_KEY);
    expect(activation.id).toMatch(/^act_/);
    expect(activation.license).toMatchObject({
      id: "lic_01jtest",
      policy: { code: "studio", version: 3 },
      seats: 0,
    });
    expect(activation.license?.validUntil).toEqual(new Date((NOW + 300 * DAY) * 1000));
    expect(activation.customer).toEqual({ id: "cus_01jtest", name: "Northwind Studio" });
    expect(activation.status).toBe("active");
    expect(activation.graceUntil).toBeUndefined();
    expect(activation.expiresAt).toEqual(new Date(NOW_MS + 3 * DAY * 1000));
    const features = ["export-4k", "watermark-off", "render-nodes", "tier", "toString", "unheard-of"];
    expect(features.map((code) => activation.has(code))).toEqual([true, false, true, true, false, false]);
    expect([activation.limit("render-nodes"), activation.limit("tier")]).toEqual([8, undefined]);
    expect([activation.value("tier"), activation.value("render-nodes")]).toEqual(["studio", undefined]);
  });

  test("says so while the license is in grace, and until when", async () => {
    const until = NOW + DAY;
    server.addLicense(LICENSE_KEY, { grace: { reason: "license_expired", until } });
    const { signet, clock } = testClient(server);
    const activation = await signet.activate(LICENSE_KEY);
    expect([activation.status, activation.graceUntil]).toEqual(["grace", new Date(until * 1000)]);
    expect(activation.has("export-4k")).toBe(true);
    clock.ms = until * 1000;
    expect([activation.status, activation.has("export-4k")]).toEqual(["expired", false]);
  });

  test("grants nothing any more once the token has run out", async () => {
    server.addLicense(LICENSE_KEY);
    const { signet, clock } = testClient(server);
    const activation = await signet.activate(LICENSE_KEY);
    clock.ms += 3 * DAY * 1000;
    expect([activation.status, activation.has("export-4k"), activation.limit("render-nodes")]).toEqual([
      "expired",
      false,
      undefined,
    ]);
  });

  test("twice is the same activation, and takes one slot", async () => {
    const license = server.addLicense(LICENSE_KEY, { activationsMax: 1 });
    const { signet } = testClient(server);
    const [first, second] = await Promise.all([signet.activate(LICENSE_KEY), signet.activate(LICENSE_KEY)]);
    expect(second.id).toBe(first.id);
    expect(license.devices).toHaveLength(1);
    const deviceKeys = server.requestsTo(/activations$/).map(({ body }) => JSON.parse(body).deviceKey.x);
    expect(new Set(deviceKeys).size).toBe(1);
    expect((await signet.current()).id).toBe(first.id);
  });

  test("by processes that start at the same time on one machine is one activation, by one key", async () => {
    const license = server.addLicense(LICENSE_KEY);
    const storage = memoryStorage();
    const names = ["device-key", "install-id"];
    const waiting = new Map<string, () => void>();
    // Both look before either has written.
    const get = async (name: string) => {
      const found = await storage.get(name);
      if (!names.includes(name) || found !== undefined) return found;
      const goOn = waiting.get(name);
      if (goOn === undefined) await new Promise<void>((resolve) => waiting.set(name, resolve));
      goOn?.();
      return undefined;
    };
    const starting = () =>
      testClient(server, { storage: { ...storage, get }, fingerprint: installFingerprint }).signet;
    const [one, other] = await Promise.all(
      [starting(), starting()].map((signet) => signet.activate(LICENSE_KEY)),
    );
    expect([other?.id, license.devices.length]).toEqual([one?.id, 1]);
    const sent = server.requestsTo(/activations$/).map(({ body }) => JSON.parse(body));
    expect(new Set(sent.map(({ deviceKey }) => deviceKey.x)).size).toBe(1);
    expect(new Set(sent.map(({ fingerprint }) => fingerprint.install)).size).toBe(1);
    const restarted = testClient(server, { storage, fingerprint: installFingerprint }).signet;
    expect((await restarted.current()).id).toBe(one?.id);
  });

  test("sends hashes and never the machine's own id, different for each product", async () => {
    server.addLicense(LICENSE_KEY);
    const fingerprint = async () => ({ machine: "the-machine-id" });
    await testClient(server, { fingerprint }).signet.activate(LICENSE_KEY);
    const modeller = testClient(server, { fingerprint, product: "modeller" }).signet;
    await expect(modeller.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "response_invalid" });
    const [one, other] = server.requestsTo(/activations$/).map(({ body }) => JSON.parse(body));
    expect(JSON.stringify([one, other])).not.toContain("the-machine-id");
    expect(one.fingerprint.machine).toMatch(/^[\w-]{43}$/);
    expect(other.fingerprint.machine).not.toBe(one.fingerprint.machine);
    expect(one.deviceKey).toEqual({ kty: "OKP", crv: "Ed25519", x: expect.stringMatching(/^[\w-]{43}$/) });
  });

  test("says that no license key was given, and that no options were", async () => {
    const { signet } = testClient(server);
    const activating = Reflect.apply(signet.activate, signet, [undefined]);
    await expect(activating).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("`activate` must be given a license key"),
    });
    expect(() => Reflect.construct(Signet, [])).toThrow("`new Signet` must be given its options");
  });

  test("notices a mistyped license key before any request", async () => {
    const mistyped = LICENSE_KEY.replace(/.$/, "8");
    const activating = testClient(server).signet.activate(mistyped);
    await expect(activating).rejects.toMatchObject({
      code: "license_key_mistyped",
      retryable: false,
      message: expect.stringContaining("mistyped"),
    });
    expect(server.requests).toEqual([]);
  });

  test("takes the license key as a person types it", async () => {
    server.addLicense(LICENSE_KEY);
    const typed = ` ${LICENSE_KEY.toLowerCase().replaceAll("-", " ")}\n`;
    expect((await testClient(server).signet.activate(typed)).status).toBe("active");
  });
});

describe("a refusal", () => {
  test.each(["license_suspended", "license_revoked", "license_expired", "product_mismatch"])(
    "%s is signed, with a sentence for the user and the id for the vendor",
    async (code) => {
      server.addLicense(LICENSE_KEY, { refusal: code });
      await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
        name: "SignetError",
        code,
        signed: true,
        retryable: false,
        correlationId: "cor_01jtest",
        message: expect.stringMatching(/^This license .+\.$/),
        detail: `The server's words about ${code}.`,
      });
    },
  );

  test("comes signed for an unknown key and for one device too many", async () => {
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "license_not_found",
      signed: true,
    });
    server.addLicense(LICENSE_KEY, { activationsMax: 1 });
    await testClient(server).signet.activate(LICENSE_KEY);
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "activation_limit_reached",
      signed: true,
    });
  });

  const forgeries: readonly (readonly [string, (good: string) => string | undefined])[] = [
    ["without a decision", () => undefined],
    ["signed by a stranger", () => server.authority.token("denial", denialClaims(), newKey())],
    ["replayed from another request", () => server.authority.token("denial", denialClaims())],
    ["altered", (good) => good.replace(/^[^.]+/, (header) => header.replace(/.$/, "A"))],
    ["cut short", (good) => good.slice(0, 50)],
  ];
  function denialClaims() {
    return server.authority.denialClaims("license_revoked", { nonce: "nonce-of-another-request" });
  }

  test.each(forgeries)("%s is not taken for signed", async (_what, forge) => {
    server.addLicense(LICENSE_KEY, { refusal: "license_revoked" });
    server.tamper = (_request, reply) =>
      withBody(reply, ({ decision }) => ({ decision: forge(String(decision)) }));
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "license_revoked",
      signed: false,
      correlationId: "cor_unsigned",
    });
  });

  test("is what was signed, not what is written around it", async () => {
    server.addLicense(LICENSE_KEY, { refusal: "license_suspended" });
    server.tamper = (_request, reply) => withBody(reply, () => ({ code: "license_revoked" }));
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "license_suspended",
      signed: true,
    });
  });

  test("names the fields of an invalid request", async () => {
    const errors = [{ pointer: "/nonce", message: "nonce is required." }];
    server.tamper = () => ({ status: 400, body: { ...problem("invalid_request"), errors } });
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "invalid_request",
      signed: false,
      detail: "The server's words about invalid_request. nonce is required.",
    });
  });

  test.each([
    ["a page of HTML", { status: 200, body: "<html>Sign in to the hotel's network</html>" }],
    ["an error page", { status: 500, body: "<html>Oops</html>" }],
    ["an empty answer", { status: 204, body: "" }],
    ["a code nobody knows", { status: 418, body: problem("teapot") }],
    ["JSON that is no object", { status: 200, body: [1, 2] }],
  ])("that is %s is a server's fault, never a decision", async (_what, reply) => {
    server.tamper = () => reply;
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "server_error",
      signed: false,
      retryable: true,
    });
  });
});

describe("an answer that is not the server's own is not believed", () => {
  const forgeries: readonly (readonly [string, string, Tamper])[] = [
    ["signed by strangers", "key_unknown", (_request, reply) => regranted(reply, {}, newKey())],
    [
      "for an earlier request",
      "nonce",
      (_request, reply) => regranted(reply, { nonce: "nonce-of-another-one" }),
    ],
    ["for other content", "request", (_request, reply) => regranted(reply, { req: "hash-of-another-one" })],
    [
      "for another device's key",
      "device_key",
      (_request, reply) => regranted(reply, { cnf: { jkt: "other" } }),
    ],
    ["for another device", "fingerprint", (_request, reply) => regranted(reply, { fingerprint: "other" })],
    ["for another product", "audience", (_request, reply) => regranted(reply, { aud: "modeller" })],
    ["of another tenant", "issuer", (_request, reply) => regranted(reply, { iss: "ten_other" })],
    ["already over", "expired", (_request, reply) => regranted(reply, { exp: NOW - 1 })],
    [
      "for another license than its certificate",
      "subject",
      (_request, reply) => regranted(reply, { license: "lic_x" }),
    ],
  ];

  test.each(forgeries)("%s: %s", async (_what, reason, tamper) => {
    server.addLicense(LICENSE_KEY);
    const { signet, storage } = testClient(server);
    server.tamper = (request, reply) => (request.method === "GET" ? reply : tamper(request, reply));
    await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "response_invalid",
      signed: false,
      cause: { code: "token_invalid", reason },
    });
    expect(await storage.get("activation")).toBeUndefined();
  });

  test("without a certificate: response_invalid", async () => {
    server.addLicense(LICENSE_KEY);
    server.tamper = (_request, reply) => withBody(reply, () => ({ certificate: undefined }));
    await expect(testClient(server).signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "response_invalid",
    });
  });

  function regranted(reply: TestReply, changes: object, key = server.authority.keys.activation): TestReply {
    return withBody(reply, ({ token }) => {
      const claims = JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString());
      return { token: server.authority.token("activation", { ...claims, ...changes }, key) };
    });
  }
});

describe("a wrong set-up is one sentence about the option", () => {
  const good = {
    server: "https://licenses.example.com",
    tenant: "acme",
    rootKey: newKey().x,
    product: "renderer",
  };
  test.each([
    ["rootKey", { ...good, rootKey: "AAAA" }],
    ["server", { ...good, server: "licenses.example.com" }],
    ["server", { ...good, server: "ftp://licenses.example.com" }],
    ["tenant", { ...good, tenant: "" }],
    ["product", { ...good, product: "" }],
  ])("%s", (option, options) => {
    const construct = () => new Signet({ ...options, storage: memoryStorage() });
    expect(construct).toThrow(
      expect.objectContaining({ code: "configuration_invalid", message: expect.stringContaining(option) }),
    );
  });

  test("a fingerprint without components, or with a name that could be mistaken", async () => {
    const names: Record<string, string>[] = [{}, { "Machine=": "x" }, { "a\nb": "x" }];
    for (const components of names) {
      const { signet } = testClient(server, { fingerprint: async () => components });
      await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "configuration_invalid" });
    }
  });
});

/** The reply with some of its body's members changed. */
function withBody(reply: TestReply, change: (body: Record<string, unknown>) => object): TestReply {
  const body = reply.body as Record<string, unknown>;
  return { ...reply, body: { ...body, ...change(body) } };
}
