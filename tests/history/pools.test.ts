import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { runPools, startWorld, type World } from "./seeds.ts";

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

test("however two servers are asked for seats at once, some order of one after the other explains every answer", async () => {
  const first = Date.now() % 1_000_000;
  for (let seed = first; seed < first + 3; seed++) {
    console.info(`pools: seed ${seed}`);
    expect(await runPools(world, seed, { rounds: 25, lostAnswers: true })).toBeGreaterThan(1_000);
  }
}, 60_000);
