import { afterEach, expect, test, vi } from "vitest";
import { newKey, TestAuthority } from "../testing/authority.ts";
import { LICENSE_KEY } from "../testing/client.ts";
import { TestServer } from "../testing/server.ts";
import { Signet } from "./index.ts";

afterEach(() => vi.unstubAllGlobals());

test("in a browser state is kept in localStorage, under the product's name, and survives a reload", async () => {
  const items = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, text: string) => items.set(name, text),
    removeItem: (name: string) => items.delete(name),
    key: (index: number) => [...items.keys()][index] ?? null,
    get length() {
      return items.size;
    },
  });
  const authority = new TestAuthority();
  const server = await new TestServer(authority).start();
  server.addLicense(LICENSE_KEY);
  const clock = { now: () => server.now * 1000 };
  const options = {
    server: server.url,
    tenant: "acme",
    rootKey: authority.root.x,
    product: "renderer",
    clock,
  };
  const { id } = await new Signet(options).activate(LICENSE_KEY);
  await server.stop();
  expect((await new Signet(options).current()).id).toBe(id);
  expect([...items.keys()].every((name) => name.startsWith("signet/acme/renderer/"))).toBe(true);
});

test("where a page may not use localStorage, state lives in memory", async () => {
  vi.stubGlobal("localStorage", undefined);
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const options = {
    server: "https://licenses.example.com",
    tenant: "acme",
    rootKey: newKey().x,
    product: "renderer",
  };
  await expect(new Signet(options).current()).rejects.toMatchObject({ code: "not_activated" });
});
