import { afterEach, beforeEach, test, vi } from "vitest";
import { TestAuthority } from "../../testing/authority.ts";
import { LICENSE_KEY, testClient } from "../../testing/client.ts";
import { TestServer } from "../../testing/server.ts";
import { memoryStorage } from "../index.ts";
import { licenseStoreOf } from "./license-store.ts";

/** Patient, because the machine may be busy. */
const SOON = { timeout: 10_000 };

let server: TestServer;
beforeEach(async () => {
  server = await new TestServer(new TestAuthority()).start();
  server.addLicense(LICENSE_KEY);
});
afterEach(() => server.stop());

test("a license that could not be read at first is found by refresh, and by the next mount", async () => {
  const memory = memoryStorage();
  const fingerprint = async () => ({ machine: "one", platform: "test" });
  await testClient(server, { storage: memory, fingerprint }).signet.activate(LICENSE_KEY);
  let isBroken = true;
  const get = (name: string) => (isBroken ? Promise.reject(new Error("the disk is gone")) : memory.get(name));
  for (const way of ["refresh", "mount"] as const) {
    isBroken = true;
    const { signet } = testClient(server, { storage: { ...memory, get }, fingerprint });
    const store = licenseStoreOf(signet);
    const unmount = store.subscribe(() => {});
    await vi.waitUntil(() => store.state().status === "unlicensed", SOON);
    isBroken = false;
    if (way === "refresh") await store.state().refresh();
    unmount();
    if (way === "mount") store.subscribe(() => {})();
    await vi.waitUntil(() => store.state().status === "licensed", SOON);
  }
});
