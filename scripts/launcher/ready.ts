import { setTimeout as sleep } from "node:timers/promises";
import { LaunchFailure } from "./failure.ts";

/** A machine that has other things to do takes minutes to compile the first page; one that waits in vain is told by its log sooner. */
const TIMEOUT_MS = { dev: 600_000, built: 180_000 };

/** Waits until `url` answers anything at all; throws a LaunchFailure naming the process when it does not. */
export async function untilAnswering(
  name: string,
  url: string,
  { logs, signal, dev }: { readonly logs: string; readonly signal: AbortSignal; readonly dev: boolean },
): Promise<void> {
  const timeoutMs = dev ? TIMEOUT_MS.dev : TIMEOUT_MS.built;
  const deadlineMs = performance.now() + timeoutMs;
  while (performance.now() < deadlineMs) {
    signal.throwIfAborted();
    try {
      await fetch(url, {
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
      });
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new LaunchFailure(
    `The ${name} did not start within ${timeoutMs / 1000} seconds; see ${logs}/${name}.log.`,
  );
}
