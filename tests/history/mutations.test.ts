import { afterEach, beforeEach, expect, test } from "vitest";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { caught, MUTATIONS } from "./mutations.ts";
import { runAccounts, runPools } from "./seeds.ts";

// A race does not happen on demand: most are seen in the first seed, and the rest only on a bad day.
const OPTIONS = { firstSeed: 1, seeds: 40, rounds: 10 };

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

test.each([
  ["seats", runPools],
  ["credits", runAccounts],
])(
  "the checker of %s finds nothing wrong with what is right, and no transaction is undone",
  async (_, run) => {
    expect(await caught(database, undefined, run, { ...OPTIONS, seeds: 2 })).toBeUndefined();
  },
);

test.each(MUTATIONS.map((mutation) => [mutation.what, mutation] as const))(
  "the checker notices when %s",
  async (_, mutation) => {
    expect(await caught(database, mutation, mutation.run, OPTIONS)).toBeDefined();
  },
  180_000,
);

test("a mutation whose text is no longer there fails loudly", async () => {
  const mutation = {
    what: "nothing",
    file: "lock_accounts",
    search: "no such text",
    replace: "",
    run: runPools,
  };
  await expect(caught(database, mutation, runPools, OPTIONS)).rejects.toThrow("does not hold this once");
});
