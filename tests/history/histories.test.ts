import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { type RunSeed, runAccounts, runPools, startWorld, type World } from "./seeds.ts";

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await startWorld(database);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});

test.each<[string, RunSeed]>([
  ["seats", runPools],
  ["credits", runAccounts],
])(
  "however two servers are asked for %s at once, some order of one after the other explains every answer",
  async (what, run) => {
    const first = Date.now() % 1_000_000;
    let lostAnswers = 0;
    for (let seed = first; seed < first + 2; seed++) {
      console.info(`${what}: seed ${seed}`);
      const { operations, lost } = await run(world, seed, { rounds: 15, lostAnswers: true, groups: true });
      expect(operations).toBeGreaterThan(500);
      lostAnswers += lost;
    }
    // Otherwise nothing was learnt of what becomes of them.
    expect(lostAnswers).toBeGreaterThan(0);
  },
  180_000,
);
