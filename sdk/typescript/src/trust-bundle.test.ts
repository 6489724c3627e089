import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  DAY,
  encode,
  NOW,
  NOW_MS,
  newKey,
  signJws,
  statusList,
  TestAuthority,
} from "../testing/authority.ts";
import { outcomeOf, part, respelled } from "../testing/bench.ts";
import { type OpenTrustBundleOptions, openTrustBundle } from "./trust-bundle.ts";
import { TOKEN_TYPES } from "./wire.ts";

type Options = Partial<OpenTrustBundleOptions>;
type Row = readonly [
  what: string,
  reason: string,
  bundle: (authority: TestAuthority) => string,
  options?: Options,
];

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
  ["a status list that is not base64url", "claims", (a) => withStatusList(a, { bits: 1, lst: "%%%" })],
  [
    "a status list that is not deflated",
    "claims",
    (a) => withStatusList(a, { bits: 1, lst: encode("hello") }),
  ],
  ["a status list cut short", "claims", (a) => withStatusList(a, { bits: 1, lst: cutStatusList() })],
  ["a status list without end", "claims", (a) => withStatusList(a, { bits: 1, lst: bomb() })],
  ["a status list of two bits a license", "claims", (a) => withStatusList(a, { ...statusList([]), bits: 2 })],
  ["revoked activations that are numbers", "claims", (a) => withRevocations(a, { activations: [1] })],
  ["one of another tenant id", "tenant", (a) => a.bundle(), { tenant: "ten_other" }],
  ["an older one than seen before", "rollback", (a) => a.bundle(), { lastSeq: 8 }],
  ["past its expiry: frozen", "expired", (a) => a.bundle({ exp: NOW - 1 })],
  ["at its expiry", "expired", (a) => a.bundle({ exp: NOW })],
  ["from the future", "not_yet_valid", (a) => a.bundle({ iat: NOW + 301 })],
];

function withHeader(authority: TestAuthority, changes: object, key = authority.root): string {
  return signJws({ alg: "EdDSA", typ: TOKEN_TYPES.trust, ...changes }, authority.bundleClaims(), key);
}

function selfSigned(authority: TestAuthority): string {
  const stranger = newKey();
  const jwk = { kty: "OKP", crv: "Ed25519", x: stranger.x };
  return withHeader(authority, { kid: stranger.kid, jwk }, stranger);
}

function exchangedKey(authority: TestAuthority): string {
  const good = authority.bundle();
  const keys = [authority.bundleKey("activation", { x: newKey().x })];
  return [part(good, 0), encode(authority.bundleClaims({ keys })), part(good, 2)].join(".");
}

function withRevocations(authority: TestAuthority, changes: object): string {
  return authority.bundle({
    revocations: { licenses: statusList([]), activations: [], keys: [], ...changes },
  });
}

function withStatusList(authority: TestAuthority, licenses: object): string {
  return withRevocations(authority, { licenses });
}

/** Noise, so that deflate cannot shorten it and cutting it loses something. */
function cutStatusList(): string {
  const noise = crypto.getRandomValues(new Uint8Array(1000));
  return deflateSync(noise).subarray(0, 500).toString("base64url");
}

function bomb(): string {
  return deflateSync(new Uint8Array(17 * 1024 * 1024)).toString("base64url");
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

  test.each([
    ["too short", "AAAA"],
    ["not base64url", "!".repeat(43)],
    ["empty", ""],
  ])("is not even looked at with a root key that is %s", async (_what, rootKey) => {
    const opening = openTrustBundle(new TestAuthority().bundle(), rootKey, { now: NOW_MS });
    expect(await outcomeOf(opening)).toBe("configuration_invalid: undefined");
  });
});
