import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { DAY, encode, NOW, newKey } from "../testing/authority.ts";
import { ABOUT_LICENSE, Bench, outcomeOf, part, respelled } from "../testing/bench.ts";
import { TOKEN_TYPES } from "./wire.ts";

type Row = readonly [what: string, reason: string, verify: (bench: Bench) => Promise<unknown>];

const BAD_FORM: readonly Row[] = [
  ["empty text", "malformed", (b) => b.verify("")],
  ["not a token at all", "malformed", (b) => b.verify("hello")],
  ["two parts only", "malformed", (b) => b.verify(withoutSignature(b.token()))],
  ["four parts", "malformed", (b) => b.verify(`${b.token()}.AAAA`)],
  ["a header that is not base64url", "malformed", (b) => b.verify(b.token().replace(/^./, "!"))],
  ["a header that is not JSON", "malformed", (b) => b.verify(`${encode("{")}.${part(b.token(), 1)}.AAAA`)],
  ["a header that is a list", "malformed", (b) => b.verify(`${encode("[]")}.${part(b.token(), 1)}.AAAA`)],
  ["padding", "malformed", (b) => b.verify(`${b.token()}==`)],
  ["the same signature spelled otherwise", "malformed", (b) => b.verify(respelled(b.token()))],
  ["a line feed at its end", "malformed", (b) => b.verify(`${b.token()}\n`)],
  ["no algorithm", "algorithm", (b) => b.verify(b.withHeader({ alg: undefined }))],
  ["alg none, unsigned", "algorithm", (b) => b.verify(unsigned(b))],
  ["alg none in other letters, signed", "algorithm", (b) => b.verify(b.withHeader({ alg: "NoNe" }))],
  ["HMAC keyed with the public key", "algorithm", (b) => b.verify(hmacWithPublicKey(b))],
  ["another name for the algorithm", "algorithm", (b) => b.verify(b.withHeader({ alg: "Ed25519" }))],
  ["an RSA algorithm", "algorithm", (b) => b.verify(b.withHeader({ alg: "RS256" }))],
  ["no type", "type", (b) => b.verify(b.withHeader({ typ: undefined }))],
  ["a plain JWT's type", "type", (b) => b.verify(b.withHeader({ typ: "JWT" }))],
  ["its type in other letters", "type", (b) => b.verify(b.withHeader({ typ: "Signet-Activation+JWT" }))],
  ["a license as an activation", "type", (b) => b.verify(b.certificate())],
  ["a denial as an activation", "type", (b) => b.verify(b.denial())],
  ["a trust bundle as an activation", "type", (b) => b.verify(b.authority.bundle())],
  ["a critical extension", "header", (b) => b.verify(b.withHeader({ crit: ["exp"], exp: NOW + DAY }))],
  ["an unencoded payload", "header", (b) => b.verify(b.withHeader({ b64: false, crit: ["b64"] }))],
  ["a deflated payload", "header", (b) => b.verify(b.withHeader({ zip: "DEF" }))],
  ["no key id", "header", (b) => b.verify(b.withHeader({ kid: undefined }))],
  ["a key id that is a number", "header", (b) => b.verify(b.withHeader({ kid: 7 }))],
];

const BAD_SIGNATURE: readonly Row[] = [
  ["a key nobody announced", "key_unknown", (b) => b.verify(b.withHeader({ kid: newKey().kid }))],
  ["its own key brought along", "key_unknown", (b) => b.verify(selfSigned(b))],
  ["the root key for a working key", "key_unknown", (b) => b.verify(b.tokenBy(b.authority.root))],
  ["the license key's signature", "key_use", (b) => b.verify(b.tokenBy(b.authority.keys.license))],
  ["the receipt key's signature", "key_use", (b) => b.verify(b.tokenBy(b.authority.keys.receipt))],
  [
    "a denial signed by the activation key",
    "key_use",
    (b) => b.verify(foreignDenial(b), ABOUT_LICENSE, "denial"),
  ],
  [
    "a compromised key that has left the bundle",
    "key_revoked",
    (b) => {
      b.authority.revoked.keys.push(b.authority.keys.activation.kid);
      return b.verify(b.token(), {}, "activation", b.authority.bundle({ keys: [] }));
    },
  ],
  ["a key that is none", "key_unknown", (b) => b.verifyWithKey({ x: "AAAA" })],
  [
    "a compromised key",
    "key_revoked",
    (b) => {
      b.authority.revoked.keys.push(b.authority.keys.activation.kid);
      return b.verify(b.token());
    },
  ],
  ["a stranger under a known key id", "signature", (b) => b.verify(b.withHeader({}, newKey()))],
  ["a feature added afterwards", "signature", (b) => b.verify(b.altered({ features: { everything: true } }))],
  ["an expiry moved afterwards", "signature", (b) => b.verify(b.altered({ exp: NOW + 999 * DAY }))],
  ["another token's signature", "signature", (b) => b.verify(swappedSignature(b))],
  ["a cut signature", "signature", (b) => b.verify(cutSignature(b.token()))],
  ["no signature", "signature", (b) => b.verify(`${withoutSignature(b.token())}.`)],
];

function withoutSignature(jws: string): string {
  return `${part(jws, 0)}.${part(jws, 1)}`;
}

function unsigned(bench: Bench): string {
  return `${encode({ alg: "none", typ: TOKEN_TYPES.activation })}.${part(bench.token(), 1)}.`;
}

function hmacWithPublicKey({ authority }: Bench): string {
  const { x, kid } = authority.keys.activation;
  const text = `${encode({ alg: "HS256", typ: TOKEN_TYPES.activation, kid })}.${encode(authority.activationClaims())}`;
  return `${text}.${createHmac("sha256", Buffer.from(x, "base64url")).update(text).digest("base64url")}`;
}

function selfSigned(bench: Bench): string {
  const stranger = newKey();
  const jwk = { kty: "OKP", crv: "Ed25519", x: stranger.x };
  return bench.withHeader({ kid: stranger.kid, jwk }, stranger);
}

function foreignDenial({ authority }: Bench): string {
  return authority.token("denial", authority.denialClaims("license_revoked"), authority.keys.activation);
}

function swappedSignature(bench: Bench): string {
  return `${withoutSignature(bench.token())}.${part(bench.token({ jti: "tok_other" }), 2)}`;
}

function cutSignature(jws: string): string {
  const shorter = Buffer.from(part(jws, 2), "base64url").subarray(0, 60).toString("base64url");
  return `${withoutSignature(jws)}.${shorter}`;
}

describe("a token is refused for its form or signature, and the right reason given", () => {
  test.each([...BAD_FORM, ...BAD_SIGNATURE])("%s: %s", async (_what, reason, verify) => {
    expect(await outcomeOf(verify(new Bench()))).toBe(`token_invalid: ${reason}`);
  });
});
