import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { SDK_VERSION } from "#sdk/version.ts";
import { Installation, type Launcher, processesOf } from "./launcher.ts";

test.describe.configure({ mode: "serial", timeout: 180_000 });
test.skip(process.platform !== "linux", "Processes are looked up in /proc.");

const RUNNING = "Signet is running.";
let installation: Installation;
let launcher: Launcher;

test.beforeAll(async () => {
  installation = await Installation.create();
});
test.afterAll(async () => {
  await launcher.stop();
  installation.remove();
});

const alive = () =>
  processesOf(
    installation.home,
    readdirSync("/proc").filter((name) => /^\d+$/.test(name)),
  );

function processNamed(part: string): number {
  const found = alive().find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(part));
  if (found === undefined) throw new Error(`No process ${part} among ${alive().join(", ")}.`);
  return found;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

test("starts from nothing, shows its steps, and prints where to go and how to sign in", async () => {
  launcher = installation.spawn();
  await launcher.untilPrinted(RUNNING);
  await launcher.untilPrinted("Ctrl-C stops everything");
  expect(launcher.output).toMatch(/✓ PostgreSQL \(\d+\.\d s\)/);
  expect(launcher.output).toMatch(/✓ Trial tenant seeded/);
  expect(launcher.output).toContain(installation.portalUrl);
  expect(launcher.output).toContain(installation.licenseServerUrl);
  expect(launcher.output).toMatch(/\S+@\S+ +\S+/);
});

test("serves the SDK's package to developers", async () => {
  const answer = await fetch(`${installation.portalUrl}/signet-sdk-${SDK_VERSION}.tgz`);
  expect(answer.status).toBe(200);
  expect(gunzipSync(await answer.bytes()).toString("latin1")).toContain("package/dist/index.js");
});

test("keeps its secrets where only its user can read them", () => {
  for (const name of ["secrets.json", "demo.json"]) {
    expect(statSync(join(installation.home, name)).mode & 0o777, name).toBe(0o600);
  }
});

test("starts a process that dies again, and says that it died", async () => {
  for (const [name, part] of [
    ["license-server", "license-server/main.ts"],
    ["worker", "workers/main.ts"],
    ["web", "scripts/web.ts"],
  ] as const) {
    const pid = processNamed(part);
    process.kill(pid, "SIGKILL");
    await expect(() => expect(processNamed(part)).not.toBe(pid)).toPass();
    expect(launcher.output).toMatch(new RegExp(`${name} +\\S+ died \\(SIGKILL\\)`));
  }
  await expect
    .poll(() => answers(`${installation.licenseServerUrl}/healthz`), { timeout: 30_000 })
    .toBe(true);
  await expect.poll(() => answers(`${installation.portalUrl}/sign-in`), { timeout: 30_000 }).toBe(true);
});

test("starts the embedded PostgreSQL again when it dies, and everything recovers", async () => {
  process.kill(processNamed("bin/postgres"), "SIGKILL");
  await launcher.untilPrinted("the embedded PostgreSQL died", 10_000);
  await expect.poll(() => answers(`${installation.licenseServerUrl}/readyz`), { timeout: 30_000 }).toBe(true);
});

test("refuses a second launcher on the same data, and ports that are taken", async () => {
  const second = installation.spawn();
  expect(await second.ended).toBe(1);
  expect(second.output).toContain(`Signet is already running from ${installation.home}`);

  const elsewhere = await Installation.create();
  const third = elsewhere.spawn([], { PORT: String(installation.port) });
  expect(await third.ended).toBe(1);
  expect(third.output).toContain(`Port ${installation.port} is in use by another program`);
  elsewhere.remove();
});

test("stops on SIGTERM with nothing left behind, and starts again quickly with the same data", async () => {
  expect(await launcher.stop()).toBe(0);
  await expect.poll(alive).toEqual([]);

  const demo = readFileSync(join(installation.home, "demo.json"), "utf8");
  const started = performance.now();
  launcher = installation.spawn();
  await launcher.untilPrinted(RUNNING);
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(launcher.output).not.toMatch(/Trial tenant seeded|Installed packages/);
  expect(readFileSync(join(installation.home, "demo.json"), "utf8")).toBe(demo);
});

test("leaves no process but PostgreSQL when it is killed outright, and recovers from that too", async () => {
  process.kill(processNamed("scripts/start.ts"), "SIGKILL");
  await launcher.ended;
  const server = processNamed("bin/postgres");
  await expect.poll(alive, { timeout: 20_000 }).toEqual([server]);
  launcher = installation.spawn();
  await launcher.untilPrinted(RUNNING);
});

test("refuses a wrong master key and an unreachable database, in one sentence each", async () => {
  expect(await launcher.stop()).toBe(0);
  const wrongKey = installation.spawn([], { SIGNET_MASTER_KEY: Buffer.alloc(32, 7).toString("base64") });
  expect(await wrongKey.ended).toBe(1);
  expect(wrongKey.output).toContain("SIGNET_MASTER_KEY is not the key this database is sealed under");

  const unreachable = installation.spawn([], {
    DATABASE_URL: "postgresql://signet:hidden@127.0.0.1:1/signet",
  });
  expect(await unreachable.ended).toBe(1);
  expect(unreachable.output).toContain("Nothing answers at 127.0.0.1:1");
  expect(unreachable.output).not.toContain("hidden");
});

test("begins afresh with --reset, and only when told yes", async () => {
  const unasked = installation.spawn(["--reset"]);
  expect(await unasked.ended).toBe(1);
  expect(unasked.output).toContain("Add --yes");
  const before = readFileSync(join(installation.home, "secrets.json"), "utf8");
  launcher = installation.spawn(["--reset", "--yes"]);
  await launcher.untilPrinted(RUNNING);
  expect(launcher.output).toMatch(/✓ Trial tenant seeded/);
  expect(readFileSync(join(installation.home, "secrets.json"), "utf8")).not.toBe(before);
});
