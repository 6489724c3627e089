import { expect, test } from "vitest";
import type { Proof } from "#server/domain/proof.ts";
import { createProvenBatcher } from "./proven-batcher.ts";

const oldProof = (inForce: () => number) =>
  Object.assign(new Error("old proof"), { code: "SG001", detail: String(inForce()) });

/** A database whose keys are those of bundle `inForce`, and what it has decided. */
function database() {
  const state = { inForce: 1, decided: [] as string[], calls: 0 };
  const batcher = createProvenBatcher<string, string>({
    name: "test",
    flushesInFlightMax: 1,
    queuedMax: 100,
    flush: async (_tenantId, items, provenSeq) => {
      state.calls++;
      if (provenSeq !== undefined && provenSeq < state.inForce) throw oldProof(() => state.inForce);
      state.decided.push(...items);
      return items.map((item) => `${item}!`);
    },
  });
  return { state, batcher };
}

function proof(trustSeq: number, renew: (seq: number) => Promise<Proof> = async (seq) => proof(seq)): Proof {
  return { trustSeq, renew };
}
const refuses = async (): Promise<Proof> => {
  throw new Error("unauthorized");
};

test("only the items whose proof is old are proven again; each is decided once, and answered with its own row", async () => {
  const { state, batcher } = database();
  state.inForce = 2;
  // The first flush goes alone; the others gather meanwhile into one batch.
  const first = batcher.submit("tenant", "first", undefined);
  const rows = await Promise.all([
    first,
    batcher.submit("tenant", "a", proof(1)),
    batcher.submit("tenant", "b", proof(2)),
    batcher.submit("tenant", "c", undefined),
    batcher.submit("tenant", "d", proof(1)),
  ]);
  expect(rows).toEqual(["first!", "a!", "b!", "c!", "d!"]);
  expect([...state.decided].sort()).toEqual(["a", "b", "c", "d", "first"]);
});

test("an item whose proof the keys in force no longer bear out is not decided, and harms no other of its batch", async () => {
  const { state, batcher } = database();
  state.inForce = 2;
  const first = batcher.submit("tenant", "first", undefined);
  const stolen = batcher.submit("tenant", "stolen", proof(1, refuses));
  const good = batcher.submit("tenant", "good", proof(1));
  await expect(stolen).rejects.toThrow("unauthorized");
  expect(await Promise.all([first, good])).toEqual(["first!", "good!"]);
  expect(state.decided).not.toContain("stolen");
});
