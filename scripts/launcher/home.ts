import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { codeOf, LaunchFailure } from "./failure.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The directory of everything this installation keeps: data, secrets, logs. */
export interface Home {
  readonly directory: string;
  readonly postgres: string;
  readonly secrets: string;
  readonly demo: string;
  readonly logs: string;
}

/** Where everything is, whether or not it is there yet. */
export function homeAt(path: string | undefined): Home {
  const directory = resolve(path === undefined || path === "" ? join(ROOT, ".signet") : path);
  return {
    directory,
    postgres: join(directory, "postgres"),
    secrets: join(directory, "secrets.json"),
    demo: join(directory, "demo.json"),
    logs: join(directory, "logs"),
  };
}

/** Opens, or makes, the home directory, and takes it for this process alone until `release`. */
export function openHome(path: string | undefined): { home: Home; release(): void } {
  const home = homeAt(path);
  const { directory } = home;
  const pidFile = join(directory, "launcher.pid");
  try {
    mkdirSync(home.logs, { recursive: true, mode: 0o700 });
    // Others may pass through, not look: the embedded database's user, when root starts it, has its data here.
    chmodSync(directory, 0o711);
    refuseSecondLauncher(pidFile, directory);
    writeFileSync(pidFile, String(process.pid));
  } catch (error) {
    throw unusable(directory, error);
  }
  return { home, release: () => rmSync(pidFile, { force: true }) };
}

function unusable(directory: string, cause: unknown): unknown {
  const code = codeOf(cause);
  if (code === "ENOTDIR" || code === "EEXIST") {
    return new LaunchFailure(`${directory} is not a directory; set SIGNET_HOME to another path.`, { cause });
  }
  // Node says ENOENT where the place it would make a directory in is read-only.
  if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS" && code !== "ENOENT") return cause;
  return new LaunchFailure(
    `No permission to write to ${directory}; give this user the directory, or set SIGNET_HOME to another.`,
    { cause },
  );
}

function refuseSecondLauncher(pidFile: string, directory: string): void {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8"));
  if (pid === process.pid || !isLauncher(pid)) return;
  throw new LaunchFailure(
    `Signet is already running from ${directory} (process ${pid}); stop it first, or set SIGNET_HOME to another directory.`,
  );
}

function isLauncher(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  // After a crash the number may belong to someone else; where the system can tell, ask it.
  const commandLine = `/proc/${pid}/cmdline`;
  return (
    !existsSync(commandLine) ||
    /\b(start|seed-world|backup|restore|rotate-master-key)\.ts/.test(readFileSync(commandLine, "utf8"))
  );
}
