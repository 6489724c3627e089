/** Time, passed in: nothing outside `platform/` reads the machine's clock. */
export interface Clock {
  now(): Date;
  /** The time a SQL function should decide by; null lets the database use its own, so that many servers agree. */
  forDatabase(): Date | null;
  /** Milliseconds from an arbitrary start, never going back: for durations only. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  forDatabase: () => null,
  monotonicMs: () => performance.now(),
};
