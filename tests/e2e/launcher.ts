import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../prisma/embedded/cluster.ts";

const START_TIMEOUT_MS = 300_000;
const ROOT = join(import.meta.dirname, "../..");

/** An installation of Signet on free ports and with data of its own, run as a user would: by scripts/start.mjs. */
export class Installation {
  readonly home: string;
  readonly port: number;
  readonly licenseServerPort: number;

  private constructor(home: string, port: number, licenseServerPort: number) {
    this.home = home;
    this.port = port;
    this.licenseServerPort = licenseServerPort;
  }

  static async create(): Promise<Installation> {
    const home = mkdtempSync(join(tmpdir(), "signet-e2e-"));
    // PostgreSQL's own user passes through here when root starts it.
    chmodSync(home, 0o711);
    return new Installation(home, await freePort(), await freePort());
  }

  get portalUrl(): string {
    return `http://localhost:${this.port}`;
  }

  get licenseServerUrl(): string {
    return `http://localhost:${this.licenseServerPort}`;
  }

  /** Starts a launcher, without waiting for anything. */
  spawn(argv: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Launcher {
    const ports = { PORT: String(this.port), LICENSE_SERVER_PORT: String(this.licenseServerPort) };
    return new Launcher(argv, { SIGNET_HOME: this.home, ...ports, ...env });
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A running scripts/start.mjs and what it has printed. */
export class Launcher {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  output = "";

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>) {
    // Only what a fresh shell has: a developer's own settings must not lead the tests to a real database. What is compiled is kept.
    const { PATH, HOME, LANG, NODE_COMPILE_CACHE } = process.env;
    this.process = spawn("node", [join(ROOT, "scripts/start.mjs"), ...argv], {
      cwd: ROOT,
      env: { PATH, HOME, LANG, NODE_COMPILE_CACHE, NODE_ENV: "production", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.output += chunk;
      });
    }
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
  }

  /** Waits until it has printed `text`; throws with all it printed when it ends or takes too long. */
  async untilPrinted(text: string, timeoutMs = START_TIMEOUT_MS): Promise<void> {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
    }, timeoutMs);
    void this.ended.then(() => {
      over = true;
    });
    while (!this.output.includes(text)) {
      if (over) throw new Error(`It never printed ${JSON.stringify(text)}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    clearTimeout(timer);
  }

  /** Ends it as `kill` would; resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.process.kill("SIGTERM");
    return this.ended;
  }
}

/** The process ids whose environment names `home` as theirs: the launcher, its processes, and what these started. */
export function processesOf(home: string, pids: readonly string[]): number[] {
  return pids
    .filter((pid) => {
      try {
        const mentions = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").includes(home);
        return mentions("environ") || mentions("cmdline");
      } catch {
        return false;
      }
    })
    .map(Number);
}
