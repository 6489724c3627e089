import { spawn } from "node:child_process";
import { LaunchFailure } from "./failure.ts";
import { killGroup } from "./group.ts";
import { ROOT } from "./home.ts";

/**
 * Runs a program of ours to its end and returns what it printed. On failure throws a LaunchFailure that ends with the
 * last lines it wrote; `signal` ends it, with all it started.
 */
export function run(
  what: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  { command = process.execPath, cwd = ROOT } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, argv, {
      cwd,
      // Windows runs npm, a script, by its shell only.
      shell: process.platform === "win32" && command === "npm",
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kill = () => killGroup(child, "SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    process.once("exit", kill);
    let output = "";
    let everything = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      everything += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      everything += chunk;
    });
    child.once("error", (cause) =>
      reject(new LaunchFailure(`${what} could not be run: ${cause.message}.`, { cause })),
    );
    child.once("close", (code) => {
      signal.removeEventListener("abort", kill);
      process.removeListener("exit", kill);
      const lastLines = everything.trimEnd().split("\n").slice(-40).join("\n");
      if (code === 0) resolve(output);
      else reject(signal.aborted ? signal.reason : new LaunchFailure(`${what} failed:\n${lastLines}`));
    });
  });
}
