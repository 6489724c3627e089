import { createHmac } from "node:crypto";

import { KEY_USE_OF, KEY_USES, TOKEN_TYPES } from "../../typescript/src/wire.ts";
import { DAY, encode, type TestKey } from "../../typescript/testing/authority.ts";
import { respelled } from "../../typescript/testing/bench.ts";
import {
  type CorpusKind,
  changed,
  type Expectations,
  GOOD,
  headerOf,
  KINDS,
  keyOf,
  payloadOf,
  tokenOf,
} from "./token-kinds.ts";
import { authority, CLOCK, jwkOf, part, stranger } from "./vector.ts";

/** What is done to a good token, and the reason it must be refused for. */
export interface Attack {
  readonly name: string;
  readonly says: string;
  readonly reason: string;
  readonly token: string;
  /** By name, of tokens.json. */
  readonly bundle?: string;
  readonly clock?: number;
  readonly openedAt?: number;
  readonly expect?: Partial<Expectations>;
  readonly code?: string;
}

/** Everything that can be wrong with a token of any kind. */
export function attacksOn(kind: CorpusKind): Attack[] {
  return [
    ...onForm(kind),
    ...onKey(kind),
    ...onSignature(kind),
    ...onClaims(kind),
    ...onBinding(kind),
    ...onTime(kind),
  ];
}

type Row = readonly [name: string, reason: string, token: string, says: string, more?: Partial<Attack>];

function rows(list: readonly Row[]): Attack[] {
  return list.map(([name, reason, token, says, more]) => ({ name, reason, token, says, ...more }));
}

function onForm(kind: CorpusKind): Attack[] {
  const good = tokenOf(kind);
  const head = (changes: object) => tokenOf(kind, GOOD[kind], { header: { ...headerOf(kind), ...changes } });
  const other = KINDS[(KINDS.indexOf(kind) + 1) % KINDS.length] ?? kind;
  const text = (header: object) => `${encode(header)}.${part(good, 1)}`;
  const hmac = text({ ...headerOf(kind), alg: "HS256" });
  const mac = createHmac("sha256", Buffer.from(keyOf(kind).x, "base64url"))
    .update(hmac)
    .digest("base64url");
  const twice = JSON.stringify(headerOf(kind)).replace("{", '{"alg":"none",');
  return rows([
    [
      "alg-none",
      "algorithm",
      `${text({ ...headerOf(kind), alg: "none" })}.`,
      "Says that it needs no signature.",
    ],
    [
      "alg-hs256",
      "algorithm",
      `${hmac}.${mac}`,
      "HMAC keyed with the public key: a verifier that lets the token choose would take it.",
    ],
    [
      "alg-es256",
      "algorithm",
      head({ alg: "ES256" }),
      "Names another algorithm than the one that is pinned.",
    ],
    [
      "alg-ed25519",
      "algorithm",
      head({ alg: "Ed25519" }),
      "Names the same curve by another name; one name is pinned.",
    ],
    [
      "type-of-another-kind",
      "type",
      head({ typ: TOKEN_TYPES[other] }),
      `Well signed, but declared to be a ${other} token.`,
    ],
    ["type-jwt", "type", head({ typ: "JWT" }), "A plain JWT of no kind."],
    ["another-kind", "type", tokenOf(other), `A good ${other} token where a ${kind} token is expected.`],
    ["crit", "header", head({ crit: ["exp"], exp: CLOCK + DAY }), "A critical extension, and none is known."],
    ["b64", "header", head({ b64: false }), "An unencoded payload (RFC 7797), which is not done here."],
    [
      "zip",
      "header",
      head({ zip: kind === "offlineResponse" ? undefined : "DEF" }),
      "Deflated where it must not be, or not declared where it must be.",
    ],
    ["no-kid", "header", head({ kid: undefined }), "Names no key."],
    [
      "header-twice",
      "malformed",
      `${encode(twice)}.${part(good, 1)}.${part(good, 2)}`,
      "Its header names the algorithm twice.",
    ],
    ["truncated", "malformed", good.slice(0, good.lastIndexOf(".")), "Cut off before its signature."],
    [
      "swapped-segments",
      kind === "offlineResponse" ? "malformed" : "algorithm",
      `${part(good, 1)}.${part(good, 0)}.${part(good, 2)}`,
      "Header and payload change places.",
    ],
    [
      "respelled",
      "malformed",
      respelled(good),
      "Its signature in a spelling of base64url that is not canonical.",
    ],
    ["padded", "malformed", `${good}==`, "Written in base64url with padding."],
  ]);
}

