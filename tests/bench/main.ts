import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { startProcess } from "../processes.ts";
import { startBare } from "./bare.ts";
import { fillLicenses } from "./estate.ts";
import { heartbeatBloat, latencies, processes } from "./extras.ts";
import { httpSubject, requests } from "./http-subjects.ts";
import { inProcessSubjects } from "./in-process.ts";
import { type Load, load, type Subject } from "./load.ts";
import { measureOverload } from "./overload.ts";
import { ESTATE_PATHS, ROWS } from "./rows.ts";
import { coldStarts, sdkSubjects } from "./sdk.ts";
import { measure, printTable, type Round } from "./table.ts";
import { createServer, createWorld, type StartedWorld } from "./world.ts";

/**
 * Measures the runtime plane against yardsticks, side by side: each round loads every subject in turn, and each figure is
 * the median over rounds of the ratio within a round.
 *
 *   --rounds=5 --seconds=3     how often, and how long each load lasts
 *   --rows=3,4                 only these rows of the design's table, and no further tables but those of row 12
 *   --licenses=1000000         how many are stored for row 11; loading ends after --load-seconds=240 with fewer
 */
const rounds = flag("rounds", 5);
const seconds = flag("seconds", 3);
const licenses = flag("licenses", 1_000_000);
const loadSeconds = flag("load-seconds", 240);
const asked = process.argv
  .find((argument) => argument.startsWith("--rows="))
  ?.slice(7)
  .split(",")
  .map(Number);
const rows = ROWS.filter(({ number }) => asked?.includes(number) ?? true);
if (rows.length === 0)
  throw new Error(`--rows names none of ${[...new Set(ROWS.map((row) => row.number))]}.`);
const isAsked = (...numbers: number[]): boolean => rows.some(({ number }) => numbers.includes(number));

const SDK_ROW = 12;
const CLIENTS = 64;
const MANY_CLIENTS = 256;
const WARM_UP_SECONDS = 2;
const FEW_LICENSES = 10_000;
const ESTATE_ACTIVE_LICENSES = 200;

const stopping: { stop(): Promise<unknown> }[] = [];
async function started<Part extends { stop(): Promise<unknown> }>(starting: Promise<Part>): Promise<Part> {
  const part = await starting;
  stopping.push(part);
  return part;
}

function startLicenseServer({ appUrl }: { readonly appUrl: string }, count = 1) {
  const environment = { ...environmentOf(appUrl), LICENSE_SERVER_PROCESSES: String(count) };
  return started(
    startProcess("server/license-server/main.ts", "LICENSE_SERVER_PORT", "/readyz", environment),
  );
}

function environmentOf(appUrl: string) {
  return {
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    // One device asks here as often as a thousand do elsewhere.
    RATE_LIMIT_CLIENT_PER_MINUTE: "0",
    RATE_LIMIT_BACKEND_PER_MINUTE: "0",
    DATABASE_APP_URL: appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: "only for this benchmark, on loopback",
  };
}

async function runRounds(subjects: readonly Subject[], perLoadSeconds: number): Promise<Round[]> {
  for (const subject of subjects) await load(subject, WARM_UP_SECONDS);
  const results: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const loads = new Map<string, Load>();
    for (const subject of subjects) loads.set(subject.name, await load(subject, perLoadSeconds));
    results.push(loads);
    say(round, loads);
  }
  return results;
}

function say(round: number, loads: Round): void {
  const figures = [...loads].map(
    ([name, { perSecond, p50Ms }]) => `${name} ${Math.round(perSecond)}/s ${p50Ms.toFixed(2)} ms`,
  );
  console.log(`round ${round}: ${figures.join(", ")}`);
}

