import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, testClient } from "../testing/client.ts";
import { type TestLicense, TestServer } from "../testing/server.ts";
import { installFingerprint, memoryStorage, type SignetOptions, type StateStorage } from "./index.ts";

let server: TestServer;
let storage: StateStorage;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
  server.addLicense(LICENSE_KEY);
  storage = memoryStorage();
});
afterEach(() => server.stop());

const fingerprint = async () => ({ machine: "this-machine" });

/** A fresh process on the same machine, that has no network. */
function offline(changes: Partial<SignetOptions> = {}) {
  const fetch = () => Promise.reject(new Error("no network may be used here"));
  return testClient(server, { storage, fingerprint, fetch, ...changes });
}

async function activated() {
  return testClient(server, { storage, fingerprint }).signet.activate(LICENSE_KEY);
}

async function edit(name: string, change: (content: Record<string, string>) => object): Promise<void> {
  const stored = JSON.parse((await storage.get(name)) ?? "{}");
  await storage.set(
    name,
    JSON.stringify({ ...stored, content: { ...stored.content, ...change(stored.content) } }),
  );
}

describe("current", () => {
  test("is the stored activation, verified without the network", async () => {
    const { id } = await activated();
    const sent = server.requests.length;
    const current = await offline().signet.current();
    expect([current.id, current.status, current.has("export-4k")]).toEqual([id, "active", true]);
    expect(current.customer?.name).toBe("Northwind Studio");
    expect(server.requests).toHaveLength(sent);
  });

  test("is not_activated where nothing is stored", async () => {
    await expect(offline().signet.current()).rejects.toMatchObject({ code: "not_activated" });
  });

  test("is refused when the token was altered", async () => {
    await activated();
    await edit("activation", ({ token = "" }) => ({
      token: token.replace(/\.(.)/, (_, first) => (first === "e" ? ".f" : ".e")),
    }));
    await expect(offline().signet.current()).rejects.toMatchObject({
      code: "token_invalid",
      reason: "signature",
    });
  });

  test("is refused when the certificate is another license's", async () => {
    await activated();
    const { authority } = server;
    const certificate = authority.token("license", authority.licenseClaims({ sub: "lic_other" }));
    await edit("activation", () => ({ certificate }));
    await expect(offline().signet.current()).rejects.toMatchObject({
      code: "token_invalid",
      reason: "subject",
    });
  });

  test("is refused on another machine, with a sentence that says so", async () => {
    await activated();
    const elsewhere = offline({ fingerprint: async () => ({ machine: "another-machine" }) });
    await expect(elsewhere.signet.current()).rejects.toMatchObject({
      code: "token_invalid",
      reason: "fingerprint",
      message: expect.stringContaining("another device"),
    });
  });

  describe("on a device that changes", () => {
    const before = { machine: "m", cpu: "c", disk: "d" };
    const on = (components: Record<string, string>) => ({ fingerprint: async () => components });
    const activateOn = (components: Record<string, string>) =>
      testClient(server, { storage, ...on(components) }).signet.activate(LICENSE_KEY);
    let license: TestLicense;
    beforeEach(() => {
      license = server.addLicense(LICENSE_KEY, { match: 2, activationsMax: 1 });
    });

    test.each([
      [1, { machine: "x", cpu: "x", disk: "d" }, "active"],
      [2, before, "active"],
      [2, { ...before, disk: "x" }, "active"],
      [2, { ...before, gpu: "added" }, "active"],
      [2, { machine: "m", cpu: "c" }, "active"],
      [
        2,
        { ...before, cpu: "x", disk: "x" },
        "Of the 3 fingerprint components at activation 1 are unchanged; 2 must be.",
      ],
      [
        2,
        { machine: "m", processor: "c", drive: "d" },
        "Of the 3 fingerprint components at activation 1 are unchanged; 2 must be.",
      ],
      [
        3,
        { ...before, disk: "x" },
        "Of the 3 fingerprint components at activation 2 are unchanged; 3 must be.",
      ],
    ] as const)("where %i of 3 components must stay, %j is %s", async (match, now, expected) => {
      license.match = match;
      await activateOn(before);
      const current = offline(on(now)).signet.current();
      if (expected === "active") expect((await current).status).toBe("active");
      else
        await expect(current).rejects.toMatchObject({
          code: "token_invalid",
          reason: "fingerprint",
          message: expect.stringContaining("activate it again"),
          detail: expected,
        });
    });

    test("is refused when the stored components are exchanged for another machine's", async () => {
      const other = { machine: "other", cpu: "other", disk: "other" };
      await activateOn(before);
      const stolen = (await storage.get("activation")) ?? "";
      license.devices.length = 0;
      await activateOn(other);
      const { components } = JSON.parse((await storage.get("activation")) ?? "").content;
      await storage.set("activation", stolen);
      await edit("activation", () => ({ components }));
      await expect(offline(on(other)).signet.current()).rejects.toMatchObject({ reason: "fingerprint" });
    });

    test("stays measured by what it was when activated, however often it is refreshed", async () => {
      await activateOn(before);
      const drifted = testClient(server, { storage, ...on({ ...before, disk: "x" }) }).signet;
      await (await drifted.current()).refresh();
      const further = { ...before, disk: "x", cpu: "x" };
      await expect(offline(on(further)).signet.current()).rejects.toMatchObject({ reason: "fingerprint" });
    });

    test("is refreshed also after an activation whose answer was lost", async () => {
      await activateOn(before);
      server.tamper = (request, reply) => (request.path.endsWith("/activations") ? "hang up" : reply);
      const drifted = testClient(server, { storage, ...on({ ...before, disk: "x" }) }).signet;
      await expect(drifted.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "network_error" });
      await (await drifted.current()).refresh();
      const further = { ...before, disk: "x", cpu: "x" };
      expect((await offline(on(further)).signet.current()).status).toBe("active");
    });

    test("is told to activate again by a refresh under a stricter rule, and keeps what it has until then", async () => {
      await activateOn(before);
      const drifted = testClient(server, { storage, ...on({ ...before, disk: "x" }) }).signet;
      license.match = 3;
      await expect((await drifted.current()).refresh()).rejects.toMatchObject({
        code: "token_invalid",
        reason: "fingerprint",
        message: expect.stringContaining("activate it again"),
      });
      expect((await drifted.current()).status).toBe("active");
    });

    test("is measured anew once activated again, also by a process that began before", async () => {
      const old = await activateOn(before);
      const again = await activateOn({ ...before, disk: "x" });
      expect(again.id).toBe(old.id);
      await old.refresh();
      const further = { ...before, disk: "x", cpu: "x" };
      expect((await offline(on(further)).signet.current()).status).toBe("active");
    });
  });

  test("is refused without the device key it was bound to", async () => {
    await activated();
    await storage.delete("device-key");
    await expect(offline().signet.current()).rejects.toMatchObject({
      code: "token_invalid",
      reason: "device_key",
    });
  });

  test("is refused for another product, tenant or root key", async () => {
    await activated();
    const product = offline({ product: "modeller" });
    await expect(product.signet.current()).rejects.toMatchObject({ code: "token_invalid" });
    const rootKey = offline({ rootKey: new TestAuthority().root.x });
    await expect(rootKey.signet.current()).rejects.toMatchObject({
      code: "trust_invalid",
      reason: "missing",
    });
  });

  test("is refused once it has run out, and says what to do", async () => {
    await activated();
    const { signet, clock } = offline();
    clock.ms += 3 * DAY * 1000;
    await expect(signet.current()).rejects.toMatchObject({
      code: "token_invalid",
      reason: "expired",
      message: expect.stringContaining("connect to the internet"),
    });
  });

  test("is refused once the trust bundle has expired", async () => {
    await activated();
    const { signet, clock } = offline();
    clock.ms += 8 * DAY * 1000;
    await expect(signet.current()).rejects.toMatchObject({ code: "trust_invalid", reason: "expired" });
  });

  test("is refused when the bundle on disk was replaced by an older one", async () => {
    await activated();
    await edit("trust", () => ({ bundle: server.authority.bundle({ seq: 6 }) }));
    await expect(offline().signet.current()).rejects.toMatchObject({
      code: "trust_invalid",
      reason: "rollback",
    });
  });

  test("is refused when its license is revoked in the bundle it holds", async () => {
    await activated();
    server.authority.revoked.licenses.push(5);
    await edit("trust", () => ({ bundle: server.authority.bundle() }));
    await expect(offline().signet.current()).rejects.toMatchObject({
      code: "token_invalid",
      reason: "license_revoked",
    });
  });

  test.each(["activation", "device-key", "trust", "server-time"])(
    "never crashes on a damaged %s: the user activates again",
    async (name) => {
      await activated();
      const texts = ["", "{", "null", "[]", '{"version":0}', '{"version":1,"content":{"token":7}}'];
      // A newer release's key is not this one's to replace.
      for (const damaged of name === "device-key" ? texts : [...texts, '{"version":99}']) {
        await storage.set(name, damaged);
        const outcome = await offline()
          .signet.current()
          .catch((error) => error);
        expect(["Activation", "SignetError"]).toContain(outcome.constructor.name);
        expect((await activated()).status).toBe("active");
      }
    },
  );

  test.each(["device-key", "install-id"])(
    "leaves a newer release's %s as it is, and says what to do",
    async (name) => {
      const newer = '{"version":2,"content":{"sealed":"…"}}';
      await storage.set(name, newer);
      const { signet } = testClient(server, { storage, fingerprint: installFingerprint });
      await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({
        code: "storage_failed",
        message: expect.stringContaining("newer release"),
        detail: expect.stringContaining(name),
      });
      expect(await storage.get(name)).toBe(newer);
    },
  );

  test("says storage_failed when the disk does", async () => {
    const broken: StateStorage = {
      get: () => Promise.reject(new Error("EACCES: permission denied")),
      set: () => Promise.reject(new Error("ENOSPC: no space left")),
      delete: () => Promise.reject(new Error("EROFS: read-only")),
      list: () => Promise.reject(new Error("EACCES: permission denied")),
    };
    const { signet } = offline({ storage: broken });
    await expect(signet.current()).rejects.toMatchObject({
      code: "storage_failed",
      detail: expect.stringMatching(/EACCES/),
    });
    await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "storage_failed" });
  });

  test("turns a surprise of injected code into a SignetError", async () => {
    await activated();
    const surprising = () => Promise.reject(new TypeError("surprise"));
    const { signet } = offline({ fingerprint: surprising });
    await expect(signet.current()).rejects.toMatchObject({
      code: "unexpected_error",
      cause: expect.any(TypeError),
    });
  });
});

