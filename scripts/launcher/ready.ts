import { setTimeout as sleep } from "node:timers/promises";
import { LaunchFailure } from "./failure.ts";

/** A machine that has other things to do takes minutes to compile the first page; one that waits in vain is told by its log sooner. */
const TIMEOUT_MS = { dev: 600_000, built: 180_000 };

/** Waits until `url` answers well; throws a LaunchFailure naming the process, and how it answered last, when it does not. */
export async function untilAnswering(
  name: string,
  url: string,
  { logs, signal, dev }: { readonly logs: string; readonly signal: AbortSignal; readonly dev: boolean },
): Promise<void> {
  const timeoutMs = dev ? TIMEOUT_MS.dev : TIMEOUT_MS.built;
  const deadlineMs = performance.now() + timeoutMs;
  let answered = "nothing";
  while (performance.now() < deadlineMs) {
    signal.throwIfAborted();
    try {
      const answer = await fetch(url, {
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]),
      });
      await answer.body?.cancel();
      if (answer.status < 500) return;
      answered = String(answer.status);
    } catch {
      answered = "nothing";
    }
    await sleep(100);
  }
  throw new LaunchFailure(
    `The ${name} did not start within ${timeoutMs / 1000} seconds (it answered ${answered}); see ${logs}/${name}.log.`,
  );
}