async function httpRounds(world: StartedWorld, port: number): Promise<Round[]> {
  const bare = (await started(startBare([]))).port;
  const bareSign = (await started(startBare(["--sign"]))).port;
  const ask = requests(world);
  const subjects: Subject[] = [httpSubject("bare", CLIENTS, bare, ask.echo)];
  if (isAsked(1, 2)) subjects.push(httpSubject("echo", CLIENTS, port, ask.echo));
  if (isAsked(2)) {
    const web = await started(
      startProcess("scripts/web.ts", "PORT", "/api/v1/ping", environmentOf(world.appUrl)),
    );
    subjects.push(httpSubject("next", CLIENTS, web.port, ask.nextEcho));
  }
  if (isAsked(3, 4)) {
    subjects.push(httpSubject("bare-sign", CLIENTS, bareSign, ask.activate));
    subjects.push(httpSubject("activate", CLIENTS, port, ask.activate));
  }
  if (isAsked(4)) subjects.push(httpSubject("activate-hot", CLIENTS, port, ask.activateHot));
  if (isAsked(5, 6)) subjects.push(httpSubject("bare-sign-small", CLIENTS, bareSign, ask.heartbeat));
  if (isAsked(5)) subjects.push(httpSubject("checkout", CLIENTS, port, ask.checkout, world.freeSeats));
  if (isAsked(6)) subjects.push(httpSubject("heartbeat", CLIENTS, port, ask.heartbeat));
  if (isAsked(8)) {
    subjects.push(httpSubject("debit", CLIENTS, port, ask.debit));
    subjects.push(httpSubject("bare-256", MANY_CLIENTS, bare, ask.echo));
    subjects.push(httpSubject("debit-256", MANY_CLIENTS, port, ask.debit));
  }
  return runRounds(subjects, seconds);
}

async function inProcessRounds(world: StartedWorld): Promise<Round[]> {
  const { debit, interactive, bulk, loneDebit, loneInsert } = await started(inProcessSubjects(world));
  const subjects: Subject[] = [];
  if (isAsked(7)) subjects.push(interactive, debit);
  if (isAsked(9)) subjects.push(bulk);
  if (isAsked(10)) subjects.push(loneInsert, loneDebit);
  return runRounds(subjects, seconds);
}

async function estateRounds(urlOf: (database: string) => string, world: StartedWorld) {
  const subjects: Subject[] = [];
  let stored = 0;
  for (const [size, count] of [
    ["few", FEW_LICENSES],
    ["many", licenses],
  ] as const) {
    await world.owner.query(`CREATE DATABASE bench_${size}`);
    const estate = await started(createWorld(urlOf(`bench_${size}`), ESTATE_ACTIVE_LICENSES));
    console.log(`Storing ${count.toLocaleString("en")} licenses …`);
    stored = await fillLicenses(estate.owner, estate.tenantId, count - ESTATE_ACTIVE_LICENSES, loadSeconds);
    const { port } = await startLicenseServer(estate);
    const ask = requests(estate);
    for (const path of ESTATE_PATHS) {
      const prepare = path === "checkout" ? estate.freeSeats : undefined;
      subjects.push(httpSubject(`${path}-${size}`, CLIENTS, port, ask[path], prepare));
    }
  }
  // Both sizes of a path one after the other.
  const inPairs = subjects.toSorted((a, b) => a.name.localeCompare(b.name));
  return { stored, rounds: await runRounds(inPairs, Math.max(1, seconds - 1)) };
}

async function overloadRounds(world: StartedWorld, port: number): Promise<Round[]> {
  const results: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    const { peak, goodput, heartbeatUnloaded, heartbeatOverloaded, offeredPerSecond, shedPerSecond } =
      await measureOverload(port, requests(world), seconds);
    const loads = new Map([
      ["peak", peak],
      ["overload", goodput],
      ["heartbeat-unloaded", heartbeatUnloaded],
      ["heartbeat-overloaded", heartbeatOverloaded],
    ]);
    results.push(loads);
    say(round, loads);
    console.log(`  offered ${Math.round(offeredPerSecond)}/s, shed ${Math.round(shedPerSecond)}/s`);
  }
  return results;
}

