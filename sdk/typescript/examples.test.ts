import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLicense } from "../../server/testing/fixtures.ts";
import { installExample } from "./testing/example.ts";
import { RealServer } from "./testing/real-server.ts";

const TIMEOUT_MS = 60_000;
/** Whatever is waited for comes to an end by this, before the test's own time is over. */
const LIMIT = { timeout: 15_000, killSignal: "SIGKILL" } as const;

let server: RealServer;
let room: string;
beforeAll(async () => {
  // The examples tell time by the machine's clock, so the server does too.
  server = await RealServer.create(new Date());
  room = await mkdtemp(join(tmpdir(), "signet-examples-"));
});
afterAll(async () => {
  await server?.end();
  await rm(room, { recursive: true, force: true });
});

const settings = () => [server.url, server.tenant.slug, server.rootKey, server.tenant.product];
const environment = (home: string) => ({
  ...process.env,
  XDG_STATE_HOME: join(room, home),
  // In a container each state directory is a device of its own.
  container: "test",
  NODE_NO_WARNINGS: "1",
});

async function whileRunning(child: ChildProcess, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    child.kill("SIGKILL");
  }
}

/** The desktop application's window: what it was shown, one thing after the other. */
async function withWindow(
  program: string,
  use: (shown: () => Promise<unknown>, ask: (request: object) => void) => Promise<void>,
): Promise<void> {
  const child = fork(program, settings(), { env: environment("desktop"), execArgv: [], ...LIMIT });
  const queue: unknown[] = [];
  const shown = async () => {
    while (queue.length === 0) await once(child, "message");
    return queue.shift();
  };
  child.on("message", (message) => queue.push(message));
  await whileRunning(child, async () => {
    await use(shown, (request) => child.send(request));
    const ended = once(child, "exit");
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });
}

test("the desktop example asks for a key, opens without the network, and ends what a signed refusal ends", {
  timeout: TIMEOUT_MS,
}, async () => {
  const program = await installExample("desktop.mjs", room);
  const license = await createLicense(server.authority, server.tenant, { features: { "export-4k": true } });
  await withWindow(program, async (shown, ask) => {
    expect(await shown()).toMatchObject({ status: "unlicensed" });
    ask({ ask: "export" });
    expect(await shown()).toEqual({ message: "Not licensed." });
    ask({ ask: "activate", licenseKey: "RENDER-1" });
    expect(await shown()).toMatchObject({ status: "unlicensed", message: expect.stringMatching(/key/) });
    ask({ ask: "activate", licenseKey: license.licenseKey });
    expect(await shown()).toMatchObject({ status: "active", canExport: true });
    ask({ ask: "export" });
    expect(await shown()).toEqual({ exported: "film.mov" });
  });

  await server.stop();
  await withWindow(program, async (shown, ask) => {
    expect(await shown()).toMatchObject({ status: "active", canExport: true });
    ask({ ask: "export" });
    // Before or after it is told that the server is away.
    const next = [await shown(), await shown()];
    expect(next).toContainEqual({ exported: "film.mov" });
    expect(next).toContainEqual(
      expect.objectContaining({ status: "active", canExport: true, message: expect.any(String) }),
    );
  });

  await server.start();
  await server.suspend(license.id);
  await withWindow(program, async (shown, ask) => {
    expect(await shown()).toMatchObject({ status: "active" });
    expect(await shown()).toMatchObject({
      status: "refused",
      canExport: false,
      message: expect.stringContaining("suspended"),
    });
    ask({ ask: "export" });
    expect(await shown()).toEqual({ message: "Not licensed." });
  });
});

test("the floating tool holds a seat while it works, saves when it is interrupted, and tells when none is free", {
  timeout: TIMEOUT_MS,
}, async () => {
  const program = await installExample("floating-tool.mjs", room);
  const license = await createLicense(server.authority, server.tenant, { seats: 1, activationsMax: null });
  const begin = (home: string, frames: number) => {
    const args = [program, ...settings(), license.licenseKey, String(frames)];
    const child = spawn(process.execPath, args, {
      env: environment(home),
      stdio: ["ignore", "pipe", "pipe"],
      ...LIMIT,
    });
    let [output, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const ended = once(child, "close").then(([code]) => [code, output, errors]);
    return { child, ended };
  };
  const working = begin("one", 1_000);
  await whileRunning(working.child, async () => {
    await once(working.child.stdout, "data");
    // Another machine, for the same one would be given its own seat again.
    const other = begin("two", 1);
    expect(await other.ended).toEqual([75, "", expect.stringMatching(/^no_seats_available: /)]);
    working.child.kill("SIGINT");
    expect(await working.ended).toEqual([
      130,
      expect.stringContaining("frame 1 on seat 1\n"),
      expect.stringMatching(/^Interrupted\. Saved up to frame \d+\.\n$/),
    ]);
  });
  expect(await begin("two", 2).ended).toEqual([0, "frame 1 on seat 1\nframe 2 on seat 1\n", ""]);
});
