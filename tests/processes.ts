import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freePort } from "#prisma/embedded/cluster.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const READY_TIMEOUT_MS = 60_000;

export interface Running {
  readonly port: number;
  /** Ends it as an operator would, and waits. */
  stop(): Promise<void>;
  /** SIGKILL: it gets no chance to finish anything. */
  kill(): void;
}

/** One of the product's own processes, as the launcher starts it; `probe` is asked until it answers. */
export async function startProcess(
  script: string,
  portVariable: "PORT" | "LICENSE_SERVER_PORT",
  probe: string,
  environment: Readonly<Record<string, string>>,
): Promise<Running> {
  const port = await freePort();
  const child = run(script, [], { ...environment, [portVariable]: String(port) });
  child.stdout?.resume();
  const deadline = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answered = await fetch(`http://127.0.0.1:${port}${probe}`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (answered) return running(port, child);
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${script} did not start.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export function running(port: number, child: ChildProcess): Running {
  return { port, stop: () => stop(child), kill: () => child.kill("SIGKILL") };
}

export function run(
  script: string,
  flags: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn(process.execPath, [script, ...flags], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
