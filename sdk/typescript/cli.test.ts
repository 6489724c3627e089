import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AirGap } from "./testing/air-gap.ts";
import { CommandLine, MAIN, PROCESSES_TIMEOUT_MS, RUN_TIMEOUT_MS } from "./testing/command-line.ts";

let line: CommandLine;
beforeAll(async () => {
  line = await CommandLine.create();
});
afterAll(() => line?.end());

const signet = (...args: Parameters<CommandLine["run"]>) => line.run(...args);

interface Holding {
  readonly child: ChildProcess;
  /** The first line that the command wrote. */
  readonly first: string;
  /** The exit code, the signal, and all that came by stderr. */
  readonly ended: Promise<readonly [number | null, string | null, string]>;
  /** Until this has come by stderr. */
  readonly said: (words: string) => Promise<void>;
}

/** `signet checkout` around a shell script, which is ended with it whatever becomes of the test. */
async function whileHolding(
  state: string,
  [script, ...options]: readonly [string, ...string[]],
  use: (holding: Holding) => Promise<void>,
): Promise<void> {
  const args = [MAIN, "checkout", ...options, "--", "sh", "-c", script];
  // A group of its own, so that nothing which the command began outlives it.
  const child = spawn(process.execPath, args, {
    env: line.environment(state),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const end = () => void (child.pid !== undefined && endGroup(child.pid));
  // Whatever is waited for comes to an end by this, before the test's own time is over.
  const limit = setTimeout(end, RUN_TIMEOUT_MS);
  try {
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const said = async (words: string) => {
      while (!errors.includes(words)) await once(child.stderr, "data");
    };
    const ended = once(child, "close").then(([code, signal]) => [code, signal, errors] as const);
    const [first] = await once(child.stdout.setEncoding("utf8"), "data");
    await use({ child, first: String(first).trim(), ended, said });
  } finally {
    clearTimeout(limit);
    end();
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (error) {
    // Whatever was in it has ended.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

describe("signet", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("activates by a key from stdin, shows it without the network, and gives the slot back", async () => {
    await line.machine("desk", { features: { "export-4k": true } });
    const offline = { SIGNET_SERVER: "http://127.0.0.1:1" };
    const shown = await signet("desk", ["status", "--json"], "", offline);
    expect(JSON.parse(shown.output)).toMatchObject({
      command: "status",
      ok: true,
      exitCode: 0,
      result: { status: "active", features: { "export-4k": true } },
    });
    expect(await signet("desk", ["deactivate"])).toMatchObject({ code: 0, output: "Deactivated.\n" });
    const gone = await signet("desk", ["status"]);
    expect(gone).toMatchObject({ code: 79, output: "" });
    expect(gone.errors).toContain("Next: Run `signet activate` with a license key.");
  });

  test("says of each failure its code and what to do next", async () => {
    const failures: [number, string, readonly string[], string, Record<string, string>][] = [
      [64, "license_key_mistyped", ["activate", "RENDER-1"], "", {}],
      [64, "usage", ["nonsense"], "", {}],
      [64, "usage", ["status", "extra"], "", {}],
      [64, "usage", ["status", "--nonsense"], "", {}],
      [64, "usage", ["checkout", "--on-lost", "cry", "--", "true"], "", {}],
      [66, "license_key_missing", ["activate"], "", {}],
      [66, "file_unreadable", ["import", "nowhere.txt"], "", {}],
      [65, "file_invalid", ["import", "-"], "nothing", {}],
      [78, "configuration_missing", ["status"], "", { SIGNET_PRODUCT: "" }],
      [78, "configuration_invalid", ["status"], "", { SIGNET_ROOT_KEY: "short" }],
    ];
    for (const [code, name, args, input, env] of failures) {
      const ran = await signet("nobody", [...args.slice(0, 1), "--json", ...args.slice(1)], input, env);
      const said = JSON.parse(ran.output || ran.errors);
      expect([args, ran.code, said]).toMatchObject([
        args,
        code,
        { ok: false, exitCode: code, error: { code: name } },
      ]);
      expect(said.error.next).toMatch(/\w{4}/);
    }
  });

  test("takes settings from flags before the environment, and that before signet.json", async () => {
    const path = join(line.room, "settings.json");
    await writeFile(path, JSON.stringify({ product: "from-file", tenant: "x" }));
    const flags = ["--config", path, "--product", line.server.tenant.product];
    expect(await signet("nobody", ["status", ...flags])).toMatchObject({ code: 79 });
    await writeFile(path, JSON.stringify({ produkt: "typo" }));
    const { code, errors } = await signet("nobody", ["status", "--config", path]);
    expect([code, errors]).toEqual([78, expect.stringContaining('a field "produkt"')]);
    await writeFile(path, JSON.stringify({ product: 7 }));
    const wrong = await signet("nobody", ["status", "--config", path]);
    expect([wrong.code, wrong.errors]).toEqual([78, expect.stringContaining("not an object of texts")]);
  });

  test("carries a request out and its answer in", async () => {
    const gap = new AirGap(line.server);
    const license = await gap.license();
    const offline = { SIGNET_SERVER: "" };
    const { output } = await signet("cave", ["request"], license.licenseKey, offline);
    const response = await gap.answer(output);
    expect(await signet("cave", ["import", "-"], response, offline)).toMatchObject({ code: 0 });
    expect(await signet("cave", ["status"], "", offline)).toMatchObject({ code: 0 });
    const again = await signet("cave", ["import", "-"], response, offline);
    expect([again.code, again.errors]).toEqual([65, expect.stringContaining("file_already_imported")]);
    const given = await signet("cave", ["deactivate", "--offline"], "", offline);
    expect(given.output).toContain("DEACTIVATION RECEIPT");
    expect(await signet("cave", ["deactivate", "--offline"], "", offline)).toEqual(given);
  });

  test("completes its commands and options in bash", async () => {
    const { output } = await signet("nobody", ["completion", "bash"]);
    const script = join(line.room, "completion.bash");
    await writeFile(script, output);
    const complete = (...words: string[]) =>
      new Promise<string>((resolve, reject) => {
        const line = `source ${script}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _signet signet "\${!#}" "\${@: -2:1}"; echo "\${COMPREPLY[@]}"`;
        execFile("bash", ["-c", line, "bash", "signet", ...words], (error, out) =>
          error === null ? resolve(out.trim()) : reject(error),
        );
      });
    expect(await complete("che")).toBe("checkout");
    expect(await complete("checkout", "--on")).toBe("--on-lost");
    expect(await complete("checkout", "--on-lost", "k")).toBe("kill");
  });
});

describe("signet checkout", { timeout: PROCESSES_TIMEOUT_MS }, () => {
  test("holds a seat while a command runs, and ends with its code", async () => {
    const license = await line.machine("seat", { seats: 1 });
    const args = ["checkout", "--", "sh", "-c", 'echo "$SIGNET_SEAT"; exit 7'];
    const ran = await signet("seat", args);
    expect([ran.code, ran.output]).toEqual([7, expect.stringMatching(/^lea_\w+\n$/)]);
    expect(await line.liveLeases(license.id)).toBe(0);
    expect(await signet("seat", ["checkout", "--", "./missing"])).toMatchObject({ code: 127 });
    expect(await signet("seat", ["checkout", "--", line.room])).toMatchObject({ code: 126 });
    expect(await line.liveLeases(license.id)).toBe(0);
  });

  test("passes on what it is sent, and says by which signal the command ended", async () => {
    const license = await line.machine("signals", { seats: 1 });
    const trapping = 'trap "exit 9" USR1; echo ready; while :; do sleep 0.05; done';
    await whileHolding("signals", [trapping], async ({ child, ended }) => {
      expect(await line.liveLeases(license.id)).toBe(1);
      const full = await signet("signals", ["checkout", "--holder", "somebody else", "--", "true"]);
      expect([full.code, full.errors]).toEqual([75, expect.stringContaining("--wait")]);
      const waits = ["checkout", "--holder", "patient", "--wait", "30", "--", "echo", "mine now"];
      const waiting = signet("signals", waits);
      child.kill("SIGUSR1");
      const [first, second] = await Promise.all([ended, waiting]);
      expect(first).toEqual([9, null, ""]);
      expect(second).toMatchObject({ code: 0, output: "mine now\n" });
    });
    await whileHolding("signals", ["echo $$; while :; do sleep 0.05; done"], async ({ first, ended }) => {
      process.kill(Number(first), "SIGKILL");
      expect(await ended).toEqual([137, null, ""]);
    });
    expect(await line.liveLeases(license.id)).toBe(0);
  });

  test("tells that the seat was lost, ends the command where asked, and with --json says nothing beside it", async () => {
    const license = await line.machine("lost", { seats: 3, leaseTtlSeconds: 60, heartbeatSeconds: 5 });
    const lasting = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    const obedient = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    const deaf = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
    const kill = ["--on-lost", "kill"] as const;
    await whileHolding("lost", [lasting, "--holder", "lasting"], (warned) =>
      whileHolding("lost", [obedient, ...kill, "--holder", "ended", "--json"], (ended) =>
        whileHolding("lost", [deaf, ...kill, "--holder", "deaf", "--kill-after", "1"], async (forced) => {
          await line.server.suspend(license.id);
          const [code, , errors] = await ended.ended;
          expect([code, JSON.parse(errors)]).toMatchObject([
            80,
            { ok: false, exitCode: 80, result: { lost: { reason: "license_suspended" } } },
          ]);
          expect(await forced.ended).toEqual([80, null, expect.stringContaining("is being ended.")]);
          await warned.said("goes on without a seat");
          warned.child.kill("SIGTERM");
          expect((await warned.ended)[0]).toBe(5);
        }),
      ),
    );
  });
});

test("the table of exit codes in the README is the one the program has", async () => {
  const { output } = await signet("nobody", ["help"]);
  const readme = await readFile(join(import.meta.dirname, "README.md"), "utf8");
  const codes = [...output.matchAll(/^ {2}(\d+) +(.+)$/gm)].map(
    ([, code, meaning]) => `| ${code} | ${meaning} |`,
  );
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((row) => !readme.includes(row))).toEqual([]);
});
