import { type BundleKey, KEY_USES } from "../../typescript/src/wire.ts";
import { DAY, type TestAuthority } from "../../typescript/testing/authority.ts";
import { attacksOn } from "./token-attacks.ts";
import {
  type CorpusKind,
  changed,
  type Expectations,
  expected,
  GOOD,
  headerOf,
  KINDS,
  tokenOf,
} from "./token-kinds.ts";
import { authority, authorityOf, CLOCK, jwkOf, key, stranger, type Vector } from "./vector.ts";

interface TokenVector extends Vector {
  readonly kind: CorpusKind;
  readonly token: string;
  /** By its name in `bundles`. */
  readonly bundle: string;
  readonly clock: number;
  /** When the bundle was opened, where that was not now. */
  readonly openedAt?: number;
  readonly expect: Expectations;
}

const keysOf = (own: TestAuthority, change: (key: BundleKey) => Partial<BundleKey>) =>
  KEY_USES.map((use) => own.bundleKey(use, change(own.bundleKey(use))));
const kids = Object.values(authority.keys).map(({ kid }) => kid);

const BUNDLES: Readonly<Record<string, string>> = {
  standard: authority.bundle(),
  "keys-revoked": authorityOf((own) => own.revoked.keys.push(...kids)).bundle(),
  "keys-revoked-and-gone": authorityOf((own) => own.revoked.keys.push(...kids)).bundle({ keys: [] }),
  "keys-of-tomorrow": authority.bundle({ keys: keysOf(authority, () => ({ nbf: CLOCK + DAY })) }),
  "keys-of-yesterday": authority.bundle({ keys: keysOf(authority, () => ({ exp: CLOCK - 60 })) }),
  "keys-exchanged": authority.bundle({
    keys: keysOf(authority, ({ use }) => ({ x: key(`exchanged ${use}`).x })),
  }),
  "license-revoked": authorityOf((own) => own.revoked.licenses.push(3, 5, 900)).bundle(),
  "activation-revoked": authorityOf((own) => own.revoked.activations.push("act_01jtest")).bundle(),
  "others-revoked": authorityOf((own) => {
    own.revoked.licenses.push(4, 6, 100_000);
    own.revoked.activations.push("act_01jother");
    own.revoked.keys.push(stranger.kid);
  }).bundle(),
  "unknown-use": authority.bundle({
    keys: [...keysOf(authority, () => ({})), { ...authority.bundleKey("lease"), kid: "k", use: "later" }],
  }),
};

const own = (kind: CorpusKind, claims: object, header: object = {}) =>
  tokenOf(kind, { ...GOOD[kind], ...claims }, { header: { ...headerOf(kind), ...header } });

/** What looks odd and is right: who refuses these refuses customers. */
const ODD: readonly [
  id: string,
  kind: CorpusKind,
  token: string,
  says: string,
  more?: Partial<TokenVector>,
][] = [
  ["last-second", "activation", own("activation", { exp: CLOCK + 1 }), "One second before its end."],
  [
    "clock-behind",
    "activation",
    own("activation", { iat: CLOCK + 300 }),
    "A clock five minutes behind is forgiven.",
  ],
  [
    "denial-late",
    "denial",
    own("denial", { exp: CLOCK - 299 }),
    "A refusal is believed five minutes longer than it lives.",
  ],
  [
    "denial-without-nonce",
    "denial",
    tokenOf("denial", changed("denial", { nonce: undefined })),
    "A refusal of a request that had no nonce.",
    { expect: { audience: "renderer" } },
  ],
  [
    "jwk-ignored",
    "activation",
    own("activation", {}, { jwk: jwkOf(stranger), jku: "https://evil.example" }),
    "A key in the header is not even looked at, whoever put it there.",
  ],
  [
    "more-claims",
    "activation",
    own("activation", { "x-later": { any: [1, "thing"] } }),
    "Claims of a later version are passed over.",
  ],
  [
    "more-header",
    "activation",
    own("activation", {}, { "x-later": true }),
    "Header fields of a later version are passed over.",
  ],
  [
    "unicode",
    "license",
    own("license", { customer: { id: "cus_1", name: 'Ünïcødé "Studio" \\ 東京' } }),
    "Names are UTF-8, and their quotes and backslashes are not structure.",
  ],
  [
    "same-name-elsewhere",
    "license",
    own("license", { features: { exp: true, features: true } }),
    "One name in two objects is not said twice.",
  ],
  [
    "features",
    "activation",
    own("activation", { features: { off: false, nodes: 0, tier: "" } }),
    "Flags, limits and texts, also empty ones.",
  ],
  [
    "grace",
    "activation",
    own("activation", { grace: { reason: "license_expired", until: CLOCK + DAY } }),
    "An expired license within its grace.",
  ],
  ["dpop", "activation", own("activation", { dpop: true }), "Asks for proofs of the device's key."],
  [
    "overdraft",
    "receipt",
    own("receipt", { balance: -5 }),
    "A balance below zero, where a policy allows it.",
  ],
  ["receipt-void", "receipt", own("receipt", { kind: "void", used: 0 }), "A ticket given back."],
  [
    "receipt-usage",
    "receipt",
    own("receipt", { kind: "usage", events: { "e-1": "accepted" }, charges: [] }),
    "A receipt for usage.",
  ],
  [
    "ticket-of-backend",
    "ticket",
    own("ticket", { activation: undefined }),
    "A ticket that a vendor's backend asked for.",
  ],
  [
    "others-revoked",
    "activation",
    tokenOf("activation"),
    "Its neighbours are revoked, it is not.",
    { bundle: "others-revoked" },
  ],
  [
    "unknown-use",
    "activation",
    tokenOf("activation"),
    "The bundle has a key of a use that only a later version knows.",
    { bundle: "unknown-use" },
  ],
];

function vectors(): TokenVector[] {
  const bad = KINDS.flatMap((kind) =>
    attacksOn(kind).map(
      ({ name, says, reason, token, expect, code = "token_invalid", ...more }): TokenVector => ({
        id: `token-${kind}-${name}`,
        says,
        kind,
        token,
        bundle: "standard",
        clock: CLOCK,
        expect: { ...expected(kind), ...expect },
        ...more,
        refused: { code, reason },
      }),
    ),
  );
  const good = KINDS.map(
    (kind): TokenVector => ({
      id: `token-${kind}-good`,
      says: `A good ${kind} token.`,
      kind,
      token: tokenOf(kind),
      bundle: "standard",
      clock: CLOCK,
      expect: expected(kind),
      accepted: { sub: GOOD[kind].sub },
    }),
  );
  const odd = ODD.map(
    ([id, kind, token, says, more]): TokenVector => ({
      id: `token-${kind}-${id}`,
      says,
      kind,
      token,
      bundle: "standard",
      clock: CLOCK,
      expect: expected(kind),
      ...more,
      accepted: { sub: GOOD[kind].sub },
    }),
  );
  return [...good, ...odd, ...bad];
}

export const tokens = () => ({
  rootKey: authority.root.x,
  tenant: authority.tenant,
  bundles: BUNDLES,
  vectors: vectors(),
});
