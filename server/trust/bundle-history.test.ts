import { expect, test } from "vitest";
import type { BundleKey } from "#sdk/wire.ts";
import { bundleChanges } from "./bundle-history.ts";

const key = (kid: string, status: BundleKey["status"]): BundleKey => ({
  kty: "OKP",
  crv: "Ed25519",
  x: kid,
  kid,
  alg: "EdDSA",
  use: "lease",
  status,
  nbf: 0,
  exp: 1,
});

function bundle(
  keys: BundleKey[],
  revoked: { licenses?: number; activations?: string[]; keys?: string[] } = {},
) {
  const { licenses = 0, activations = [], keys: given = [] } = revoked;
  return {
    root: "r1",
    keys,
    revocations: {
      licenses: { encoding: "rice" as const, count: licenses, remainderBits: 0, gaps: "" },
      activations,
      keys: given,
    },
  };
}

const NOTHING = { keys: [], licensesRevoked: 0, activationsRevoked: 0, rootChanged: false };

test.each([
  ["signed anew", bundle([key("a", "active")]), bundle([key("a", "active")]), NOTHING],
  [
    "the first",
    undefined,
    bundle([key("a", "active")], { licenses: 2 }),
    { ...NOTHING, keys: [{ use: "lease", kid: "a", became: "active" }], licensesRevoked: 2 },
  ],
  [
    "a rotation",
    bundle([key("a", "active"), key("b", "announced")]),
    bundle([key("a", "retired"), key("b", "active"), key("c", "announced")]),
    {
      ...NOTHING,
      keys: [
        { use: "lease", kid: "a", became: "retired" },
        { use: "lease", kid: "b", became: "active" },
        { use: "lease", kid: "c", became: "announced" },
      ],
    },
  ],
  [
    "a compromise, and a key whose time is over",
    bundle([key("a", "active"), key("old", "retired")]),
    bundle([key("b", "active")], { keys: ["a"] }),
    {
      ...NOTHING,
      keys: [
        { use: "lease", kid: "b", became: "active" },
        { use: "lease", kid: "a", became: "compromised" },
        { use: "lease", kid: "old", became: "unlisted" },
      ],
    },
  ],
  [
    "revocations under a new root",
    bundle([], { licenses: 1, activations: ["x"] }),
    { ...bundle([], { licenses: 4, activations: ["x", "y"] }), root: "r2" },
    { ...NOTHING, licensesRevoked: 3, activationsRevoked: 1, rootChanged: true },
  ],
])("what a bundle changed is told: %s", (_, before, now, changes) => {
  expect(bundleChanges(before, now)).toEqual(changes);
});
