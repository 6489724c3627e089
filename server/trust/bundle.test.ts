import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bundleClaims, statusList, type WorkingKey } from "./bundle.ts";

const now = new Date("2030-01-01T00:00:00Z");
const key = (status: WorkingKey["status"], kid: string): WorkingKey => ({
  use: "lease",
  status,
  kid,
  publicX: "x".repeat(43),
  notBefore: now,
  notAfter: new Date("2031-01-01T00:00:00Z"),
});
const input = {
  tenantId: "01a20ba6-27a9-7aaa-9aa4-cf735e7110de",
  seq: 2,
  previousHash: "hash",
  now,
  revokedStatusIndexes: [],
  revokedActivationIds: [],
};

test("the status list says exactly which indexes are revoked", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(5_000)), (indexes) => {
      const bytes = inflateSync(Buffer.from(statusList(indexes).lst, "base64url"));
      const found = [...Array(5_001).keys()].filter((i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
      expect(found).toEqual(indexes.toSorted((a, b) => a - b));
    }),
  );
});

test("announced and retired keys are in the bundle; compromised ones only among the revocations", () => {
  const keys = [
    key("announced", "a"),
    key("active", "b"),
    key("retired", "c"),
    key("compromised", "d"),
    key("destroyed", "e"),
  ];
  const claims = bundleClaims({ ...input, keys });
  expect(claims.keys.map((each) => each.kid)).toEqual(["a", "b", "c"]);
  expect(claims.revocations.keys).toEqual(["d"]);
});

test("a key past its end leaves the bundle", () => {
  const claims = bundleClaims({ ...input, keys: [{ ...key("retired", "a"), notAfter: now }] });
  expect(claims.keys).toEqual([]);
});

test("each bundle names the one before it, and the first names none", () => {
  expect(bundleClaims({ ...input, keys: [] }).prev).toBe("hash");
  expect(bundleClaims({ ...input, previousHash: undefined, keys: [] })).not.toHaveProperty("prev");
});
