import type { RevokedIndexes, RootTransition } from "../../typescript/src/wire.ts";
import { KEY_USES, TOKEN_TYPES } from "../../typescript/src/wire.ts";
import {
  DAY,
  encode,
  revokedIndexes,
  riceList,
  signJws,
  type TestKey,
  zipped,
} from "../../typescript/testing/authority.ts";
import { respelled } from "../../typescript/testing/bench.ts";
import { authority, CLOCK, jwkOf, key, part, stranger, type Vector } from "./vector.ts";

/** The newest bundle a client has seen, which it never goes back from. */
interface Seen {
  readonly seq?: number;
  /** The `x` of the root that signed it. */
  readonly root?: string;
}

interface BundleVector extends Vector {
  readonly bundle: string;
  readonly rootKey: string;
  readonly tenant: string;
  readonly clock: number;
  readonly seen: Seen;
}

type More = Partial<Pick<BundleVector, "rootKey" | "tenant" | "clock" | "seen">>;
type Row = readonly [id: string, reason: string | undefined, bundle: string, says: string, more?: More];

const GOOD = authority.bundleClaims();
const REVOCATIONS = { ...authority.revoked, licenses: revokedIndexes([]) };
const FIVE = revokedIndexes([3, 70, 71, 500, 9_000]);
const { root } = authority;

const head = (changes: object, by: TestKey = root) =>
  signJws({ alg: "EdDSA", typ: TOKEN_TYPES.trust, kid: root.kid, zip: "DEF", ...changes }, zipped(GOOD), by);
const payload = (bytes: Uint8Array) =>
  signJws({ alg: "EdDSA", typ: TOKEN_TYPES.trust, kid: root.kid, zip: "DEF" }, bytes, root);
const revoking = (changes: object) => authority.bundle({ revocations: { ...REVOCATIONS, ...changes } });
const listing = (licenses: RevokedIndexes | object) => revoking({ licenses });
const json = JSON.stringify(GOOD);

/** What can be wrong with the form of a bundle, or with who signed it. */
const FORM: readonly Row[] = [
  ["empty", "malformed", "", "Nothing at all."],
  ["truncated", "malformed", authority.bundle().slice(0, 120), "Cut off on its way."],
  [
    "two-parts",
    "malformed",
    authority.bundle().split(".").slice(0, 2).join("."),
    "Cut off before its signature.",
  ],
  [
    "respelled",
    "malformed",
    respelled(authority.bundle()),
    "Its signature in a spelling of base64url that is not canonical.",
  ],
  ["header-twice", "malformed", headerTwice(), "Its header names the algorithm twice."],
  ["alg-none", "algorithm", head({ alg: "none" }), "Says that it needs no signature."],
  ["alg-hs256", "algorithm", head({ alg: "HS256" }), "Names another algorithm than the one that is pinned."],
  ["alg-es256", "algorithm", head({ alg: "ES256" }), "Names another algorithm than the one that is pinned."],
  [
    "type-of-a-token",
    "type",
    head({ typ: TOKEN_TYPES.activation }),
    "Well signed, but declared to be an activation token.",
  ],
  [
    "type-of-a-root",
    "type",
    head({ typ: TOKEN_TYPES.root }),
    "Well signed, but declared to be a change of roots.",
  ],
  ["crit", "header", head({ crit: ["x"], x: 1 }), "A critical extension, and none is known."],
  ["zip-missing", "header", head({ zip: undefined }), "Does not say that it is deflated."],
  ["zip-other", "header", head({ zip: "GZIP" }), "Deflated in a way that is not done here."],
  [
    "root-skipped",
    "signature",
    authority.bundle({}, authority.keys.license),
    "Signed by a working key: the root was skipped.",
  ],
  ["stranger", "signature", authority.bundle({}, stranger), "Signed by a key that nobody pinned."],
  ["stranger-as-root", "signature", head({}, stranger), "Signed by a stranger under the root's name."],
  [
    "jwk",
    "signature",
    head({ kid: stranger.kid, jwk: jwkOf(stranger) }, stranger),
    "Brings its own key along (jwk).",
  ],
  [
    "jku",
    "signature",
    head({ kid: stranger.kid, jku: "https://evil.example/jwks.json" }, stranger),
    "Says where to fetch its key (jku).",
  ],
  ["bit-flipped", "signature", flipped(), "One bit of its signature is wrong."],
  ["keys-exchanged", "signature", exchanged(), "Its keys were exchanged after it was signed."],
  ["not-deflated", "claims", payload(Buffer.from(json)), "Says that it is deflated, and is not."],
  ["deflated-cut", "claims", payload(zipped(GOOD).slice(0, -10)), "Its payload ends before its end."],
  [
    "bomb",
    "claims",
    payload(zipped(json + " ".repeat(8 * 1024 * 1024))),
    "Inflates to more than eight megabytes: a bomb.",
  ],
  ["not-json", "claims", payload(zipped("not json")), "Its payload is not JSON."],
  [
    "claims-twice",
    "claims",
    payload(zipped(json.replace("{", '{"seq":99,'))),
    "Says two different sequence numbers: parsers disagree which one counts.",
  ],
];

