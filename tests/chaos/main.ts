import { cloneDatabase, startTestServer, type TestServer } from "#server/testing/cluster.ts";
import { caught, MUTATIONS } from "../history/mutations.ts";
import { runAccounts, runPools } from "../history/seeds.ts";
import { histories } from "./histories.ts";
import { kills } from "./kills.ts";
import { count, printRows, type Row } from "./report.ts";

/**
 * Tries for long what the tests try for a moment; prints what went wrong with its seed, and ends with 1 if anything did.
 *
 *   --seeds=200 --operations=1000000    histories of seats and credits, checked for linearizability
 *   --first-seed=1                      where their seeds begin
 *   --kills=100                         how often a server or PostgreSQL is killed under load, Redis coming and going beside
 *   --only=histories                    only these; or kills
 *   --mutations                         only: takes each guard out of the SQL functions, and demands that this is noticed
 */
const seeds = setting("seeds", "CHAOS_SEEDS", 200);
const operations = setting("operations", "CHAOS_OPERATIONS", 1_000_000);
const killCount = setting("kills", "CHAOS_KILLS", 100);
const firstSeed = setting("first-seed", "CHAOS_FIRST_SEED", 1);

async function historiesOf(server: TestServer): Promise<Row[]> {
  // Seats are asked for more: their histories are the longer ones.
  const ofSeats = { seeds: Math.ceil(seeds / 2), operations: Math.ceil(operations * 0.7) };
  const ofCredits = { seeds: Math.ceil(seeds / 2), operations: Math.ceil(operations * 0.3) };
  return [
    await histories(server, "seats", runPools, { ...ofSeats, firstSeed, operationsARound: 180 }),
    await histories(server, "credits", runAccounts, { ...ofCredits, firstSeed, operationsARound: 60 }),
  ];
}

async function mutations(server: TestServer): Promise<Row[]> {
  const rows: Row[] = [];
  for (const mutation of MUTATIONS) {
    const database = await cloneDatabase(server);
    const started = performance.now();
    const options = { firstSeed, seeds: 100, rounds: 10 };
    const notice = await caught(database, mutation, mutation.run, options);
    await database.drop();
    console.log(`${notice === undefined ? "✗" : "✓"} ${mutation.what}: ${notice ?? "nobody noticed"}`);
    const violations = notice === undefined ? [mutation.what] : [];
    const seconds = (performance.now() - started) / 1000;
    rows.push({ what: mutation.what, seeds: 1, operations: 0, lost: 0, violations, seconds });
  }
  return rows;
}

function setting(name: string, variable: string, fallback: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
  const value = Number(given ?? process.env[variable] ?? fallback);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on.`);
  return value;
}

const isAsked = (part: string): boolean => {
  const only = process.argv.find((argument) => argument.startsWith("--only="));
  return only === undefined || only === `--only=${part}`;
};

const { server, stop } = await startTestServer();
const rows: Row[] = [];
try {
  if (process.argv.includes("--mutations")) rows.push(...(await mutations(server)));
  else {
    if (isAsked("histories")) rows.push(...(await historiesOf(server)));
    if (isAsked("kills")) rows.push(await kills({ kills: killCount, firstSeed }));
  }
} finally {
  await stop();
}
printRows(rows);
const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
const violations = sum((row) => row.violations.length);
console.log(
  `${count(sum((row) => row.seeds))} seeds, ${count(sum((row) => row.operations))} operations, ${count(violations)} violations`,
);
process.exitCode = violations === 0 ? 0 : 1;
