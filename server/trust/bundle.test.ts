import fc from "fast-check";
import { expect, test } from "vitest";
import { writeArmour } from "#sdk/offline-armour.ts";
import { readRevokedIndexes } from "#sdk/revoked-indexes.ts";
import { openTrustBundle } from "#sdk/trust-bundle.ts";
import { KEY_USES } from "#sdk/wire.ts";
import { bundleClaims, type WorkingKey } from "./bundle.ts";
import { tokenSigner } from "./jws.ts";
import { generateKey, openPrivateKey } from "./keys.ts";
import { revokedIndexes } from "./revoked-indexes.ts";

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
  days: 30,
  roots: [],
  revokedStatusIndexes: [],
  revokedActivationIds: [],
};

test("the revoked indexes are read as they were written, dense or sparse, up to the last index there can be", () => {
  const highest = fc.constantFrom(10, 5_000, 10_000_000, 2 ** 31 - 1);
  const indexes = highest.chain((max) => fc.array(fc.nat(max), { maxLength: 300 }));
  fc.assert(
    fc.property(indexes, (revoked) => {
      const expected = Uint32Array.from(new Set(revoked)).sort();
      expect(readRevokedIndexes(revokedIndexes(revoked))).toEqual(expected);
    }),
  );
});

test("a million licenses with one in a hundred revoked fit in 16 KB", async () => {
  const root = generateKey();
  const keys = KEY_USES.map((use) => {
    const { kid, publicX } = generateKey();
    return { ...key("active", kid), use, publicX };
  });
  const revoked = oneInAHundredOfAMillion();
  const claims = bundleClaims({ ...input, keys, revokedStatusIndexes: [...revoked] });
  const jws = tokenSigner("trust", root.kid, openPrivateKey(root.pkcs8)).sign(claims);
  // Also as the file that is carried to a machine without a network.
  expect(writeArmour("snapshot", jws).length).toBeLessThanOrEqual(16_000);

  const bundle = await openTrustBundle(jws, root.publicX, { now: now.getTime() });
  const wrong = [...Array(1_000_000).keys()].filter((i) => bundle.isLicenseRevoked(i) !== revoked.has(i));
  expect(wrong).toEqual([]);
});

/** The same ones every time: a linear congruential generator that walks through every number below 2^32. */
function oneInAHundredOfAMillion(): Set<number> {
  const revoked = new Set<number>();
  let state = 1;
  while (revoked.size < 10_000) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    revoked.add(Math.floor((state / 2 ** 32) * 1_000_000));
  }
  return revoked;
}

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