/** What can be wrong with what it says. */
const CLAIMS: readonly Row[] = [
  ...Object.keys(GOOD).map(
    (name): Row => [
      `without-${name}`,
      "claims",
      authority.bundle({ [name]: undefined }),
      `Has no \`${name}\`.`,
    ],
  ),
  ["seq-negative", "claims", authority.bundle({ seq: -1 }), "A sequence number below nothing."],
  [
    "seq-huge",
    "claims",
    payload(zipped(json.replace(/"seq":\d+/, '"seq":1e999'))),
    "A sequence number beyond every number: whoever took it could never go on.",
  ],
  ["seq-fraction", "claims", authority.bundle({ seq: 7.5 }), "A sequence number that is not whole."],
  ["exp-text", "claims", authority.bundle({ exp: "2099-01-01" }), "An end that is text."],
  [
    "revocations-activations-numbers",
    "claims",
    revoking({ activations: [1] }),
    "Revoked activations that are numbers.",
  ],
  ["revocations-keys-missing", "claims", revoking({ keys: undefined }), "No list of revoked keys."],
  [
    "licenses-other-code",
    "claims",
    listing({ ...FIVE, encoding: "golomb" }),
    "Revoked licenses in another code.",
  ],
  [
    "licenses-not-base64url",
    "claims",
    listing({ ...FIVE, gaps: "%%%" }),
    "Revoked licenses that are not base64url.",
  ],
  [
    "licenses-cut",
    "claims",
    listing({ ...FIVE, gaps: FIVE.gaps.slice(0, -2) }),
    "Revoked licenses that end early: the last ones would be good again.",
  ],
  [
    "licenses-more-than-listed",
    "claims",
    listing({ ...FIVE, count: 6 }),
    "Counts more revoked licenses than it lists.",
  ],
  [
    "licenses-fewer-than-listed",
    "claims",
    listing({ ...FIVE, count: 3 }),
    "Counts fewer revoked licenses than it lists.",
  ],
  [
    "licenses-bomb",
    "claims",
    listing({ ...FIVE, count: 9_999_999 }),
    "Counts more revoked licenses than its bytes can hold.",
  ],
  ["licenses-negative", "claims", listing({ ...FIVE, count: -1 }), "Counts fewer than none."],
  ["licenses-byte-left", "claims", listing({ ...FIVE, gaps: `${FIVE.gaps}AA` }), "A byte is left over."],
  ["licenses-bit-left", "claims", listing(riceList("0000001", 1, 3)), "A bit is left over."],
  [
    "licenses-index-huge",
    "claims",
    listing(riceList(`110${"0".repeat(30)}`, 1, 30)),
    "An index beyond every license.",
  ],
  ["licenses-endless", "claims", listing(riceList("1".repeat(800), 1, 30)), "A gap without end."],
  [
    "licenses-remainder-bits",
    "claims",
    listing(riceList("0".repeat(32), 1, 31)),
    "Remainders of more bits than an index has.",
  ],
];

