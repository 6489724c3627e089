import { cloneDatabase, type TestServer } from "#server/testing/cluster.ts";
import { Violation } from "../history/history.ts";
import { type RunSeed, startWorld } from "../history/seeds.ts";
import type { Row } from "./report.ts";

/** How many seeds share a database, whose tables grow. */
const SEEDS_A_DATABASE = 20;

/** Runs seeds, one after the other, until there were as many of them and of operations as asked for. */
export async function histories(
  server: TestServer,
  what: string,
  run: RunSeed,
  wanted: {
    readonly seeds: number;
    readonly operations: number;
    readonly firstSeed: number;
    readonly operationsARound: number;
  },
): Promise<Row> {
  const rounds = Math.max(5, Math.ceil(wanted.operations / wanted.seeds / wanted.operationsARound));
  const violations: string[] = [];
  const started = performance.now();
  let [seeds, operations, lost] = [0, 0, 0];
  while (seeds < wanted.seeds || operations < wanted.operations) {
    const database = await cloneDatabase(server);
    for (let n = 0; n < SEEDS_A_DATABASE && (seeds < wanted.seeds || operations < wanted.operations); n++) {
      const world = await startWorld(database);
      const seed = wanted.firstSeed + seeds;
      try {
        const tally = await run(world, seed, { rounds, lostAnswers: true, groups: true });
        operations += tally.operations;
        lost += tally.lost;
      } catch (error) {
        const text = error instanceof Violation ? error.message : inner(error);
        violations.push(text);
        console.log(`✗ ${what}: ${text}`);
      } finally {
        await world.close();
      }
      seeds++;
      if (violations.length >= 10) break;
    }
    await database.drop();
    console.log(`  ${what}: ${seeds} seeds, ${operations} operations, ${lost} lost answers`);
    if (violations.length >= 10) break;
  }
  return { what, seeds, operations, lost, violations, seconds: (performance.now() - started) / 1000 };
}

function inner(error: unknown): string {
  const texts: string[] = [];
  for (let each = error; each !== undefined; each = each instanceof Error ? each.cause : undefined) {
    texts.push(String(each));
  }
  return texts.join("; because ");
}
