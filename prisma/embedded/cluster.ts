import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Binaries, findBinaries, reachableDirectory } from "./binaries.ts";

const OWNER = "signet";
const STOP_TIMEOUT_MS = 20_000;

export interface ClusterOptions {
  readonly dataDirectory: string;
  /** The owner's password, set when the cluster is made. */
  readonly password: string;
  /** TCP port; a free one when not given. */
  readonly port?: number;
  /** Off trades safety in a crash for speed: for tests, whose data nobody misses. */
  readonly durable: boolean;
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

export interface Cluster {
  readonly dataDirectory: string;
  readonly port: number;
  /** The connection URL of the owner, who is a superuser, to one database. */
  url(database: string): string;
  /** Resolves when the server has ended, however it came about. */
  readonly ended: Promise<void>;
  /** Ends every session at once and shuts down cleanly. */
  stop(): Promise<void>;
  /** Ends it without waiting, as a crash would; the data is repaired at the next start. */
  kill(): void;
}

/**
 * Starts a PostgreSQL of our own on the loopback interface, making its data directory when there is
 * none and taking over from a server that a killed launcher left behind. Throws one sentence when it does not start.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const binaries = findBinaries();
  const dataDirectory = reachableDirectory(options.dataDirectory, binaries.user);
  // Where the data had to go elsewhere, a link says where.
  if (dataDirectory !== resolve(options.dataDirectory) && !existsSync(options.dataDirectory)) {
    symlinkSync(dataDirectory, options.dataDirectory);
  }
  await stopStaleServer(dataDirectory);
  if (!existsSync(join(dataDirectory, "PG_VERSION"))) initialise(binaries, dataDirectory, options.password);
  const port = options.port ?? (await freePort());
  const server = spawnServer(binaries, dataDirectory, port, options);
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  await untilReady(server, options.log ?? (() => undefined));
  return {
    dataDirectory,
    port,
    url: (database) =>
      `postgresql://${OWNER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`,
    ended,
    stop: async () => {
      server.kill("SIGINT");
      const late = setTimeout(() => server.kill("SIGQUIT"), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(late);
    },
    kill: () => {
      server.kill("SIGQUIT");
    },
  };
}

function initialise(binaries: Binaries, dataDirectory: string, password: string): void {
  rmSync(dataDirectory, { recursive: true, force: true });
  mkdirSync(dirname(dataDirectory), { recursive: true });
  mkdirSync(dataDirectory, { mode: 0o700 });
  const passwordFile = join(dirname(dataDirectory), `.password-${process.pid}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (binaries.user !== undefined) {
    chownSync(dataDirectory, binaries.user.uid, binaries.user.gid);
    chownSync(passwordFile, binaries.user.uid, binaries.user.gid);
  }
  const locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  try {
    execFileSync(
      binaries.initdb,
      ["-D", dataDirectory, "-U", OWNER, "-A", "scram-sha-256", "--pwfile", passwordFile, ...locale],
      { ...binaries.user, cwd: dataDirectory, stdio: ["ignore", "ignore", "pipe"] },
    );
  } catch (cause) {
    rmSync(dataDirectory, { recursive: true, force: true });
    throw new Error(`The database could not be made in ${dataDirectory}: ${lastLine(cause)}`, { cause });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function spawnServer(
  binaries: Binaries,
  dataDirectory: string,
  port: number,
  options: ClusterOptions,
): ChildProcess {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // Its own process group: Ctrl-C in the terminal must reach it last, after those who still write to it.
  return spawn(binaries.postgres, ["-D", dataDirectory, "-p", String(port), ...flags], {
    ...binaries.user,
    cwd: dataDirectory,
    // Not ours: it holds secrets, and the server's own user can read it.
    env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
}

function untilReady(server: ChildProcess, log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const recent: string[] = [];
    server.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      for (const line of chunk.split("\n").filter((part) => part.trim() !== "")) {
        log(line);
        recent.push(line);
        recent.splice(0, recent.length - 5);
        if (line.includes("ready to accept connections")) resolve();
      }
    });
    server.once("error", (cause) =>
      reject(new Error("The embedded PostgreSQL could not be run.", { cause })),
    );
    server.once("close", () =>
      reject(new Error(`The embedded PostgreSQL did not start: ${recent.join(" ")}`)),
    );
  });
}

/** Stops the server that a killed process left running on this directory, if there is one. */
export async function stopStaleServer(dataDirectory: string): Promise<void> {
  const pidFile = join(dataDirectory, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isServerOf(pid, dataDirectory)) {
    rmSync(pidFile, { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  for (let waitedMs = 0; isServerOf(pid, dataDirectory); waitedMs += 50) {
    if (waitedMs > STOP_TIMEOUT_MS)
      throw new Error(`An earlier PostgreSQL (process ${pid}) does not stop; stop it.`);
    await sleep(50);
  }
}

/** A process id may since belong to someone else, so the command line must name our directory. */
function isServerOf(pid: number, dataDirectory: string): boolean {
  try {
    const command = existsSync("/proc/self/cmdline")
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
          stdio: ["ignore", "pipe", "ignore"],
        }).toString();
    return command.includes("postgres") && command.includes(dataDirectory);
  } catch {
    return false;
  }
}

/** A TCP port of the loopback interface that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null
          ? resolve(address.port)
          : reject(new Error("no free port")),
      );
    });
  });
}

function lastLine(error: unknown): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr ?? "").trim() : "";
  return (stderr || String(error)).split("\n").at(-1) ?? "";
}