async function furtherTables(world: StartedWorld, port: number): Promise<string[]> {
  const ask = requests(world);
  const operations = [
    { name: "activation", request: ask.activate },
    { name: "checkout", request: ask.checkout, prepare: world.freeSeats },
    { name: "heartbeat", request: ask.heartbeat },
    { name: "debit", request: ask.debit },
  ];
  const byClients = await latencies(operations, port, seconds);
  const two = await startLicenseServer(world, 2);
  const byProcesses = await processes(
    operations,
    { one: port, two: two.port },
    rounds,
    Math.max(1, seconds - 1),
  );
  return [
    `## Latency\n\n${byClients}`,
    `## One process and two\n\nClients, server and database share the same cores, so a second process gains only what they leave.\n\n${byProcesses}`,
    `## A million heartbeats\n\n${await heartbeatBloat(world)}`,
  ];
}

function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${cpus().length} × ${cpus()[0]?.model.trim() || "unknown processor"}, ${memory}, Linux ${release()}, Node ${process.version}`;
}

function flag(name: string, fallback: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  const value = given === undefined ? fallback : Number(given.slice(name.length + 3));
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on.`);
  return value;
}

if (isAsked(2) && !existsSync(".next/BUILD_ID")) {
  console.log("Building the portal …");
  execFileSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], { stdio: "ignore" });
}

/** Everything that needs a server, or nothing where only row 12 is asked for. */
async function serverRounds() {
  const results: Round[][] = [];
  if (rows.every(({ number }) => number === SDK_ROW)) return { results, further: [] };
  console.log("Preparing a durable PostgreSQL with 1,002 licenses …");
  const { cluster } = await started(createServer());
  const world = await started(createWorld(cluster.url("postgres")));
  const { port } = await startLicenseServer(world);
  const version = await world.owner.query<{ server_version: string }>("SHOW server_version");
  if (isAsked(1, 2, 3, 4, 5, 6, 8)) results.push(await httpRounds(world, port));
  if (isAsked(7, 9, 10)) results.push(await inProcessRounds(world));
  if (isAsked(13)) results.push(await overloadRounds(world, port));
  const further = asked === undefined ? await furtherTables(world, port) : [];
  const estate = isAsked(11) ? await estateRounds(cluster.url, world) : undefined;
  if (estate !== undefined) results.push(estate.rounds);
  return { results, further, version: version.rows[0]?.server_version, stored: estate?.stored };
}

try {
  const { results, further: tables, version, stored } = await serverRounds();
  const further = [...tables];
  if (isAsked(SDK_ROW)) {
    results.push(await runRounds(await sdkSubjects(), seconds));
    further.push(`## The SDK's cold start\n\n${await coldStarts()}`);
  }

  const merged = Array.from(
    { length: rounds },
    (_, index): Round => new Map(results.flatMap((each) => [...(each[index] ?? [])])),
  );
  const measured = rows.map((row) => measure(row, merged));
  const how =
    `${rounds} rounds of ${seconds} s, ${CLIENTS} clients unless said otherwise, all on one machine: ${machine()}` +
    (version === undefined ? "" : `, PostgreSQL ${version} with fsync`);
  const many = stored === undefined ? "" : ` Row 11 stores ${stored.toLocaleString("en")} licenses.`;
  const page = [
    "# Benchmarks",
    `Written by \`npm run bench\`: ${how}.${many} Each result is the median of the ratios within a round.`,
    printTable(measured),
    ...further,
  ].join("\n\n");
  console.log(`\n${page}\n`);
  // A part of the rows is for trying something, not for the record.
  if (asked === undefined) {
    const asData = {
      how,
      licensesStored: stored,
      rows: measured,
      rounds: merged.map((round) => Object.fromEntries(round)),
    };
    mkdirSync("docs", { recursive: true });
    writeFileSync("docs/benchmarks.json", `${JSON.stringify(asData, null, 2)}\n`);
    writeFileSync("docs/benchmarks.md", `${page}\n`);
  }
} finally {
  for (const each of stopping.toReversed()) await each.stop();
}
