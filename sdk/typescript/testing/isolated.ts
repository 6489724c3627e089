import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";

const NO_NETWORK = join(import.meta.dirname, "no-network.mjs");

/** Whether this process may make a network namespace, which has no way out at all. */
export const hasNamespaces = ((): boolean => {
  try {
    execFileSync("unshare", ["-n", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs a script of Node's as a process without a network: in a namespace of its own where that may be made, elsewhere with every way
 * out blocked, which ends it with code 99.
 *
 * @param killAfter kills it, as a loss of power would, once that many lines of errors were printed.
 */
export function runIsolated(
  script: string,
  args: readonly string[],
  { cwd, killAfter }: { readonly cwd?: string; readonly killAfter?: number } = {},
): Promise<Ran> {
  const node = hasNamespaces
    ? ["unshare", "-n", process.execPath, script]
    : [process.execPath, "--import", NO_NETWORK, script];
  const [program = "", ...rest] = node;
  const env = { ...process.env, NODE_OPTIONS: "", NODE_NO_WARNINGS: "1" };
  return new Promise((resolve) => {
    const child = execFile(program, [...rest, ...args], { cwd, env }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output, errors });
    });
    let lines = 0;
    child.stderr?.on("data", (data) => {
      lines += String(data).split("\n").length - 1;
      if (killAfter !== undefined && lines >= killAfter) child.kill("SIGKILL");
    });
  });
}
