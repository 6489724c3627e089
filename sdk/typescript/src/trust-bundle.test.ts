import { describe, expect, test } from "vitest";
import {
  DAY,
  encode,
  NOW,
  NOW_MS,
  newKey,
  revokedIndexes,
  riceList,
  signJws,
  TestAuthority,
  zipped,
} from "../testing/authority.ts";
import { outcomeOf, part, respelled } from "../testing/bench.ts";
import { type OpenTrustBundleOptions, openTrustBundle } from "./trust-bundle.ts";
import { type RevokedIndexes, TOKEN_TYPES } from "./wire.ts";

type Options = Partial<OpenTrustBundleOptions>;
type Row = readonly [
  what: string,
  reason: string,
  bundle: (authority: TestAuthority) => string,
  options?: Options,
];

const encoder = new TextEncoder();
const FIVE = revokedIndexes([3, 70, 71, 500, 9_000]);
/** A gap of 2^31, with remainders of 30 bits. */
const BEYOND = `110${"0".repeat(30)}`;

const BAD_BUNDLES: readonly Row[] = [
  ["empty text", "malformed", () => ""],
  ["a truncated bundle", "malformed", (a) => a.bundle().slice(0, 100)],
  ["the same signature spelled otherwise", "malformed", (a) => respelled(a.bundle())],
  ["alg none", "algorithm", (a) => withHeader(a, { alg: "none" })],
  ["an activation token's type", "type", (a) => withHeader(a, { typ: TOKEN_TYPES.activation })],
  ["a critical extension", "header", (a) => withHeader(a, { crit: ["x"], x: 1 })],
  ["a working key's signature: the root skipped", "signature", (a) => a.bundle({}, a.keys.license)],
  ["a stranger who brings the key along", "signature", (a) => selfSigned(a)],
  ["another tenant's", "signature", () => new TestAuthority().bundle()],
  ["a key exchanged afterwards", "signature", (a) => exchangedKey(a)],
  ["no sequence number", "claims", (a) => a.bundle({ seq: undefined })],
  ["a sequence number below nothing", "claims", (a) => a.bundle({ seq: -1 })],
  ["no keys", "claims", (a) => a.bundle({ keys: undefined })],
  ["no revocations", "claims", (a) => a.bundle({ revocations: undefined })],
  ["a payload that does not say it is deflated", "header", (a) => withHeader(a, { zip: undefined })],
  ["a payload deflated some other way", "header", (a) => withHeader(a, { zip: "GZIP" })],
  ["a payload that is not deflated", "claims", (a) => withPayload(a, encoder.encode(goodText(a)))],
  ["a payload cut short", "claims", (a) => withPayload(a, zipped(goodText(a)).slice(0, -10))],
  ["a payload without end", "claims", (a) => withPayload(a, bomb(a))],
  ["revoked licenses in another code", "claims", (a) => withList(a, { ...FIVE, encoding: "golomb" })],
  ["revoked licenses that are not base64url", "claims", (a) => withList(a, { ...FIVE, gaps: "%%%" })],
  ["revoked licenses cut short", "claims", (a) => withList(a, { ...FIVE, gaps: FIVE.gaps.slice(0, -2) })],
  ["more revoked licenses than are listed", "claims", (a) => withList(a, { ...FIVE, count: 6 })],
  ["more revoked licenses than could be listed", "claims", (a) => withList(a, { ...FIVE, count: 9_999_999 })],
  ["fewer revoked licenses than are listed", "claims", (a) => withList(a, { ...FIVE, count: 3 })],
  ["fewer revoked licenses than nothing", "claims", (a) => withList(a, { ...FIVE, count: -1 })],
  [
    "revoked licenses with a byte left over",
    "claims",
    (a) => withList(a, { ...FIVE, gaps: `${FIVE.gaps}AA` }),
  ],
  ["revoked licenses with a bit left over", "claims", (a) => withList(a, riceList("0000001", 1, 3))],
  ["a revoked license beyond every index", "claims", (a) => withList(a, riceList(BEYOND, 1, 30))],
  ["a revoked license without end", "claims", (a) => withList(a, riceList("1".repeat(800), 1, 30))],
  ["remainders of more bits than an index", "claims", (a) => withList(a, riceList("0".repeat(32), 1, 31))],
  ["more revoked licenses than anybody has", "claims", (a) => withList(a, tooMany())],
  ["revoked activations that are numbers", "claims", (a) => withRevocations(a, { activations: [1] })],
  ["one of another tenant id", "tenant", (a) => a.bundle(), { tenant: "ten_other" }],
  ["an older one than seen before", "rollback", (a) => a.bundle(), { lastSeq: 8 }],
  ["past its expiry: frozen", "expired", (a) => a.bundle({ exp: NOW - 1 })],
  ["at its expiry", "expired", (a) => a.bundle({ exp: NOW })],
  ["from the future", "not_yet_valid", (a) => a.bundle({ iat: NOW + 301 })],
];

