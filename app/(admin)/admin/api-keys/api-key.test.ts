import { describe, expect, test } from "vitest";
import { stateOf } from "./api-key.ts";

const now = new Date("2030-01-02T00:00:00Z");
const before = new Date("2030-01-01T00:00:00Z");
const after = new Date("2030-01-03T00:00:00Z");

describe("a key", () => {
  test.each([
    [{ revokedAt: null, expiresAt: null }, "active"],
    [{ revokedAt: null, expiresAt: after }, "active"],
    [{ revokedAt: null, expiresAt: now }, "expired"],
    [{ revokedAt: before, expiresAt: null }, "revoked"],
    [{ revokedAt: before, expiresAt: before }, "revoked"],
  ])("%j is %s", (key, state) => {
    expect(stateOf(key, now)).toBe(state);
  });
});
