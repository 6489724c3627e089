import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, NOW, newKey, TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, type TestClient, testClient } from "../testing/client.ts";
import { problem, type TestLicense, TestServer } from "../testing/server.ts";
import { formatLicenseKey } from "./license-key.ts";

let server: TestServer;
let license: TestLicense;
let client: TestClient;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
  license = server.addLicense(LICENSE_KEY);
  client = testClient(server);
});
afterEach(() => server.stop());

describe("refresh", () => {
  test("renews the token with the license's present features, here and on disk", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    license.features = { "export-8k": true };
    server.now += DAY;
    client.clock.ms += DAY * 1000;
    const { expiresAt } = activation;
    await activation.refresh();
    expect(activation.expiresAt.getTime() - expiresAt.getTime()).toBe(DAY * 1000);
    expect(activation.features).toEqual({ "export-8k": true });
    expect((await client.signet.current()).features).toEqual({ "export-8k": true });
  });

  test("proves itself by the token it has, and by nothing else", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    await activation.refresh();
    const [request] = server.requestsTo(/refresh$/);
    expect(request?.path).toBe(`/v1/acme/activations/${activation.id}/refresh`);
    expect(request?.headers.authorization).toMatch(/^Bearer ey/);
    expect(Object.keys(JSON.parse(request?.body ?? ""))).toEqual(["nonce"]);
  });

  test("acts on a signed refusal, also after a restart without network, until a later one succeeds", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    license.refusal = "license_suspended";
    await expect(activation.refresh()).rejects.toMatchObject({ code: "license_suspended", signed: true });
    expect([activation.status, activation.has("export-4k")]).toEqual(["refused", false]);
    const fetch = () => Promise.reject(new Error("there is no network"));
    const restarted = testClient(server, { storage: client.storage, fetch });
    await expect(restarted.signet.current()).rejects.toMatchObject({
      code: "license_suspended",
      signed: true,
    });

    license.refusal = undefined;
    await activation.refresh();
    expect([activation.status, (await client.signet.current()).status]).toEqual(["active", "active"]);
  });

  test("acts on a signed refusal also where the disk takes no note of it", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    license.refusal = "license_revoked";
    server.now += 60;
    client.clock.ms += 60_000;
    client.storage.set = () => Promise.reject(new Error("EROFS: read-only file system"));
    await expect(activation.refresh()).rejects.toMatchObject({ code: "license_revoked", signed: true });
    expect([activation.status, activation.has("export-4k")]).toEqual(["refused", false]);
  });

  test.each(["license_revoked", "activation_revoked", "unauthorized"])(
    "does not act on an unsigned %s",
    async (code) => {
      const activation = await client.signet.activate(LICENSE_KEY);
      server.tamper = () => ({ status: 403, body: problem(code) });
      await expect(activation.refresh()).rejects.toMatchObject({ code, signed: false });
      expect([activation.status, activation.has("export-4k")]).toEqual(["active", true]);
      expect((await client.signet.current()).status).toBe("active");
    },
  );

  test("that was refused is asked about by the next process, which finds what was reinstated without the license key", async () => {
    const fingerprint = async () => ({ machine: "one", platform: "test" });
    const machine = { storage: client.storage, fingerprint };
    const activation = await testClient(server, machine).signet.activate(LICENSE_KEY);
    license.refusal = "license_suspended";
    await expect(activation.refresh()).rejects.toMatchObject({ code: "license_suspended" });
    const restarted = () => testClient(server, machine).signet;
    const asked = () => server.requestsTo(/refresh$/).length;
    const suspended = { code: "license_suspended", signed: true };
    const signet = restarted();
    await expect(Promise.all([signet.current(), signet.current()])).rejects.toMatchObject(suspended);
    await expect(signet.current()).rejects.toMatchObject(suspended);
    expect(asked()).toBe(2);

    license.refusal = undefined;
    server.tamper = () => "hang up";
    await expect(restarted().current()).rejects.toMatchObject(suspended);
    server.tamper = (_request, reply) => reply;
    const current = await restarted().current();
    expect([current.id, current.status]).toEqual([activation.id, "active"]);

    license.refusal = "license_revoked";
    await expect(current.refresh()).rejects.toMatchObject({ code: "license_revoked" });
    const before = asked();
    await expect(restarted().current()).rejects.toMatchObject({ code: "license_revoked", signed: true });
    expect(asked()).toBe(before);
  });

  test("that fails for want of a network leaves what is held until it runs out", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.tamper = () => "hang up";
    await expect(activation.refresh()).rejects.toMatchObject({ code: "network_error", retryable: true });
    expect([activation.status, (await client.signet.current()).status]).toEqual(["active", "active"]);
  });

  test("does not believe an older answer played back", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    let recorded: unknown;
    server.tamper = (_request, reply) => {
      recorded = reply.body;
      return reply;
    };
    await activation.refresh();
    server.tamper = () => ({ status: 200, body: recorded });
    await expect(activation.refresh()).rejects.toMatchObject({
      code: "response_invalid",
      cause: { reason: "nonce" },
    });
  });

  test("of a license that was exchanged meanwhile leaves the new one in place", async () => {
    const otherKey = formatLicenseKey("RENDER", new Uint8Array(23).fill(3));
    const old = await client.signet.activate(LICENSE_KEY);
    server.addLicense(otherKey, { features: { newer: true } });
    await client.signet.activate(otherKey);
    await old.refresh();
    license.refusal = "license_revoked";
    await expect(old.refresh()).rejects.toMatchObject({ code: "license_revoked" });
    await old.deactivate();
    expect((await client.signet.current()).has("newer")).toBe(true);
  });
});

