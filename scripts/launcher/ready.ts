import { setTimeout as sleep } from "node:timers/promises";
import { LaunchFailure } from "./failure.ts";

const TIMEOUT_MS = 90_000;

/** Waits until `url` answers anything at all; throws a LaunchFailure naming the process when it does not. */
export async function untilAnswering(
  name: string,
  url: string,
  logs: string,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadlineMs) {
    signal.throwIfAborted();
    try {
      await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new LaunchFailure(
    `The ${name} did not start within ${TIMEOUT_MS / 1000} seconds; see ${logs}/${name}.log.`,
  );
}
