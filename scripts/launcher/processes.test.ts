import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openHome } from "./home.ts";
import { Supervised } from "./processes.ts";

let directory: string;
let supervised: Supervised | undefined;
const printed: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "signet-processes-"));
  printed.length = 0;
  vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
});
afterEach(async () => {
  await supervised?.stop();
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs `script` under supervision; it finds the directory in `process.argv[2]`. */
function supervise(script: string): Supervised {
  const file = join(directory, "child.mjs");
  writeFileSync(file, script);
  const { home } = openHome(directory);
  supervised = new Supervised({ name: "child", argv: [file, directory], colour: 0 }, home, process.env);
  supervised.start();
  return supervised;
}

/** For processes that begin and end on a machine that has much else to do. */
const SOON = { timeout: 30_000, interval: 20 };
const said = (text: string) => printed.filter((line) => line.includes(text)).length;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a process that dies is started again, ever more slowly, and each death is told and logged", async () => {
  supervise("console.log('up'); process.exit(3);");
  await vi.waitFor(() => expect(said("up")).toBe(3), SOON);
  await vi.waitFor(() => expect(said("starting it again in 2 s")).toBe(1), SOON);
  expect(said("died (exit code 3); starting it again in 0.5 s")).toBe(1);
  expect(said("died (exit code 3); starting it again in 1 s")).toBe(1);
  await supervised?.stop();
  await vi.waitFor(
    () =>
      expect(readFileSync(join(directory, "logs/child.log"), "utf8")).toMatch(
        /^up\n\d{4}-.*Z died \(exit code 3\)/,
      ),
    SOON,
  );
});

test("a stopped process may finish what it is doing, and is not started again", async () => {
  supervise(
    "process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(0); }, 300)); console.log('up'); setInterval(() => {}, 1000);",
  );
  await vi.waitFor(() => expect(said("up")).toBe(1), SOON);
  await supervised?.stop();
  await vi.waitFor(() => expect(said("drained")).toBe(1), SOON);
  expect(said("died")).toBe(0);
});

test("what a process started ends with it", async () => {
  supervise(
    "import { spawn } from 'node:child_process'; console.log('grandchild', spawn('sleep', ['300']).pid, 'of', process.pid); setInterval(() => {}, 1000);",
  );
  await vi.waitFor(() => expect(said("grandchild")).toBe(1), SOON);
  const [, grandchild, child] = /grandchild (\d+) of (\d+)/.exec(printed.join("\n"))?.map(Number) ?? [];
  expect(isAlive(grandchild ?? 0)).toBe(true);
  process.kill(child ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(isAlive(grandchild ?? 0)).toBe(false), SOON);
});

test("a process learns from its channel that the launcher is gone", async () => {
  const launcher = `
    import { fork } from 'node:child_process';
    fork(process.argv[2] + '/grandchild.mjs', [], { detached: true });
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);`;
  writeFileSync(
    join(directory, "grandchild.mjs"),
    "console.log('listening', process.pid); process.on('disconnect', () => process.exit(0)); setInterval(() => {}, 1000);",
  );
  supervise(launcher);
  await vi.waitFor(() => expect(said("listening")).toBe(1), SOON);
  const pid = Number(/listening (\d+)/.exec(printed.join("\n"))?.[1]);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), SOON);
});
