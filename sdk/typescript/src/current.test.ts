import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY, testClient } from "../testing/client.ts";
import { TestServer } from "../testing/server.ts";
import { memoryStorage, type SignetOptions, type StateStorage } from "./index.ts";

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
    expect(current.customer.name).toBe("Northwind Studio");
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
      for (const damaged of [
        "",
        "{",
        "null",
        "[]",
        '{"version":99}',
        '{"version":1,"content":{"token":7}}',
      ]) {
        await storage.set(name, damaged);
        const outcome = await offline()
          .signet.current()
          .catch((error) => error);
        expect(["Activation", "SignetError"]).toContain(outcome.constructor.name);
        expect((await activated()).status).toBe("active");
      }
    },
  );

  test("says storage_failed when the disk does", async () => {
    const broken: StateStorage = {
      get: () => Promise.reject(new Error("EACCES: permission denied")),
      set: () => Promise.reject(new Error("ENOSPC: no space left")),
      delete: () => Promise.reject(new Error("EROFS: read-only")),
    };
    const { signet } = offline({ storage: broken });
    await expect(signet.current()).rejects.toMatchObject({ code: "storage_failed", detail: /EACCES/ });
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