function onKey(kind: CorpusKind): Attack[] {
  const use = KEY_USES.find((each) => each !== KEY_USE_OF[kind]) ?? "license";
  const by = (key: TestKey, more: object = {}) =>
    tokenOf(kind, GOOD[kind], { by: key, header: { ...headerOf(kind, key.kid), ...more } });
  const own = { by: stranger, header: { ...headerOf(kind), jwk: jwkOf(stranger) } };
  return rows([
    ["kid-unknown", "key_unknown", by(stranger), "Signed by a key that is not in the bundle."],
    ["jwk", "key_unknown", by(stranger, { jwk: jwkOf(stranger) }), "Brings its own key along (jwk)."],
    [
      "jku",
      "key_unknown",
      by(stranger, { jku: "https://evil.example/jwks.json" }),
      "Says where to fetch its key (jku).",
    ],
    [
      "jwk-under-known-kid",
      "signature",
      tokenOf(kind, GOOD[kind], own),
      "Brings its own key along under the name of a known one.",
    ],
    ["root-key", "key_unknown", by(authority.root), "Signed by the root, which signs nothing but bundles."],
    ["key-use", "key_use", by(authority.keys[use]), `Signed by the ${use} key, which is for other tokens.`],
    [
      "key-revoked",
      "key_revoked",
      tokenOf(kind),
      "Signed by a key that was revoked.",
      { bundle: "keys-revoked" },
    ],
    [
      "key-revoked-and-gone",
      "key_revoked",
      tokenOf(kind),
      "Signed by a revoked key that has left the bundle.",
      { bundle: "keys-revoked-and-gone" },
    ],
    [
      "key-not-yet",
      "key_window",
      tokenOf(kind),
      "Signed before its key's time began.",
      { bundle: "keys-of-tomorrow" },
    ],
    [
      "key-over",
      "key_window",
      tokenOf(kind),
      "Signed after its key's time was over.",
      { bundle: "keys-of-yesterday" },
    ],
    [
      "key-exchanged",
      "signature",
      tokenOf(kind),
      "The bundle has another key under that name.",
      { bundle: "keys-exchanged" },
    ],
  ]);
}

function onSignature(kind: CorpusKind): Attack[] {
  const good = tokenOf(kind);
  const edited = encode(payloadOf(kind, changed(kind, { exp: CLOCK + 999 * DAY })));
  const flipped = Buffer.from(part(good, 2), "base64url");
  flipped[5] = (flipped[5] ?? 0) ^ 1;
  const other = tokenOf(kind, changed(kind, { jti: "tok_01jother" }));
  const head = `${part(good, 0)}.${part(good, 1)}`;
  const short = flipped.subarray(0, 48).toString("base64url");
  return rows([
    [
      "claims-changed",
      "signature",
      `${part(good, 0)}.${edited}.${part(good, 2)}`,
      "Its end was moved after it was signed.",
    ],
    ["bit-flipped", "signature", `${head}.${encode(flipped)}`, "One bit of its signature is wrong."],
    [
      "signature-of-another",
      "signature",
      `${head}.${part(other, 2)}`,
      "Bears the good signature of another token.",
    ],
    ["signature-cut", "signature", `${head}.${short}`, "Three quarters of a signature."],
    ["signature-empty", "signature", `${head}.`, "No signature at all, under the right algorithm."],
    ["signature-zero", "signature", `${head}.${encode(new Uint8Array(64))}`, "A signature of zeros."],
  ]);
}

