import type { Clock } from "../src/clock.ts";

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** The wall and the process's own clock, and every timer of the library: time passes only when told. */
export class TestTime implements Clock {
  #wall = 0;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  /** Milliseconds since 1970. */
  begin(wall: number): void {
    this.#wall = wall;
    this.#timers.clear();
  }

  now = () => this.#wall;
  monotonic = () => this.#monotonic;

  /** Takes the place of the library's own. */
  later = (milliseconds: number, work: () => void): (() => void) => {
    const timer = { at: this.#monotonic + Math.max(0, milliseconds), work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, in milliseconds from now. */
  get untilNext(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at)) - this.#monotonic;
  }

  /** Lets time pass on both clocks, and fires what falls due. */
  pass(milliseconds: number): void {
    this.#wall += milliseconds;
    this.#monotonic += milliseconds;
    this.fire();
  }

  /** The machine sleeps: its own clock stands still, and so do its timers. */
  sleep(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  fire(): void {
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#monotonic || !this.#timers.delete(timer)) continue;
      timer.work();
    }
  }
}

export const time = new TestTime();