function withHeader(authority: TestAuthority, changes: object, key = authority.root): string {
  const header = { alg: "EdDSA", typ: TOKEN_TYPES.trust, zip: "DEF", ...changes };
  return signJws(header, zipped(authority.bundleClaims()), key);
}

function withPayload({ root }: TestAuthority, payload: Uint8Array): string {
  return signJws({ alg: "EdDSA", typ: TOKEN_TYPES.trust, zip: "DEF" }, payload, root);
}

function goodText(authority: TestAuthority): string {
  return JSON.stringify(authority.bundleClaims());
}

/** A bundle that would be good, were there not eight megabytes of nothing after it. */
function bomb(authority: TestAuthority): Uint8Array {
  return zipped(goodText(authority) + " ".repeat(8 * 1024 * 1024));
}

function selfSigned(authority: TestAuthority): string {
  const stranger = newKey();
  const jwk = { kty: "OKP", crv: "Ed25519", x: stranger.x };
  return withHeader(authority, { kid: stranger.kid, jwk }, stranger);
}

function exchangedKey(authority: TestAuthority): string {
  const good = authority.bundle();
  const keys = [authority.bundleKey("activation", { x: newKey().x })];
  return [part(good, 0), encode(zipped(authority.bundleClaims({ keys }))), part(good, 2)].join(".");
}

function withRevocations(authority: TestAuthority, changes: object): string {
  return authority.bundle({
    revocations: { licenses: revokedIndexes([]), activations: [], keys: [], ...changes },
  });
}

function withList(authority: TestAuthority, licenses: object): string {
  return withRevocations(authority, { licenses });
}

/** Every license revoked, one bit each. */
function tooMany(): RevokedIndexes {
  const count = 10_000_008;
  return { encoding: "rice", count, remainderBits: 0, gaps: encode(new Uint8Array(count / 8)) };
}

describe("a bad trust bundle is refused, and the right reason given", () => {
  for (const [what, reason, bundle, options] of BAD_BUNDLES) {
    test(`${what}: ${reason}`, async () => {
      const authority = new TestAuthority();
      const opening = openTrustBundle(bundle(authority), authority.root.x, { now: NOW_MS, ...options });
      expect(await outcomeOf(opening)).toBe(`trust_invalid: ${reason}`);
    });
  }
});

describe("a good trust bundle", () => {
  test("opens with the root key as text or as a JWK, at the highest seq seen and above", async () => {
    const authority = new TestAuthority();
    const { tenant, root } = authority;
    const jwk = { kty: "OKP", crv: "Ed25519", x: root.x } as const;
    const same = await openTrustBundle(authority.bundle(), jwk, { now: NOW_MS, lastSeq: 7, tenant });
    expect(same).toMatchObject({ tenant, seq: 7, expiresAt: NOW + 7 * DAY });
    const newer = authority.bundle({ seq: 8 });
    const opened = await openTrustBundle(newer, root.x, { now: NOW_MS, lastSeq: 7, tenant: "a-slug" });
    expect(opened.seq).toBe(8);
  });

  test("knows each revoked license of a million, and no other", async () => {
    const authority = new TestAuthority();
    authority.revoked.licenses.push(0, 7, 8, 999_999);
    const opened = await openTrustBundle(authority.bundle(), authority.root.x, { now: NOW_MS });
    const asked = [0, 1, 6, 7, 8, 9, 999_998, 999_999, 1_000_000, 5_000_000];
    expect(asked.filter(opened.isLicenseRevoked)).toEqual([0, 7, 8, 999_999]);
  });

  test("knows the revoked licenses whatever the remainder's length, to the last index there can be", async () => {
    for (const remainderBits of [0, 1, 6, 13, 30]) {
      const indexes = [2, 3, 64, 1_000, ...(remainderBits === 30 ? [2 ** 31 - 1] : [])];
      const authority = new TestAuthority();
      const licenses = revokedIndexes(indexes, remainderBits);
      const bundle = withList(authority, licenses);
      const opened = await openTrustBundle(bundle, authority.root.x, { now: NOW_MS });
      const asked = [...Array(1_100).keys(), 2 ** 31 - 2, 2 ** 31 - 1];
      expect(asked.filter(opened.isLicenseRevoked)).toEqual(indexes);
    }
  });

  test.each([
    ["too short", "AAAA"],
    ["not base64url", "!".repeat(43)],
    ["empty", ""],
  ])("is not even looked at with a root key that is %s", async (_what, rootKey) => {
    const opening = openTrustBundle(new TestAuthority().bundle(), rootKey, { now: NOW_MS });
    expect(await outcomeOf(opening)).toBe("configuration_invalid: undefined");
  });
});
