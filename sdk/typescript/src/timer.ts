/** The longest that timers can wait everywhere. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Runs `work` in so many milliseconds unless cancelled; never keeps a process alive. @returns cancels it. */
export function later(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, Math.min(Math.max(0, Math.ceil(milliseconds)), TIMER_MS_MAX));
  if (typeof timer === "object") timer.unref();
  return () => clearTimeout(timer);
}

/** Resolves in so many milliseconds, or as soon as the signal says so; never keeps a process alive. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = later(milliseconds, done);
    signal?.addEventListener("abort", done);
  });
}

/** Stops what takes longer; never keeps a process alive. @returns lets it go on. */
export function stopIn(milliseconds: number, stop: AbortController): () => void {
  return later(milliseconds, () => stop.abort(new Error(`No answer within ${milliseconds} ms.`)));
}

/** Keeps the process alive for somebody who waits for what this library does. @returns lets go of it. */
export function holdOpen(): () => void {
  const timer = setInterval(() => undefined, TIMER_MS_MAX);
  return () => clearInterval(timer);
}

/** Between 0.5 and 1, so that many clients that failed together do not come back together. */
export function jitter(): number {
  const [random = 0] = crypto.getRandomValues(new Uint16Array(1));
  return 0.5 + random / 0x20000;
}

/** How long to wait after the `failures`-th failure in a row, from 1 on: twice as long each time, with jitter. */
export function backoffMs(failures: number, firstMs: number, maxMs: number): number {
  return jitter() * Math.min(firstMs * 2 ** (failures - 1), maxMs);
}
