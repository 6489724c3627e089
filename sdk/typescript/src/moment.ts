import type { Clock } from "./clock.ts";

/** A moment on both clocks: the wall's, which an operator may set, and the process's own, which stands still while the machine sleeps. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly wall: number;
  readonly monotonic: number;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic?.() ?? 0 };
}

/** Milliseconds since then by whichever clock says more: neither sleep nor a clock turned back makes time stand still. */
export function elapsedMs(since: Moment, clock: Clock): number {
  const now = momentOf(clock);
  return Math.max(0, now.wall - since.wall, now.monotonic - since.monotonic);
}
