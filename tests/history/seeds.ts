import { Client } from "pg";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createRuntime, createTenant, type Runtime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { Dice } from "./dice.ts";
import { Violation } from "./history.ts";
import { startPool } from "./pool-run.ts";

export interface SeedOptions {
  readonly rounds: number;
  /** Ends sessions of the servers in the middle of their work, so that answers are lost. */
  readonly lostAnswers: boolean;
}

const POOLS = 3;
const TTL_MS = 300_000;

/** Two servers that share a database and a clock. */
export interface World {
  readonly servers: readonly Runtime[];
  readonly clock: TestClock;
  readonly owner: Client;
  close(): Promise<void>;
}

export async function startWorld(database: TestDatabase): Promise<World> {
  const clock = new TestClock();
  const servers = [createRuntime(database.appUrl, clock), createRuntime(database.appUrl, clock)];
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const close = async () => {
    for (const server of servers) await server.close();
    await owner.end();
  };
  return { servers, clock, owner, close };
}

/** Ends one of the servers' sessions that is at work. */
async function loseAnswer(owner: Client): Promise<void> {
  await owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'signet_app' AND state = 'active' AND query LIKE '%_seats(%'
      ORDER BY query_start LIMIT 1`,
  );
}

/** A few pools of one tenant, asked by many clients of two servers at once; returns how many operations were checked. */
export async function runPools(
  { servers, clock, owner }: World,
  seed: number,
  options: SeedOptions,
): Promise<number> {
  const dice = new Dice(seed);
  const [server] = servers;
  if (server === undefined) throw new Error("There is no server.");
  try {
    const tenant = await createTenant(server);
    const pools = [];
    for (let n = 0; n < POOLS; n++) pools.push(await startPool(servers, tenant, dice));
    let operations = 0;
    for (let round = 0; round < options.rounds; round++) {
      const doing = Promise.all(pools.map((pool) => pool.round()));
      if (options.lostAnswers && dice.chance(10)) await loseAnswer(owner);
      for (const count of await doing) operations += count;
      clock.advance(dice.pick([0, 1, TTL_MS / 3, TTL_MS / 2, TTL_MS, TTL_MS + 1]));
      if (dice.chance(10)) await server.leases.expire();
    }
    for (const pool of pools) operations += await pool.finish();
    return operations;
  } catch (error) {
    if (error instanceof Violation) throw new Violation(`Seed ${seed}: ${error.message}`);
    throw new Error(`Seed ${seed} could not be run to its end.`, { cause: error });
  }
}
