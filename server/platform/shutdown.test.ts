import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";

const platform = new URL(".", import.meta.url).href;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A process that registers closers, says so, and then does `rest`. */
async function start(closers: string, rest = "") {
  const program = `
    import { onShutdown } from "${platform}shutdown.ts";
    import { createLogger } from "${platform}log.ts";
    const log = createLogger({ level: "info", name: "child" });
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    setInterval(() => undefined, 1_000);
    ${closers}
    console.log("started");
    ${rest}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  children.push(child);
  const { stdout } = child;
  if (stdout === null) throw new Error("the child has no output to read");
  let output = "";
  const started = new Promise<void>((resolve) => {
    stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("started")) resolve();
    });
  });
  // Not "close", which Node never emits once the IPC channel was closed from this side.
  const exited = Promise.all([once(child, "exit"), once(stdout, "end")]).then(([[code]]) => ({
    code,
    output,
  }));
  await Promise.race([started, exited]);
  return { child, exited };
}

describe("onShutdown", () => {
  const ordered = `
    onShutdown(log, "database", async () => console.log("close database"));
    onShutdown(log, "server", async () => { await sleep(100); console.log("close server"); });`;

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s closes what was opened last first, each after the other, and exits with 0",
    async (signal) => {
      const { child, exited } = await start(ordered);
      child.kill(signal);
      const { code, output } = await exited;
      expect(code).toBe(0);
      expect(output.match(/close \w+/g)).toEqual(["close server", "close database"]);
    },
  );

  test("the launcher going away is a reason to end too", async () => {
    const { child, exited } = await start(ordered);
    child.disconnect();
    const { code, output } = await exited;
    expect(code).toBe(0);
    expect(output).toContain("close database");
  });

  test("one that cannot be closed does not keep the others open, and the exit code tells", async () => {
    const { child, exited } = await start(`${ordered}
      onShutdown(log, "queue", async () => { throw new Error("stuck"); });`);
    child.kill("SIGTERM");
    const { code, output } = await exited;
    expect(code).toBe(1);
    expect(output).toContain('"closing":"queue"');
    expect(output).toContain("close database");
  });

  test("one that never closes is named after ten seconds, and the process exits with 1", async () => {
    const { child, exited } = await start(`onShutdown(log, "queue", () => new Promise(() => undefined));`);
    child.kill("SIGTERM");
    const { code, output } = await exited;
    expect(code).toBe(1);
    expect(output).toContain('"closing":"queue"');
  });

  test("further signals, such as the launcher's after the terminal's, do not cut the drain short", async () => {
    const { child, exited } = await start(ordered);
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGTERM");
    const { code, output } = await exited;
    expect(code).toBe(0);
    expect(output.match(/close \w+/g)).toEqual(["close server", "close database"]);
  });

  test.each([
    ["rejection", "void Promise.reject(new Error('forgotten'));"],
    ["exception", "setTimeout(() => { throw new Error('forgotten'); }, 1);"],
  ])("%s: an error that nobody handled is logged and exits with 1", async (_kind, rest) => {
    const { exited } = await start(ordered, rest);
    const { code, output } = await exited;
    expect(code).toBe(1);
    expect(output).toContain('"level":"fatal"');
    expect(output).toContain("forgotten");
  });
});