describe("a clock turned back", () => {
  test("is noticed beyond five minutes before the latest signature seen", async () => {
    const signedAt = server.now;
    await activated();
    const { signet, clock } = offline();
    clock.ms = (signedAt - 300) * 1000;
    expect((await signet.current()).status).toBe("active");
    clock.ms = (signedAt - 301) * 1000;
    await expect(signet.current()).rejects.toMatchObject({
      code: "clock_turned_back",
      message: expect.stringContaining("clock"),
    });
  });

  test("is noticed while running, by the time that has passed since", async () => {
    let monotonic = 0;
    let now = server.now * 1000;
    const clock = { now: () => now, monotonic: () => monotonic };
    const { signet } = testClient(server, { storage, fingerprint, clock });
    await signet.activate(LICENSE_KEY);
    monotonic = 3_600_000;
    now += 3_600_000;
    expect((await signet.current()).status).toBe("active");
    now -= 3_600_000;
    await expect(signet.current()).rejects.toMatchObject({ code: "clock_turned_back" });
  });

  test("is what a signature from the future means, online", async () => {
    const { signet, clock } = testClient(server);
    clock.ms -= 2 * DAY * 1000;
    await expect(signet.activate(LICENSE_KEY)).rejects.toMatchObject({ code: "clock_turned_back" });
  });
});
