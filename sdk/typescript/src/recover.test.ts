import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, type TestClient, testClient } from "../testing/client.ts";
import { problem, type TestLicense, TestServer } from "../testing/server.ts";
import { formatLicenseKey } from "./license-key.ts";

let server: TestServer;
let license: TestLicense;
let client: TestClient;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
  license = server.addLicense(LICENSE_KEY, { activationsMax: 1 });
  client = testClient(server);
});
afterEach(() => server.stop());

const MACHINE = { fingerprint: async () => ({ machine: "one", platform: "test" }) };
const activations = () => server.requestsTo(/activations$/).length;

describe("once the vendor has disowned the key that signed a token", () => {
  test("a refresh activates the device again: the same activation, no second slot, here and on disk", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    const { id } = activation;
    license.features = { "export-8k": true };
    server.authority.disown("activation");
    await activation.refresh();
    expect([activation.id, activation.status, activation.has("export-8k")]).toEqual([id, "active", true]);
    expect((await client.signet.current()).id).toBe(id);
    expect(license.devices).toHaveLength(1);
    await activation.refresh();
    expect(activations()).toBe(2);
  });

  test("without the license key a refresh says to enter it; entering it gives the same activation again", async () => {
    const first = testClient(server, MACHINE);
    const { id } = await first.signet.activate(LICENSE_KEY);
    const { signet } = testClient(server, { ...MACHINE, storage: first.storage });
    const activation = await signet.current();
    server.authority.disown("activation");
    const wanted = {
      code: "token_invalid",
      reason: "key_revoked",
      message: expect.stringContaining("enter the license key again"),
    };
    await expect(activation.refresh()).rejects.toMatchObject(wanted);
    await expect(signet.current()).rejects.toMatchObject(wanted);
    expect(activations()).toBe(1);
    expect((await signet.activate(LICENSE_KEY)).id).toBe(id);
    await activation.refresh();
    expect([activation.status, license.devices.length, activations()]).toEqual(["active", 1, 2]);
  });

  test("what another process of this device has recovered is taken, without a license key", async () => {
    const first = testClient(server, MACHINE);
    const one = await first.signet.activate(LICENSE_KEY);
    const second = testClient(server, { ...MACHINE, storage: first.storage });
    const other = await second.signet.current();
    server.authority.disown("activation");
    await one.refresh();
    await other.refresh();
    expect([other.status, activations()]).toEqual(["active", 2]);
  });

  test("the device can be deactivated", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.authority.disown("activation");
    await activation.deactivate();
    expect([activation.status, license.devices]).toEqual(["refused", []]);
    await expect(client.signet.current()).rejects.toMatchObject({ code: "not_activated" });
  });

  test("a signed refusal of the license counts as that of any refresh", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.authority.disown("activation");
    license.refusal = "license_suspended";
    const suspended = { code: "license_suspended", signed: true };
    await expect(activation.refresh()).rejects.toMatchObject(suspended);
    expect(activation.status).toBe("refused");
    await expect(client.signet.current()).rejects.toMatchObject(suspended);
  });

  test("another license that was activated here meanwhile stays in its place", async () => {
    const otherKey = formatLicenseKey("RENDER", new Uint8Array(23).fill(3));
    server.addLicense(otherKey, { features: { newer: true } });
    const old = await client.signet.activate(LICENSE_KEY);
    await client.signet.activate(otherKey);
    server.authority.disown("activation");
    await client.signet.activate(otherKey);
    await old.refresh();
    expect((await client.signet.current()).has("newer")).toBe(true);
  });
});

describe("a token that the server does not take, while the bundle says nothing against its key", () => {
  test("activates nothing, since anybody on the wire can say so", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    server.tamper = (request, reply) =>
      request.method === "GET" ? reply : { status: 401, body: problem("unauthorized") };
    const refused = { code: "unauthorized", signed: false };
    await expect(activation.refresh()).rejects.toMatchObject(refused);
    await expect(activation.deactivate()).rejects.toMatchObject(refused);
    expect([activation.status, activations()]).toEqual(["active", 1]);
  });

  test("nor where the bundle cannot be had, or is a stranger's", async () => {
    const activation = await client.signet.activate(LICENSE_KEY);
    const stranger = new TestAuthority();
    stranger.revoked.keys.push(server.authority.keys.activation.kid);
    for (const bundle of ["hang up" as const, { status: 200, body: { bundle: stranger.bundle() } }]) {
      server.tamper = (request) =>
        request.method === "GET" ? bundle : { status: 401, body: problem("unauthorized") };
      await expect(activation.refresh()).rejects.toMatchObject({ code: "unauthorized" });
    }
    expect([activation.status, activations()]).toEqual(["active", 1]);
  });
});
