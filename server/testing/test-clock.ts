import type { Clock } from "../platform/clock.ts";

/** A clock that stands still until it is told otherwise; SQL functions decide by it too. */
export class TestClock implements Clock {
  #nowMs: number;
  #monotonicMs = 0;

  constructor(start: Date | string = "2030-01-01T00:00:00.000Z") {
    this.#nowMs = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  forDatabase(): Date {
    return this.now();
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Lets `ms` milliseconds pass. */
  advance(ms: number): void {
    if (ms < 0) throw new RangeError("Time passes forwards only; use turnTo to set the clock back.");
    this.#nowMs += ms;
    this.#monotonicMs += ms;
  }

  /** Sets the wall clock, as an operator or an attacker would: the monotonic clock does not notice. */
  turnTo(time: Date | string): void {
    this.#nowMs = new Date(time).getTime();
  }
}
