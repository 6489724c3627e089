import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import {
  KEY_USE_OF,
  KEY_USES,
  type KeyUse,
  TOKEN_TYPES,
  type TokenKind,
  type WorkingTokenKind,
} from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
import { tokenSigner } from "./jws.ts";
import { openKeySet } from "./key-set.ts";
import { generateKey, openPrivateKey } from "./keys.ts";
import { verifyToken } from "./verify.ts";

type Kind = WorkingTokenKind;
const KINDS: readonly Kind[] = ["license", "activation", "lease", "ticket", "receipt", "denial"];
const TENANT = "01a20ba6-27a9-7aaa-9aa4-cf735e7110de";
const NOW = new Date("2030-01-01T00:00:00Z");
const iat = NOW.getTime() / 1000;
const CLAIMS = {
  iss: publicId("tenant", TENANT),
  aud: "renderer",
  sub: publicId("activation", TENANT),
  jti: publicId("token", TENANT),
  iat,
  exp: iat + 60,
  cid: "cor_test",
  trust: 1,
};

const made = new Map<KeyUse, ReturnType<typeof generateKey>>(KEY_USES.map((use) => [use, generateKey()]));
const keyOf = (kind: Kind) => made.get(KEY_USE_OF[kind]) ?? generateKey();
const keySet = openKeySet(
  1,
  [...made].map(([use, { kid, publicX, pkcs8 }]) => ({
    use,
    kid,
    publicX,
    status: "active",
    notBefore: NOW,
    notAfter: new Date("2031-01-01"),
    privateCipher: new Uint8Array(pkcs8),
  })),
  (_purpose, cipher) => Buffer.from(cipher),
);
const proves = async (kind: Kind, jws: string, tenantId = TENANT, now = NOW) =>
  (await verifyToken(tenantId, keySet, kind, jws, now)) !== undefined;

/** A token of a kind with another type, key or claims than it should have. */
function forged(kind: Kind, typ: TokenKind, claims: object, key = keyOf(kind)): string {
  return tokenSigner(typ, key.kid, openPrivateKey(key.pkcs8)).sign(claims);
}

test.each(KINDS)("a %s token is taken for what it is and for nothing else", async (kind) => {
  const jws = keySet.signer(kind).sign(CLAIMS);
  for (const other of KINDS) expect([other, await proves(other, jws)]).toEqual([other, other === kind]);
});

test.each(KINDS)(
  "a %s token must be this tenant's, whole, in time, of its type, and by a key of its use",
  async (kind) => {
    const another = KINDS.find((other) => KEY_USE_OF[other] !== KEY_USE_OF[kind]) ?? kind;
    expect(await proves(kind, forged(kind, kind, CLAIMS))).toBe(true);
    const jws = forged(kind, kind, CLAIMS);
    const later = new Date(CLAIMS.exp * 1000);
    expect(await proves(kind, jws, TENANT, later), "at its end").toBe(false);
    expect(await proves(kind, jws, "01a20ba6-27a9-7aaa-9aa4-cf735e7110df"), "another tenant's").toBe(false);
    expect(await proves(kind, forged(kind, "trust", CLAIMS)), "another type").toBe(false);
    expect(await proves(kind, forged(kind, kind, CLAIMS, keyOf(another))), "another use's key").toBe(false);
    expect(await proves(kind, forged(kind, kind, CLAIMS, generateKey())), "a stranger's key").toBe(false);
    for (const name of ["aud", "sub", "jti", "iat", "exp", "cid", "trust"] as const) {
      const { [name]: _left, ...rest } = CLAIMS;
      expect(await proves(kind, forged(kind, kind, rest)), `without ${name}`).toBe(false);
    }
    const [header, payload, signature] = jws.split(".");
    const other = Buffer.from(JSON.stringify({ ...CLAIMS, sub: "act_other" })).toString("base64url");
    expect(await proves(kind, [header, other, signature].join(".")), "altered").toBe(false);
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: TOKEN_TYPES[kind] })).toString("base64url");
    expect(await proves(kind, `${none}.${payload}.`), "unsigned").toBe(false);
    expect(await proves(kind, randomBytes(40).toString("base64url")), "noise").toBe(false);
  },
);
