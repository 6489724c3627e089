import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { constants, deflateRawSync } from "node:zlib";
import {
  type ActivationClaims,
  type BundleKey,
  type DenialClaims,
  KEY_USE_OF,
  KEY_USES,
  type KeyUse,
  type LicenseClaims,
  type RevokedIndexes,
  TOKEN_TYPES,
  type TrustBundleClaims,
  type WorkingTokenKind,
} from "../src/wire.ts";

/** When every test takes place, unless it moves the clock. */
export const NOW_MS = Date.parse("2026-01-15T12:00:00Z");
export const NOW = NOW_MS / 1000;
export const DAY = 86_400;

export interface TestKey {
  readonly x: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export function newKey(): TestKey {
  return testKeyOf(generateKeyPairSync("ed25519").privateKey);
}

/** The same key for the same name, always: for vectors that are written down. */
export function keyNamed(name: string): TestKey {
  const seed = createHash("sha256").update(`signet test key, never to be trusted: ${name}`).digest();
  // PKCS #8 of an Ed25519 key is this and the seed.
  const key = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return testKeyOf(createPrivateKey({ key, format: "der", type: "pkcs8" }));
}

function testKeyOf(privateKey: KeyObject): TestKey {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { x, kid: digest(JSON.stringify({ crv: "Ed25519", kty: "OKP", x })), privateKey };
}

export function digest(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("base64url");
}

export function encode(value: unknown): string {
  const bytes = value instanceof Uint8Array ? value : textOf(value);
  return Buffer.from(bytes).toString("base64url");
}

/** A trust bundle's payload. Only runs are sought for, which every release of zlib does alike. */
export function zipped(value: unknown): Uint8Array {
  return deflateRawSync(textOf(value), { strategy: constants.Z_RLE });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Any header and payload, signed: what an authority would never do is done by its tests. */
export function signJws(header: object, payload: unknown, key: TestKey): string {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${sign(null, Buffer.from(text), key.privateKey).toString("base64url")}`;
}

/** Revoked indexes, written bit by bit as the wire describes them. */
export function revokedIndexes(indexes: readonly number[], remainderBits = 6): RevokedIndexes {
  let bits = "";
  let previous = -1;
  for (const index of indexes.toSorted((a, b) => a - b)) {
    const gap = index - previous - 1;
    bits += `${"1".repeat(gap >> remainderBits)}0`;
    for (let bit = 0; bit < remainderBits; bit++) bits += (gap >> bit) & 1;
    previous = index;
  }
  return riceList(bits, indexes.length, remainderBits);
}

/** A list of revoked indexes with any bits at all. */
export function riceList(bits: string, count: number, remainderBits: number): RevokedIndexes {
  const bytes = bits.match(/.{1,8}/g) ?? [];
  const values = bytes.map((byte) => Number.parseInt([...byte].reverse().join(""), 2));
  return { encoding: "rice", count, remainderBits, gaps: encode(Uint8Array.from(values)) };
}

/** A tenant's keys, and whatever they are asked to sign. */
export class TestAuthority {
  /** Seconds: what it signs is dated around this. */
  readonly now: number;
  readonly tenant = "ten_01jtest00000000000000000";
  readonly product = "renderer";
  readonly root: TestKey;
  readonly keys: Record<KeyUse, TestKey>;
  seq = 7;
  readonly revoked = { licenses: [] as number[], activations: [] as string[], keys: [] as string[] };

  constructor(now = NOW, makeKey: (name: string) => TestKey = newKey) {
    this.now = now;
    this.root = makeKey("root");
    this.keys = {
      license: makeKey("license"),
      activation: makeKey("activation"),
      lease: makeKey("lease"),
      ticket: makeKey("ticket"),
      receipt: makeKey("receipt"),
    };
  }

  /** Replaces a key that somebody else has got hold of. */
  disown(use: KeyUse): void {
    this.revoked.keys.push(this.keys[use].kid);
    this.keys[use] = newKey();
    this.seq++;
  }

  bundleKey(use: KeyUse, changes: Partial<BundleKey> = {}): BundleKey {
    const { x, kid } = this.keys[use];
    const window = { nbf: this.now - 30 * DAY, exp: this.now + 30 * DAY };
    return { kty: "OKP", crv: "Ed25519", alg: "EdDSA", status: "active", x, kid, use, ...window, ...changes };
  }

  bundleClaims(changes: Partial<Record<keyof TrustBundleClaims, unknown>> = {}) {
    return {
      iss: this.tenant,
      tenant: this.tenant,
      seq: this.seq,
      iat: this.now - DAY,
      exp: this.now + 7 * DAY,
      keys: KEY_USES.map((use) => this.bundleKey(use)),
      revocations: { ...this.revoked, licenses: revokedIndexes(this.revoked.licenses) },
      ...changes,
    };
  }

  bundle(changes: Partial<Record<keyof TrustBundleClaims, unknown>> = {}, key = this.root): string {
    const header = { alg: "EdDSA", typ: TOKEN_TYPES.trust, kid: key.kid, zip: "DEF" };
    return signJws(header, zipped(this.bundleClaims(changes)), key);
  }

  activationClaims(changes: Partial<Record<keyof ActivationClaims, unknown>> = {}) {
    return {
      ...this.#common("act_01jtest"),
      license: "lic_01jtest",
      statusIndex: 5,
      fingerprint: "fingerprint-digest",
      match: 1,
      cnf: { jkt: "device-thumbprint" },
      features: { "export-4k": true, "watermark-off": false, "render-nodes": 8, tier: "studio" },
      nonce: "nonce-of-the-request",
      req: "hash-of-the-request",
      ...changes,
    };
  }

  licenseClaims(changes: Partial<Record<keyof LicenseClaims, unknown>> = {}) {
    return {
      ...this.#common("lic_01jtest"),
      statusIndex: 5,
      customer: { id: "cus_01jtest", name: "Northwind Studio" },
      policy: { code: "studio", version: 3 },
      validFrom: this.now - 10 * DAY,
      validUntil: this.now + 300 * DAY,
      graceDays: 14,
      activationsMax: 3,
      seats: 0,
      features: { "export-4k": true },
      offline: { allowed: false, daysMax: null, trustMaxAgeDays: null },
      ...changes,
    };
  }

  denialClaims(code: string, changes: Partial<Record<keyof DenialClaims, unknown>> = {}) {
    return {
      ...this.#common("lic_01jtest"),
      exp: this.now + 300,
      code,
      req: "hash-of-the-request",
      ...changes,
    };
  }

  /** Signs claims as the server would: with the key and the header of that kind. */
  token(kind: WorkingTokenKind, claims: object, key = this.keys[KEY_USE_OF[kind]]) {
    return signJws({ alg: "EdDSA", typ: TOKEN_TYPES[kind], kid: key.kid }, claims, key);
  }

  #common(sub: string) {
    return {
      iss: this.tenant,
      aud: this.product,
      sub,
      jti: "tok_01jtest",
      iat: this.now - 60,
      exp: this.now + 3 * DAY,
      cid: "cor_01jtest",
      trust: this.seq,
    };
  }
}
