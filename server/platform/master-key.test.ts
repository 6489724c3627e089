import { describe, expect, test } from "vitest";
import {
  databaseAppUrl,
  decodeMasterKey,
  deriveDatabasePassword,
  localKeyWrapper,
  masterKeyCheck,
} from "./master-key.ts";

const MASTER_KEY = Buffer.alloc(32, 1).toString("base64");
const OTHER_KEY = Buffer.alloc(32, 2).toString("base64");
const secret = Buffer.from("a private key");

describe("localKeyWrapper", () => {
  test("opens what it wrapped, and never wraps the same secret into the same bytes", async () => {
    const wrapper = localKeyWrapper(MASTER_KEY);
    const [first, second] = [await wrapper.wrap(secret, "tenant 1"), await wrapper.wrap(secret, "tenant 1")];
    expect(Buffer.from(await wrapper.unwrap(first, "tenant 1"))).toEqual(secret);
    expect(first).not.toEqual(second);
    expect(Buffer.from(first).includes(secret)).toBe(false);
  });

  test("refuses every altered byte, every truncation, another purpose and another master key", async () => {
    const wrapper = localKeyWrapper(MASTER_KEY);
    const wrapped = Buffer.from(await wrapper.wrap(secret, "tenant 1"));
    for (let at = 0; at < wrapped.length; at++) {
      const altered = Buffer.from(wrapped);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      await expect(wrapper.unwrap(altered, "tenant 1")).rejects.toThrow("SIGNET_MASTER_KEY");
      await expect(wrapper.unwrap(wrapped.subarray(0, at), "tenant 1")).rejects.toThrow("SIGNET_MASTER_KEY");
    }
    await expect(wrapper.unwrap(wrapped, "tenant 2")).rejects.toThrow("tenant 2");
    await expect(localKeyWrapper(OTHER_KEY).unwrap(wrapped, "tenant 1")).rejects.toThrow("SIGNET_MASTER_KEY");
  });
});

describe("what is derived from the master key", () => {
  test("is the same each time, differs by purpose and by master key, and does not show the key", () => {
    const derived = [MASTER_KEY, OTHER_KEY].flatMap((key) => [
      deriveDatabasePassword(key),
      masterKeyCheck(key),
    ]);
    expect(new Set(derived).size).toBe(4);
    expect(deriveDatabasePassword(MASTER_KEY)).toBe("u9wgXs0pvPrCBP1CtgrWQifYryezo-O8d-V3FgT3I3E");
    expect(derived.join()).not.toContain(Buffer.from(MASTER_KEY, "base64").toString("base64url"));
  });

  test("the processes' URL keeps host, database and options, and replaces only who connects", () => {
    expect(databaseAppUrl("postgresql://owner:root@db:6543/signet?sslmode=require", MASTER_KEY)).toBe(
      `postgresql://signet_app:${deriveDatabasePassword(MASTER_KEY)}@db:6543/signet?sslmode=require`,
    );
  });
});

describe("decodeMasterKey", () => {
  test.each([
    "",
    "short",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
    "not base64 ".repeat(4),
  ])("%j is not a master key", (text) => {
    expect(decodeMasterKey(text)).toBeUndefined();
    expect(() => localKeyWrapper(text)).toThrow("32 bytes");
  });
});
