import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { startProcess } from "../processes.ts";
import { startBare } from "./bare.ts";
import { type Load, load, type Target } from "./load.ts";
import { measure, printTable, type Row } from "./table.ts";
import { createWorld, newDeviceBody } from "./world.ts";

/**
 * Measures the runtime plane against yardsticks, side by side: each round loads every target in turn, and each figure is
 * the median over rounds of the ratio within a round. `--rounds=N` and `--seconds=N` make it longer or shorter.
 */
const rounds = flag("rounds", 5);
const seconds = flag("seconds", 4);
const CONNECTIONS = 64;

const ROWS: readonly Row[] = [
  {
    number: 1,
    what: "LicenseServer, an operation that does nothing",
    subject: "echo",
    yardstick: "bare",
    bar: 0.85,
  },
  {
    number: 2,
    what: "LicenseServer against a Next route handler",
    subject: "echo",
    yardstick: "next",
    bar: 10,
  },
  { number: 3, what: "activation, durable, signed", subject: "activate", yardstick: "bare-sign", bar: 0.6 },
  {
    number: 4,
    what: "activation on one hot license",
    subject: "activate-hot",
    yardstick: "activate",
    bar: 0.85,
  },
];

if (!existsSync(".next/BUILD_ID")) {
  console.log("Building the portal …");
  execFileSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], { stdio: "ignore" });
}

const running: { stop(): Promise<void> }[] = [];
try {
  console.log("Preparing a durable PostgreSQL with 1,001 licenses …");
  const world = await createWorld();
  running.push(world);
  const environment = {
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    DATABASE_APP_URL: world.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: "only for this benchmark, on loopback",
  };
  const started = async <Server extends { stop(): Promise<void> }>(
    starting: Promise<Server>,
  ): Promise<Server> => {
    const server = await starting;
    running.push(server);
    return server;
  };
  const bare = await started(startBare([]));
  const bareSign = await started(startBare(["--sign"]));
  const licenseServer = await started(
    startProcess("server/license-server/main.ts", "LICENSE_SERVER_PORT", "/readyz", environment),
  );
  const web = await started(startProcess("scripts/web.ts", "PORT", "/api/v1/ping", environment));

  let turn = 0;
  const spreadKey = (): string => world.spreadKeys[turn++ % world.spreadKeys.length] ?? world.hotKey;
  const echo = (): string => JSON.stringify({ message: "hello" });
  const activations = `http://127.0.0.1:${licenseServer.port}/v1/${world.slug}/activations`;
  const targets: readonly Target[] = [
    { name: "bare", url: `http://127.0.0.1:${bare.port}/`, body: echo },
    { name: "echo", url: `http://127.0.0.1:${licenseServer.port}/v1/ping`, body: echo },
    { name: "next", url: `http://127.0.0.1:${web.port}/api/v1/ping`, body: echo },
    { name: "bare-sign", url: `http://127.0.0.1:${bareSign.port}/`, body: () => newDeviceBody(spreadKey()) },
    { name: "activate", url: activations, body: () => newDeviceBody(spreadKey()) },
    { name: "activate-hot", url: activations, body: () => newDeviceBody(world.hotKey) },
  ];

  console.log(
    `Warming up, then ${rounds} rounds of ${targets.length} × ${seconds} s, ${CONNECTIONS} clients …`,
  );
  for (const target of targets) await load(target, 2, CONNECTIONS);
  const results: Map<string, Load>[] = [];
  for (let round = 0; round < rounds; round++) {
    const loads = new Map<string, Load>();
    for (const target of targets) loads.set(target.name, await load(target, seconds, CONNECTIONS));
    results.push(loads);
    console.log(
      `round ${round + 1}: ${[...loads].map(([name, each]) => `${name} ${Math.round(each.perSecond)}/s`).join(", ")}`,
    );
  }

  const perSecond = results.map((loads) => new Map([...loads].map(([name, each]) => [name, each.perSecond])));
  const measured = ROWS.map((row) => measure(row, perSecond));
  const table = printTable(measured);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`;
  const how = `${rounds} rounds of ${seconds} s, ${CONNECTIONS} clients, all on one machine: ${machine}`;
  mkdirSync("docs", { recursive: true });
  writeFileSync(
    "docs/benchmarks.json",
    `${JSON.stringify({ how, rows: measured, rounds: results.map((loads) => Object.fromEntries(loads)) }, null, 2)}\n`,
  );
  writeFileSync("docs/benchmarks.md", `# Benchmarks\n\nWritten by \`npm run bench\`: ${how}.\n\n${table}\n`);
  console.log(`\n${table}\n`);
} finally {
  for (const each of running.toReversed()) await each.stop();
}

function flag(name: string, fallback: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  const value = given === undefined ? fallback : Number(given.slice(name.length + 3));
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on.`);
  return value;
}