/** What can be wrong with when it is, and for whom. */
const TIME: readonly Row[] = [
  [
    "other-tenant",
    "tenant",
    authority.bundle(),
    "Another tenant's, by the same root.",
    { tenant: "ten_01jother" },
  ],
  [
    "rollback",
    "rollback",
    authority.bundle(),
    "Older than one that was seen: what was revoked since would be good again.",
    { seen: { seq: 8 } },
  ],
  [
    "expired",
    "expired",
    authority.bundle({ exp: CLOCK - 1 }),
    "Past its end: somebody holds newer ones back.",
  ],
  ["expired-now", "expired", authority.bundle({ exp: CLOCK }), "At its end, to the second."],
  [
    "frozen",
    "expired",
    authority.bundle(),
    "The bundle of last week, served again and again.",
    { clock: CLOCK + 7 * DAY },
  ],
  [
    "from-the-future",
    "not_yet_valid",
    authority.bundle({ iat: CLOCK + 301 }),
    "Signed later than this clock can be wrong.",
  ],
  [
    "clock-turned-back",
    "not_yet_valid",
    authority.bundle(),
    "The clock was turned back by three days.",
    { clock: CLOCK - 3 * DAY },
  ],
  [
    "fast-forward",
    "expired",
    authority.bundle({ seq: 2 ** 40, iat: CLOCK - 2 * DAY, exp: CLOCK - DAY }),
    "A huge sequence number in a bundle that has ended: taken, it would lock all later ones out.",
  ],
];

const [first, second, third] = [root, key("second root"), key("third root")];

function transition(
  from: TestKey,
  to: TestKey,
  seq: number,
  { byOld = from, byNew = to, ...change }: { byOld?: TestKey; byNew?: TestKey; tenant?: string } = {},
): RootTransition {
  const { tenant } = authority;
  const claims = { iss: tenant, tenant, seq, from: from.x, to: to.x, iat: CLOCK, ...change };
  const signed = (by: TestKey) => signJws({ alg: "EdDSA", typ: TOKEN_TYPES.root, kid: by.kid }, claims, by);
  return { byOld: signed(byOld), byNew: signed(byNew) };
}

const CHAIN = [transition(first, second, 4), transition(second, third, 6)] as const;
const led = (roots: readonly unknown[] | undefined, by = third, changes: object = {}) =>
  authority.bundle({ roots, ...changes }, by);
const words = { byOld: transition(first, third, 4).byOld, byNew: transition(first, third, 5).byNew };

