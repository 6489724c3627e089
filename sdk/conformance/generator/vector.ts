import { keyNamed, NOW, TestAuthority, type TestKey } from "../../typescript/testing/authority.ts";

/** Why a vector must be refused; the README lists every pair. */
export interface Refusal {
  readonly code: string;
  readonly reason?: string;
}

/** One case. Times are seconds since 1970. */
export interface Vector {
  readonly id: string;
  /** What it is and why the outcome is right, in a sentence. */
  readonly says: string;
  readonly refused?: Refusal;
  /** What a verifier must have found in it. */
  readonly accepted?: object;
}

/** All keys of the corpus come from names, so that it can be made again byte for byte. They are public: never trust them. */
export const key = keyNamed;
export const stranger = key("stranger");
export const device = key("device");
export const otherDevice = key("other device");

export const CLOCK = NOW;
export const TENANT_SLUG = "acme";

/** A fresh authority with the corpus's keys, for a vector that revokes or rotates something. */
export function authorityOf(change: (authority: TestAuthority) => void = () => undefined): TestAuthority {
  const authority = new TestAuthority(CLOCK, key);
  change(authority);
  return authority;
}

export const authority = authorityOf();

/** One of a compact JWS's three parts. */
export function part(jws: string, index: 0 | 1 | 2): string {
  return jws.split(".")[index] ?? "";
}

export function jwkOf({ x }: TestKey) {
  return { kty: "OKP", crv: "Ed25519", x };
}
