import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { takeFingerprint } from "./fingerprint.ts";
import { fingerprintText } from "./fingerprint-digest.ts";
import { memoryStorage } from "./storage.ts";

describe("a fingerprint", () => {
  test("has one text, however its components are ordered", () => {
    const text = "Machine=3\nmachine=1\nos=2";
    expect(fingerprintText({ os: "2", machine: "1", Machine: "3" })).toBe(text);
    expect(fingerprintText({ Machine: "3", machine: "1", os: "2" })).toBe(text);
  });

  test("is digested as any other program would", async () => {
    const provider = async () => ({ os: "linux", machine: "id" });
    const { components, digest } = await takeFingerprint(provider, memoryStorage(), "acme/renderer");
    const text = `machine=${components.machine}\nos=${components.os}`;
    expect(digest).toBe(createHash("sha256").update(text).digest("base64url"));
  });

  test("is the same for the same machine and salt, and another for another salt", async () => {
    const provider = async () => ({ machine: "id" });
    const take = (salt: string) => takeFingerprint(provider, memoryStorage(), salt);
    expect(await take("acme/renderer")).toEqual(await take("acme/renderer"));
    expect(await take("acme/renderer")).not.toEqual(await take("acme/modeller"));
  });
});
