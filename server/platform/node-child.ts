import { spawn } from "node:child_process";
import type { Logger } from "./log.ts";

/** A program of ours in a process of its own, which is spoken with by messages. */
export interface NodeChild {
  send(message: object): void;
  /** At once, and without a word: nothing it holds is given back. */
  kill(): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

/** Of the environment a child gets only how to trust a server; no secret of this process. */
const PASSED_ON = ["NODE_EXTRA_CA_CERTS", "SystemRoot"] as const;

/**
 * Starts a script with this very Node. The child must end itself when its channel closes: that is all it hears when this process dies.
 *
 * @param script its path; not taken from a bundle, where it would not be.
 */
export function startNodeChild(
  script: string,
  { onMessage, log }: { onMessage: (message: unknown) => void; log: Pick<Logger, "warn"> },
): NodeChild {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const child = spawn(process.execPath, [script], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // Next adds to the type of an environment what only Next sets.
    env: { ...Object.fromEntries(passedOn), NODE_ENV: "production" },
  });
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  child.on("message", onMessage);
  const gone = new Promise<void>((resolve) => {
    child.once("error", (err) => {
      log.warn({ err, script }, "a child process could not be started");
      resolve();
    });
    child.once("exit", (code) => {
      if (code !== 0 && code !== null) log.warn({ code, script, complaint }, "a child process failed");
      resolve();
    });
  });
  return {
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    kill() {
      child.kill("SIGKILL");
    },
    gone,
  };
}