describe("deactivate", () => {
  test("gives the slot back and forgets the activation", async () => {
    license.activationsMax = 1;
    const activation = await client.signet.activate(LICENSE_KEY);
    await activation.deactivate();
    expect(license.devices).toEqual([]);
    expect([activation.status, activation.has("export-4k")]).toEqual(["refused", false]);
    await expect(client.signet.current()).rejects.toMatchObject({ code: "not_activated" });
    expect((await testClient(server).signet.activate(LICENSE_KEY)).status).toBe("active");
  });

  test("does not believe an older refusal played back", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    const [device] = license.devices.splice(0);
    let recorded: unknown;
    server.tamper = (_request, reply) => {
      recorded = reply.body;
      return reply;
    };
    const refusal = { code: "activation_not_found" };
    await expect(activation.deactivate()).rejects.toMatchObject({ ...refusal, signed: true });
    if (device !== undefined) license.devices.push(device);
    server.tamper = () => ({ status: 404, body: recorded });
    await expect(activation.deactivate()).rejects.toMatchObject({ ...refusal, signed: false });
  });

  test("that fails forgets nothing", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.tamper = () => "hang up";
    await expect(activation.deactivate()).rejects.toMatchObject({ code: "network_error" });
    expect([activation.status, (await client.signet.current()).status]).toEqual(["active", "active"]);
  });
});

describe("the trust bundle", () => {
  const trustFetches = () => server.requestsTo(/trust$/).length;

  test("is fetched once for many calls at the same time, and not again while it is good", async () => {
    const activations = await Promise.all(
      Array.from({ length: 5 }, () => client.signet.activate(LICENSE_KEY)),
    );
    await activations[0]?.refresh();
    expect(trustFetches()).toBe(1);
  });

  test("is fetched anew for a key that was announced meanwhile", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.authority.keys.activation = newKey();
    client.clock.ms += 61_000;
    await activation.refresh();
    expect([activation.status, trustFetches()]).toEqual(["active", 2]);
  });

  test("is fetched at most once a minute for keys somebody made up", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.tamper = (request, reply) =>
      request.method === "GET"
        ? reply
        : {
            ...reply,
            body: { ...(reply.body as object), token: server.authority.token("activation", {}, newKey()) },
          };
    client.clock.ms += 61_000;
    for (let call = 0; call < 5; call++) {
      await expect(activation.refresh()).rejects.toMatchObject({ code: "response_invalid" });
    }
    expect(trustFetches()).toBe(2);
  });

  test("is fetched anew when an answer was signed under a newer one, so that a reinstated license works at once", async () => {
    server.authority.revoked.licenses.push(5);
    await expect(client.signet.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "response_invalid" });
    server.authority.revoked.licenses.length = 0;
    server.authority.seq++;
    expect((await client.signet.activate(LICENSE_KEY)).status).toBe("active");
  });

  test("is fetched anew once it has expired", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    client.clock.ms += 8 * DAY * 1000;
    server.now += 8 * DAY;
    const { authority } = server;
    const renewed = { bundle: authority.bundle({ iat: NOW + 8 * DAY, exp: NOW + 15 * DAY, seq: 8 }) };
    server.tamper = (request, reply) => (request.method === "GET" ? { status: 200, body: renewed } : reply);
    await activation.refresh();
    expect([activation.status, trustFetches()]).toEqual(["active", 2]);
  });

  test("is never exchanged for an older one", async () => {
    await client.signet.activate(LICENSE_KEY);
    client.clock.ms += 61_000;
    server.authority.keys.activation = newKey();
    server.authority.seq--;
    await expect(client.signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "trust_invalid",
      reason: "rollback",
    });
  });

  test("of a stranger is refused: trust_invalid", async () => {
    server.tamper = (request, reply) =>
      request.method === "GET" ? { status: 200, body: { bundle: new TestAuthority().bundle() } } : reply;
    await expect(client.signet.activate(LICENSE_KEY)).rejects.toMatchObject({
      code: "trust_invalid",
      reason: "signature",
      signed: false,
      message: expect.stringContaining("contact the vendor"),
      detail: expect.stringContaining("rootKey"),
    });
  });
});