/** What can be wrong with how one root came to follow another. */
const ROOTS: readonly Row[] = [
  [
    "root-chain",
    undefined,
    led(CHAIN),
    "Signed by the third root, which follows the second, which follows the pinned one.",
  ],
  [
    "root-chain-later",
    undefined,
    led(CHAIN),
    "A client that pins the second root reads the same bundle.",
    { rootKey: second.x },
  ],
  ["root-chain-missing", "signature", led(undefined), "By a root that follows, without saying how."],
  ["root-chain-gap", "root_chain", led([CHAIN[1]]), "The step from the pinned root is missing."],
  ["root-chain-short", "signature", led([CHAIN[0]]), "The last step, to the root that signed, is missing."],
  [
    "root-chain-stranger-pinned",
    "root_chain",
    led(CHAIN),
    "Leads nowhere from the root that this client pins.",
    { rootKey: stranger.x },
  ],
  [
    "root-chain-new-alone",
    "root_chain",
    led([transition(first, third, 4, { byOld: third })]),
    "A step that only the new root signed: anybody could.",
  ],
  [
    "root-chain-old-alone",
    "root_chain",
    led([transition(first, third, 4, { byNew: first })]),
    "A step that only the old root signed: the new one never took it.",
  ],
  [
    "root-chain-two-wordings",
    "root_chain",
    led([words]),
    "The two signatures of a step are over different words.",
  ],
  [
    "root-chain-other-tenant",
    "root_chain",
    led([transition(first, third, 4, { tenant: "ten_01jother" })]),
    "A step of another tenant.",
  ],
  [
    "root-chain-loop",
    "root_chain",
    led([transition(first, second, 4), transition(second, first, 5), transition(first, third, 6)]),
    "Goes through a root twice.",
  ],
  [
    "root-chain-seq-back",
    "root_chain",
    led([transition(first, second, 6), transition(second, third, 5)]),
    "Its steps go back in time.",
  ],
  [
    "root-chain-too-early",
    "root_chain",
    led(CHAIN, third, { seq: 5 }),
    "By a root that was not in force yet at that sequence number.",
  ],
  [
    "root-chain-back-to-old",
    "signature",
    authority.bundle(),
    "By the pinned root, after a client has followed to a newer one.",
    { seen: { seq: 6, root: third.x } },
  ],
  ["root-chain-no-list", "root_chain", led(["a", 7]), "Steps that are none."],
  [
    "root-chain-long",
    "root_chain",
    led(Array.from({ length: 101 }, () => CHAIN[0])),
    "More steps than any tenant takes: work for nothing.",
  ],
];

const GOOD_ONES: readonly Row[] = [
  ["good", undefined, authority.bundle(), "A good bundle."],
  ["same-again", undefined, authority.bundle(), "The one that was seen before, again.", { seen: { seq: 7 } }],
  [
    "newer",
    undefined,
    authority.bundle({ seq: 9 }),
    "A newer one; one between them was never seen.",
    { seen: { seq: 7 } },
  ],
  ["last-second", undefined, authority.bundle({ exp: CLOCK + 1 }), "One second before its end."],
  [
    "clock-behind",
    undefined,
    authority.bundle({ iat: CLOCK + 300 }),
    "A clock five minutes behind is forgiven.",
  ],
  ["many-revoked", undefined, listing(FIVE), "Five revoked licenses, far apart."],
  [
    "unusable-key",
    undefined,
    authority.bundle({ keys: [...KEY_USES.map((use) => authority.bundleKey(use)), { kty: "RSA" }, "x"] }),
    "Keys of a later version are passed over.",
  ],
  [
    "more-claims",
    undefined,
    payload(zipped({ ...GOOD, "x-later": [1] })),
    "Claims of a later version are passed over.",
  ],
];

function headerTwice(): string {
  const good = authority.bundle();
  const text = Buffer.from(part(good, 0), "base64url").toString().replace("{", '{"alg":"none",');
  return `${encode(text)}.${part(good, 1)}.${part(good, 2)}`;
}

function flipped(): string {
  const good = authority.bundle();
  const bytes = Buffer.from(part(good, 2), "base64url");
  bytes[9] = (bytes[9] ?? 0) ^ 4;
  return `${part(good, 0)}.${part(good, 1)}.${encode(bytes)}`;
}

function exchanged(): string {
  const good = authority.bundle();
  const keys = [authority.bundleKey("activation", { x: stranger.x })];
  return `${part(good, 0)}.${encode(zipped(authority.bundleClaims({ keys })))}.${part(good, 2)}`;
}

export const bundles = () => ({
  vectors: [...GOOD_ONES, ...FORM, ...CLAIMS, ...TIME, ...ROOTS].map(
    ([id, reason, bundle, says, more]): BundleVector => ({
      id: `bundle-${id}`,
      says,
      bundle,
      rootKey: root.x,
      tenant: authority.tenant,
      clock: CLOCK,
      seen: {},
      ...more,
      ...(reason === undefined
        ? { accepted: { tenant: authority.tenant } }
        : { refused: { code: "trust_invalid", reason } }),
    }),
  ),
});
