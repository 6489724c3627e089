import { KEY_USE_OF, TOKEN_TYPES } from "../../typescript/src/wire.ts";
import { DAY, digest, encode, signJws, type TestKey, zipped } from "../../typescript/testing/authority.ts";
import { authority, CLOCK, device } from "./vector.ts";

/** The kinds that are compact JWS; codes typed by hand are another thing. */
export const KINDS = [
  "license",
  "activation",
  "denial",
  "lease",
  "ticket",
  "receipt",
  "offlineResponse",
] as const;
export type CorpusKind = (typeof KINDS)[number];

type Claims = Readonly<Record<string, unknown>>;

/** What a request of an application would expect of its answer. */
export interface Expectations {
  readonly audience: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly nonce?: string;
  readonly req?: string;
  readonly deviceKey?: string;
  readonly fingerprint?: string;
}

export const NONCE = "nonce-of-this-request";
export const REQ = digest("the body of this request");
export const FINGERPRINT = digest("the fingerprint of this device");

const common = {
  iss: authority.tenant,
  aud: authority.product,
  jti: "tok_01jconformance",
  iat: CLOCK - 60,
  exp: CLOCK + 3 * DAY,
  cid: "cor_01jconformance",
  trust: authority.seq,
};
const own = { license: "lic_01jtest", activation: "act_01jtest", statusIndex: 5 };
const charge = { account: "acc_01jtest", meter: "credits", amount: 40, entry: 7, balance: 60 };

/** The claims of a good token of each kind. */
export const GOOD: Readonly<Record<CorpusKind, Claims>> = {
  license: { ...authority.licenseClaims(), ...common, sub: own.license },
  activation: {
    ...authority.activationClaims(),
    ...common,
    sub: own.activation,
    fingerprint: FINGERPRINT,
    cnf: { jkt: device.kid },
    nonce: NONCE,
    req: REQ,
  },
  denial: {
    ...common,
    exp: CLOCK + 300,
    sub: own.license,
    code: "license_suspended",
    nonce: NONCE,
    req: REQ,
  },
  lease: {
    ...common,
    ...own,
    sub: "lea_01jtest",
    exp: CLOCK + 300,
    slot: 2,
    fence: 9,
    holder: "ada@example.com",
    overage: false,
    borrowed: false,
    heartbeatDue: CLOCK + 60,
    nonce: NONCE,
    req: REQ,
  },
  ticket: { ...common, ...own, ...charge, balance: undefined, sub: "job-42", req: REQ },
  receipt: {
    ...common,
    ...charge,
    license: own.license,
    activation: own.activation,
    sub: "job-42",
    kind: "settle",
    used: 30,
    req: REQ,
  },
  offlineResponse: {
    ...common,
    sub: own.activation,
    license: own.license,
    nonce: NONCE,
    req: REQ,
    cnf: { jkt: device.kid },
    token: "a.b.c",
    certificate: "a.b.c",
    tickets: [],
    bundle: "a.b.c",
  },
};

/** What is expected of a good token of each kind. */
export function expected(kind: CorpusKind): Expectations {
  const { sub, nonce, req } = GOOD[kind];
  return {
    audience: authority.product,
    subject: String(sub),
    ...(nonce === undefined ? {} : { nonce: NONCE }),
    ...(req === undefined ? {} : { req: REQ }),
    ...("cnf" in GOOD[kind] ? { deviceKey: device.kid } : {}),
    ...("fingerprint" in GOOD[kind] ? { fingerprint: FINGERPRINT } : {}),
  };
}

export function keyOf(kind: CorpusKind): TestKey {
  return authority.keys[KEY_USE_OF[kind]];
}

export function headerOf(kind: CorpusKind, kid = keyOf(kind).kid) {
  const zip = kind === "offlineResponse" ? { zip: "DEF" } : {};
  return { alg: "EdDSA", typ: TOKEN_TYPES[kind], kid, ...zip };
}

/** A payload as its kind is carried; a text is taken as JSON that is written already. */
export function payloadOf(kind: CorpusKind, claims: unknown): Uint8Array {
  return kind === "offlineResponse" ? zipped(claims) : Buffer.from(encode(claims), "base64url");
}

/** A token with claims of its own, and with another header or by another key where those are given. */
export function tokenOf(
  kind: CorpusKind,
  claims: unknown = GOOD[kind],
  { header = headerOf(kind), by = keyOf(kind) }: { readonly header?: object; readonly by?: TestKey } = {},
): string {
  return signJws(header, payloadOf(kind, claims), by);
}

export function changed(kind: CorpusKind, changes: Claims): Claims {
  return { ...GOOD[kind], ...changes };
}
