import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 10;
const LOOK_MS = 200;

/** Says whether this process is late: whether what is ready to run waits for its turn. */
export interface EventLoopWatch {
  isLate(): boolean;
  stop(): void;
}

/**
 * Late from when turns are delayed by more than `delayMsMax` on average, until they are by less than half of it: on the edge it
 * does not flutter.
 *
 * @param delayMsMax milliseconds; 0 never is late.
 */
export function watchEventLoop(delayMsMax: number): EventLoopWatch {
  if (delayMsMax === 0) return { isLate: () => false, stop: () => undefined };
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let late = false;
  const looking = setInterval(() => {
    const delayMs = meanDelayMs(delays);
    delays.reset();
    late = delayMs > (late ? delayMsMax / 2 : delayMsMax);
  }, LOOK_MS);
  looking.unref();
  return {
    isLate: () => late,
    stop() {
      clearInterval(looking);
      delays.disable();
    },
  };
}

/** Beyond the time between two of its own looks, which is no delay. */
function meanDelayMs({ mean }: { readonly mean: number }): number {
  return Number.isNaN(mean) ? 0 : mean / 1e6 - RESOLUTION_MS;
}
