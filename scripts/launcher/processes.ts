import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { killGroup } from "./group.ts";
import { type Home, ROOT } from "./home.ts";
import { colour, printLine } from "./progress.ts";

const STOP_TIMEOUT_MS = 15_000;
const LOG_SIZE_MAX = 20 * 1024 * 1024;
const RESTART_DELAY_MS = { first: 500, longest: 30_000 };
/** One that ran this long was well: its next death is a new story, restarted at once. */
const WELL_AFTER_MS = 60_000;

export interface ProcessSpec {
  readonly name: string;
  /** Arguments for Node. */
  readonly argv: readonly string[];
  readonly colour: number;
}

/** One of Signet's processes: runs until stopped, and is started again whenever it dies. */
export class Supervised {
  readonly #spec: ProcessSpec;
  readonly #env: NodeJS.ProcessEnv;
  readonly #log: NodeJS.WritableStream;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #delayMs = RESTART_DELAY_MS.first;
  #stopping = false;

  constructor(spec: ProcessSpec, home: Home, env: NodeJS.ProcessEnv) {
    this.#spec = spec;
    this.#env = env;
    const path = join(home.logs, `${spec.name}.log`);
    if (existsSync(path) && statSync(path).size > LOG_SIZE_MAX) renameSync(path, `${path}.1`);
    this.#log = createWriteStream(path, { flags: "a", mode: 0o600 });
  }

  get name(): string {
    return this.#spec.name;
  }

  start(): void {
    const startedMs = performance.now();
    // A process group of its own: Ctrl-C in the terminal reaches the launcher alone, which ends them in order, and
    // whatever a process started can be ended with it. The channel tells a process when the launcher is gone.
    const child = spawn(process.execPath, this.#spec.argv, {
      cwd: ROOT,
      env: this.#env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#write(line));
    }
    child.once("error", (error) => this.#write(`could not be run: ${error.message}`));
    child.once("exit", (code, signal) => {
      killGroup(child, "SIGKILL");
      if (this.#stopping) return;
      if (performance.now() - startedMs > WELL_AFTER_MS) this.#delayMs = RESTART_DELAY_MS.first;
      this.note(`died (${signal ?? `exit code ${code}`}); starting it again in ${this.#delayMs / 1000} s`);
      this.#restart = setTimeout(() => this.start(), this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, RESTART_DELAY_MS.longest);
    });
  }

  /** Asks it to finish what it is doing, and ends it should that take longer than 15 seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      const late = setTimeout(() => this.kill(), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(late);
    }
    this.#log.end();
  }

  /** Ends it and all it started at once. */
  kill(): void {
    if (this.#child !== undefined) killGroup(this.#child, "SIGKILL");
  }

  /** A line of the launcher's own about this process. */
  note(line: string): void {
    this.#write(`${new Date().toISOString()} ${line}`);
  }

  #write(line: string): void {
    printLine(`${colour(this.#spec.colour, this.#spec.name.padEnd(14))} ${line}`);
    this.#log.write(`${line}\n`);
  }
}