function onClaims(kind: CorpusKind): Attack[] {
  const json = JSON.stringify(GOOD[kind]);
  const twice = json.replace("{", '{"exp":9999999999,');
  const missing = Object.keys(GOOD[kind])
    .filter((name) => GOOD[kind][name] !== undefined && !OPTIONAL.includes(`${kind}.${name}`))
    .map(
      (name): Row => [
        `without-${name}`,
        "claims",
        tokenOf(kind, changed(kind, { [name]: undefined })),
        `Has no \`${name}\`.`,
      ],
    );
  return rows([
    ...missing,
    [
      "claims-twice",
      "claims",
      tokenOf(kind, twice),
      "Says two different ends: parsers disagree which one counts.",
    ],
    [
      "claims-twice-escaped",
      "claims",
      tokenOf(kind, json.replace("{", '{"e\\u0078p" : 9999999999,')),
      "The same, the first time in another spelling.",
    ],
    [
      "exp-huge",
      "claims",
      tokenOf(kind, json.replace(/"exp":\d+/, '"exp":1e999')),
      "An end beyond every number.",
    ],
    ["exp-text", "claims", tokenOf(kind, changed(kind, { exp: "9999999999" })), "An end that is text."],
    [
      "iat-fraction",
      "claims",
      tokenOf(kind, changed(kind, { iat: CLOCK - 0.5 })),
      "A time that is no whole second.",
    ],
    [
      "aud-list",
      "claims",
      tokenOf(kind, changed(kind, { aud: [authority.product] })),
      "A list of audiences, where there is one.",
    ],
    ["payload-list", "claims", tokenOf(kind, []), "A payload that is a list."],
    ["payload-not-json", "claims", tokenOf(kind, "not json"), "A payload that is not JSON."],
  ]);
}

/** What a good token of that kind may leave out. */
const OPTIONAL = ["denial.nonce", "ticket.activation", "receipt.activation"];

function onBinding(kind: CorpusKind): Attack[] {
  const other: Readonly<
    Record<string, readonly [claim: string, value: unknown, reason: string, says: string]>
  > = {
    issuer: ["iss", "ten_01jother", "issuer", "Another tenant's."],
    audience: ["aud", "modeller", "audience", "For another product."],
    subject: ["sub", "lic_01jother", "subject", "About something else than was asked."],
    nonce: ["nonce", "nonce-of-another-request", "nonce", "Answers another request."],
    req: ["req", "hash-of-another-request", "request", "Answers a request with other content."],
    cnf: ["cnf", { jkt: stranger.kid }, "device_key", "Bound to another device's key."],
    fingerprint: ["fingerprint", "digest-of-another-device", "fingerprint", "Bound to another device."],
  };
  return rows(
    Object.entries(other)
      .filter(([, [claim]]) => claim in GOOD[kind])
      .map(
        ([name, [claim, value, reason, says]]): Row => [
          `wrong-${name}`,
          reason,
          tokenOf(kind, changed(kind, { [claim]: value })),
          says,
        ],
      ),
  );
}

function onTime(kind: CorpusKind): Attack[] {
  const leeway = kind === "denial" ? 300 : 0;
  const list: Row[] = [
    [
      "expired",
      "expired",
      tokenOf(kind, changed(kind, { exp: CLOCK - leeway })),
      "Its time is over, to the second.",
    ],
    [
      "from-the-future",
      "not_yet_valid",
      tokenOf(kind, changed(kind, { iat: CLOCK + 301 })),
      "Signed later than this clock can be wrong: the clock was turned back.",
    ],
    [
      "frozen",
      "expired",
      tokenOf(kind),
      "Good by a bundle that has ended since it was opened: somebody holds newer ones back.",
      { code: "trust_invalid", clock: CLOCK + 8 * DAY, openedAt: CLOCK },
    ],
  ];
  if ("statusIndex" in GOOD[kind])
    list.push([
      "license-revoked",
      "license_revoked",
      tokenOf(kind),
      "Of a revoked license.",
      { bundle: "license-revoked" },
    ]);
  if (kind === "activation")
    list.push([
      "activation-revoked",
      "activation_revoked",
      tokenOf(kind),
      "Of a revoked activation.",
      { bundle: "activation-revoked" },
    ]);
  return rows(list);
}
