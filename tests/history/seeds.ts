import { Client } from "pg";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createRuntime, createTenant, type Runtime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { startAccounts } from "./account-run.ts";
import { Dice } from "./dice.ts";
import { sumOf, type Tally, Violation, whole } from "./history.ts";
import { startPool } from "./pool-run.ts";

export interface SeedOptions {
  readonly rounds: number;
  /** Ends sessions of the servers in the middle of their work, so that answers are lost. */
  readonly lostAnswers: boolean;
  /** Seats that wait for a group, whose requests sometimes have to be decided apart from others of their batch. */
  readonly groups: boolean;
}

const POOLS = 3;
const TTL_MS = 300_000;
/** In how many rounds of a hundred an answer is lost. */
const LOST_PERCENT = 30;

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

/** Ends one of the servers' sessions in the middle of its work, if it finds one at work before all is done. */
async function loseAnswer(owner: Client, doing: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  doing.then(over, over);
  while (!isOver) {
    const { rowCount } = await owner.query(TERMINATE_ONE);
    if (rowCount === 1) return;
  }
}

const TERMINATE_ONE = `
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND usename = 'signet_app' AND state = 'active'
        AND query ~ 'FROM (checkout_seats|heartbeat_leases|release_leases|record_usage|issue_tickets|end_tickets)\\('
      ORDER BY query_start LIMIT 1`;

/** Runs what many clients ask of two servers at once, and checks it. */
export type RunSeed = (world: World, seed: number, options: SeedOptions) => Promise<Tally>;

async function run(seed: number, doing: (dice: Dice) => Promise<Tally>): Promise<Tally> {
  try {
    return await doing(new Dice(seed));
  } catch (error) {
    if (error instanceof Violation) throw new Violation(`Seed ${seed}: ${error.message}`);
    throw new Error(`Seed ${seed} could not be run to its end.`, { cause: error });
  }
}

/** A few pools of one tenant. */
export const runPools: RunSeed = ({ servers, clock, owner }, seed, { rounds, lostAnswers, groups }) =>
  run(seed, async (dice) => {
    const server = firstOf(servers);
    const tenant = await createTenant(server);
    const pools = [];
    for (let n = 0; n < POOLS; n++) pools.push(await startPool(servers, tenant, dice, groups));
    const tallies: Tally[] = [];
    for (let round = 0; round < rounds; round++) {
      const doing = whole(pools.map((pool) => pool.round()));
      // What has run out is swept up while the same slots are asked for.
      const sweeping = dice.chance(30) ? server.leases.expire() : undefined;
      if (lostAnswers && dice.chance(LOST_PERCENT)) await loseAnswer(owner, doing);
      await Promise.allSettled([doing, sweeping]);
      tallies.push(...(await doing));
      await sweeping;
      clock.advance(dice.pick([0, 1, TTL_MS / 3, TTL_MS / 2, TTL_MS, TTL_MS + 1]));
    }
    for (const pool of pools) tallies.push(await pool.finish());
    return sumOf(tallies);
  });

/** Two accounts of one tenant. */
export const runAccounts: RunSeed = ({ servers, clock, owner }, seed, { rounds, lostAnswers }) =>
  run(seed, async (dice) => {
    const tenant = await createTenant(firstOf(servers));
    const accounts = await startAccounts(servers, tenant, dice);
    const tallies: Tally[] = [];
    for (let round = 0; round < rounds; round++) {
      const doing = accounts.round();
      if (lostAnswers && dice.chance(LOST_PERCENT)) await loseAnswer(owner, doing);
      tallies.push(await doing);
      clock.advance(dice.pick([0, 1, TTL_MS, 2 * TTL_MS, 2 * TTL_MS + 1]));
      if (dice.chance(30)) await accounts.sweep();
    }
    await accounts.sweep();
    return sumOf(tallies);
  });

function firstOf(servers: readonly Runtime[]): Runtime {
  const [server] = servers;
  if (server === undefined) throw new Error("There is no server.");
  return server;
}
