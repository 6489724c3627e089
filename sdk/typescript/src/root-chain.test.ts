import { describe, expect, test } from "vitest";
import { NOW, NOW_MS, newKey, signJws, TestAuthority, type TestKey } from "../testing/authority.ts";
import { outcomeOf } from "../testing/bench.ts";
import { openTrustBundle } from "./trust-bundle.ts";
import { type RootTransition, TOKEN_TYPES } from "./wire.ts";

const tenant = new TestAuthority().tenant;

function transition(
  from: TestKey,
  to: TestKey,
  seq: number,
  { byOld = from, byNew = to, ...change }: { byOld?: TestKey; byNew?: TestKey; tenant?: string } = {},
): RootTransition {
  const claims = { iss: tenant, tenant, seq, from: from.x, to: to.x, iat: NOW, ...change };
  const signed = (key: TestKey) =>
    signJws({ alg: "EdDSA", typ: TOKEN_TYPES.root, kid: key.kid }, claims, key);
  return { byOld: signed(byOld), byNew: signed(byNew) };
}

/** Three roots, the third in force since bundle 7, and the chain between them. */
function dynasty() {
  const authority = new TestAuthority();
  const [first, second, third, stranger] = [newKey(), newKey(), newKey(), newKey()];
  const chain = [transition(first, second, 4), transition(second, third, 6)] as const;
  const bundle = (roots: readonly unknown[] | undefined, by = third, change: object = {}) =>
    authority.bundle({ roots, ...change }, by);
  return { authority, first, second, third, stranger, chain, bundle };
}
type Dynasty = ReturnType<typeof dynasty>;

const options = { now: NOW_MS, tenant };
const opens = (jws: string, root: TestKey, lastRoot?: TestKey, lastSeq?: number) =>
  outcomeOf(openTrustBundle(jws, root.x, { ...options, lastRoot: lastRoot?.x, lastSeq }));

test.each(["first", "second", "third"] as const)(
  "a client that pins the %s root follows to the one in force, however long it was away",
  async (pinned) => {
    const own = dynasty();
    const bundle = await openTrustBundle(own.bundle(own.chain), own[pinned].x, options);
    expect(bundle.root).toBe(own.third.x);
  },
);

const REFUSED: readonly [string, string, (own: Dynasty) => ReturnType<typeof opens>][] = [
  ["a chain with a gap", "root_chain", (o) => opens(o.bundle([o.chain[1]]), o.first)],
  ["a chain that stops short", "signature", (o) => opens(o.bundle([o.chain[0]]), o.first)],
  ["a chain out of order", "signature", (o) => opens(o.bundle([o.chain[1], o.chain[0]]), o.first)],
  ["no chain at all", "signature", (o) => opens(o.bundle(undefined), o.first)],
  ["a root that was never trusted", "root_chain", (o) => opens(o.bundle(o.chain), o.stranger)],
  [
    "a transition signed by the new root alone",
    "root_chain",
    (o) => opens(o.bundle([transition(o.first, o.third, 4, { byOld: o.third })]), o.first),
  ],
  [
    "a transition signed by the old root alone",
    "root_chain",
    (o) => opens(o.bundle([transition(o.first, o.third, 4, { byNew: o.first })]), o.first),
  ],
  [
    "two signatures over different words",
    "root_chain",
    (o) => {
      const { byOld } = transition(o.first, o.third, 4);
      const { byNew } = transition(o.first, o.third, 5);
      return opens(o.bundle([{ byOld, byNew }]), o.first);
    },
  ],
  [
    "another tenant's transition",
    "root_chain",
    (o) => opens(o.bundle([transition(o.first, o.third, 4, { tenant: "ten_other" })]), o.first),
  ],
  [
    "another tenant's bundle by a root that follows",
    "tenant",
    (o) => {
      const other = transition(o.first, o.third, 4, { tenant: "ten_other" });
      return opens(o.bundle([other], o.third, { tenant: "ten_other" }), o.first);
    },
  ],
  [
    "a chain that comes back to where it was",
    "root_chain",
    (o) => {
      const back = [transition(o.first, o.second, 4), transition(o.second, o.first, 5)];
      return opens(o.bundle([...back, transition(o.first, o.third, 6)]), o.first);
    },
  ],
  [
    "a bundle older than its root's reign",
    "root_chain",
    (o) => opens(o.bundle([transition(o.first, o.third, 8)]), o.first),
  ],
  ["an expired bundle", "expired", (o) => opens(o.bundle(o.chain, o.third, { exp: NOW }), o.first)],
  ["what is no transition", "root_chain", (o) => opens(o.bundle([{}]), o.first)],
  [
    "a chain without end",
    "root_chain",
    (o) => opens(o.bundle(Array.from({ length: 101 }, () => o.chain[0])), o.first),
  ],
];

describe("a bundle by another root is refused with", () => {
  test.each(REFUSED)("%s", async (_what, reason, attempt) => {
    expect(await attempt(dynasty())).toBe(`trust_invalid: ${reason}`);
  });
});

describe("a client that has followed a new root goes back", () => {
  test("to no bundle by the old one, however high its number", async () => {
    const { first, second, chain, bundle } = dynasty();
    const old = bundle(undefined, first, { seq: 900 });
    expect(await opens(old, first)).toBe("accepted");
    expect(await opens(old, first, second, 5)).toBe("trust_invalid: signature");
    expect(await opens(bundle([chain[0]], first, { seq: 900 }), first, second, 5)).toBe(
      "trust_invalid: root_chain",
    );
  });

  test("to no bundle of the new one that is older than the newest seen", async () => {
    const { first, third, chain, bundle } = dynasty();
    expect(await opens(bundle(chain, third, { seq: 7 }), first, third, 8)).toBe("trust_invalid: rollback");
  });
});
