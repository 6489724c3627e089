import { isSignetError } from "../src/errors.ts";
import { openTrustBundle, type TokenExpectations, type VerifiableKind, verifyToken } from "../src/verify.ts";
import { type BundleKey, TOKEN_TYPES } from "../src/wire.ts";
import { encode, NOW_MS, signJws, TestAuthority, type TestKey } from "./authority.ts";

/** `code: reason` of the error `work` rejects with, or "accepted". */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "accepted";
  } catch (error) {
    return isSignetError(error) ? `${error.code}: ${error.reason}` : String(error);
  }
}

/** One of a compact JWS's three parts. */
export function part(jws: string, index: 0 | 1 | 2): string {
  return jws.split(".")[index] ?? "";
}

/** 64 bytes leave four bits unused in a signature's last character, so it can be spelled in sixteen ways. */
export function respelled(jws: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return jws.slice(0, -1) + alphabet.charAt(alphabet.indexOf(jws.slice(-1)) + 1);
}

/** Expects of a license certificate or a denial what the default expects of an activation. */
export const ABOUT_LICENSE: Partial<TokenExpectations> = {
  subject: "lic_01jtest",
  nonce: undefined,
  req: undefined,
  deviceKey: undefined,
  fingerprint: undefined,
};

/** An authority and a verifier that expects exactly its good activation token. */
export class Bench {
  readonly authority = new TestAuthority();
  readonly #expected: TokenExpectations = {
    audience: this.authority.product,
    now: NOW_MS,
    subject: "act_01jtest",
    nonce: "nonce-of-the-request",
    req: "hash-of-the-request",
    deviceKey: "device-thumbprint",
    fingerprint: "fingerprint-digest",
  };

  async verify(
    jws: string,
    expected: Partial<TokenExpectations> = {},
    kind: VerifiableKind = "activation",
    bundle = this.authority.bundle(),
  ) {
    const opened = await openTrustBundle(bundle, this.authority.root.x, { now: NOW_MS });
    return verifyToken(jws, kind, opened, { ...this.#expected, ...expected });
  }

  /** An activation token, with some claims changed. */
  token(changes: Parameters<TestAuthority["activationClaims"]>[0] = {}): string {
    return this.authority.token("activation", this.authority.activationClaims(changes));
  }

  /** Its activation token signed by another key, which it names. */
  tokenBy(key: TestKey): string {
    return this.authority.token("activation", this.authority.activationClaims(), key);
  }

  certificate(changes: Parameters<TestAuthority["licenseClaims"]>[0] = {}): string {
    return this.authority.token("license", this.authority.licenseClaims(changes));
  }

  denial(changes: Parameters<TestAuthority["denialClaims"]>[1] = {}): string {
    return this.authority.token("denial", this.authority.denialClaims("license_revoked", changes));
  }

  /** Its activation token with some header fields changed, signed by the right key unless told otherwise. */
  withHeader(changes: object, key = this.authority.keys.activation): string {
    const header = {
      alg: "EdDSA",
      typ: TOKEN_TYPES.activation,
      kid: this.authority.keys.activation.kid,
      ...changes,
    };
    return signJws(header, this.authority.activationClaims(), key);
  }

  /** Any payload, signed as an activation. */
  withPayload(payload: unknown): string {
    const { activation } = this.authority.keys;
    return signJws({ alg: "EdDSA", typ: TOKEN_TYPES.activation, kid: activation.kid }, payload, activation);
  }

  /** Its activation token with some claims changed after it was signed. */
  altered(changes: object): string {
    const good = this.token();
    return [part(good, 0), encode({ ...this.authority.activationClaims(), ...changes }), part(good, 2)].join(
      ".",
    );
  }

  /** Verifies its good token by a bundle whose activation key is changed. */
  verifyWithKey(changes: Partial<BundleKey>) {
    const keys = [this.authority.bundleKey("activation", changes), this.authority.bundleKey("license")];
    return this.verify(this.token(), {}, "activation", this.authority.bundle({ keys }));
  }
}
