import { describe, expect, test } from "vitest";
import { DAY, NOW } from "../testing/authority.ts";
import { ABOUT_LICENSE, Bench, outcomeOf } from "../testing/bench.ts";

type Row = readonly [what: string, reason: string, verify: (bench: Bench) => Promise<unknown>];

const BAD_SHAPE: readonly Row[] = [
  ["a payload that is not JSON", "claims", (b) => b.verify(b.withPayload("not json"))],
  ["a payload that is a list", "claims", (b) => b.verify(b.withPayload([]))],
  ["no expiry", "claims", (b) => b.verify(b.token({ exp: undefined }))],
  ["an expiry that is text", "claims", (b) => b.verify(b.token({ exp: "2099-01-01" }))],
  ["an expiry without end", "claims", (b) => b.verify(b.withPayload(endless(b)))],
  ["a list of audiences", "claims", (b) => b.verify(b.token({ aud: ["renderer"] }))],
  [
    "features that are objects",
    "claims",
    (b) => b.verify(b.token({ features: { "export-4k": { on: true } } })),
  ],
  ["no count of unchanged components", "claims", (b) => b.verify(b.token({ match: undefined }))],
  ["any device at all", "claims", (b) => b.verify(b.token({ match: 0 }))],
  ["no device key", "claims", (b) => b.verify(b.token({ cnf: undefined }))],
  ["a status index below nothing", "claims", (b) => b.verify(b.token({ statusIndex: -1 }))],
  [
    "an unknown grace",
    "claims",
    (b) => b.verify(b.token({ grace: { reason: "kindness", until: NOW + DAY } })),
  ],
  [
    "a certificate for nobody",
    "claims",
    (b) => b.verify(b.certificate({ customer: null }), ABOUT_LICENSE, "license"),
  ],
];

const BAD_TIME: readonly Row[] = [
  ["signed before its key's window", "key_window", (b) => b.verify(b.token({ iat: NOW - 31 * DAY }))],
  ["signed after its key's window", "key_window", (b) => b.verifyWithKey({ exp: NOW - DAY })],
  ["signed by a key whose time has not come", "key_window", (b) => b.verifyWithKey({ nbf: NOW + DAY })],
  ["past its expiry", "expired", (b) => b.verify(b.token({ exp: NOW - 1 }))],
  ["at its expiry", "expired", (b) => b.verify(b.token({ exp: NOW }))],
  ["from the future", "not_yet_valid", (b) => b.verify(b.token({ iat: NOW + 301 }))],
  ["a denial long past", "expired", (b) => b.verify(b.denial({ exp: NOW - 301 }), ABOUT_LICENSE, "denial")],
];

const NOT_FOR_US: readonly Row[] = [
  ["another tenant's", "issuer", (b) => b.verify(b.token({ iss: "ten_other" }))],
  ["not from the issuer the caller names", "issuer", (b) => b.verify(b.token(), { issuer: "ten_other" })],
  ["another product's", "audience", (b) => b.verify(b.token({ aud: "modeller" }))],
  ["another activation's", "subject", (b) => b.verify(b.token({ sub: "act_other" }))],
  ["the answer to an earlier request", "nonce", (b) => b.verify(b.token({ nonce: "nonce-of-another-one" }))],
  ["the answer to other content", "request", (b) => b.verify(b.token({ req: "hash-of-another-one" }))],
  ["bound to another device's key", "device_key", (b) => b.verify(b.token({ cnf: { jkt: "other" } }))],
  ["bound to another fingerprint", "fingerprint", (b) => b.verify(b.token({ fingerprint: "other-digest" }))],
  [
    "a denial without the nonce that was sent",
    "nonce",
    (b) => b.verify(b.denial(), { ...ABOUT_LICENSE, nonce: "nonce-of-the-request" }, "denial"),
  ],
];

const REVOKED: readonly Row[] = [
  [
    "a revoked license",
    "license_revoked",
    (b) => {
      b.authority.revoked.licenses.push(5);
      return b.verify(b.token());
    },
  ],
  [
    "a revoked activation",
    "activation_revoked",
    (b) => {
      b.authority.revoked.activations.push("act_01jtest");
      return b.verify(b.token());
    },
  ],
  [
    "a revoked license's certificate",
    "license_revoked",
    (b) => {
      b.authority.revoked.licenses.push(5);
      return b.verify(b.certificate(), ABOUT_LICENSE, "license");
    },
  ],
];

/** JSON can write a number that reads as infinity. */
function endless({ authority }: Bench): string {
  return JSON.stringify(authority.activationClaims()).replace(/"exp":\d+/, '"exp":1e999');
}

describe("a well-signed token is refused for what it says, and the right reason given", () => {
  test.each([...BAD_SHAPE, ...BAD_TIME, ...NOT_FOR_US, ...REVOKED])(
    "%s: %s",
    async (_what, reason, verify) => {
      expect(await outcomeOf(verify(new Bench()))).toBe(`token_invalid: ${reason}`);
    },
  );
});
