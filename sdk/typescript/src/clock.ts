import { SignetError } from "./errors.ts";
import { readDocument, SERVER_TIME, writeDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";
import { CLOCK_TOLERANCE_SECONDS } from "./trust-bundle.ts";

/** Time, passed in. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back; where it is missing, time within the process is not watched. */
  monotonic?(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/**
 * Notices a clock turned back: the server's time, once seen in a signature, is past; so now cannot be before it, nor before
 * it plus the time this process has run since.
 */
export class ServerTime {
  readonly #clock: Clock;
  readonly #storage: StateStorage;
  #seen: { readonly seconds: number; readonly monotonic: number } | undefined;

  constructor(clock: Clock, storage: StateStorage) {
    this.#clock = clock;
    this.#storage = storage;
  }

  /** Milliseconds since 1970, after a look at whether that can be. Throws SignetError `clock_turned_back`. */
  async now(): Promise<number> {
    const now = this.#clock.now();
    const { seconds, monotonic } = await this.#load();
    const earliest = seconds * 1000 + (this.#monotonic() - monotonic);
    if (now < earliest - CLOCK_TOLERANCE_SECONDS * 1000) throw clockTurnedBack(now, earliest);
    return now;
  }

  /** Remembers the time of a signature that was found good. */
  async saw(seconds: number): Promise<void> {
    const seen = await this.#load();
    const elapsedSeconds = (this.#monotonic() - seen.monotonic) / 1000;
    if (seconds > seen.seconds + elapsedSeconds) this.#seen = { seconds, monotonic: this.#monotonic() };
    if (seconds > seen.seconds) await writeDocument(this.#storage, SERVER_TIME, { seconds });
  }

  async #load(): Promise<{ readonly seconds: number; readonly monotonic: number }> {
    if (this.#seen !== undefined) return this.#seen;
    const stored = await readDocument(this.#storage, SERVER_TIME);
    this.#seen ??= { seconds: stored?.seconds ?? 0, monotonic: this.#monotonic() };
    return this.#seen;
  }

  #monotonic(): number {
    return this.#clock.monotonic?.() ?? 0;
  }
}

export function clockTurnedBack(now: number, serverTime: number | undefined, cause?: unknown): SignetError {
  const says = `The clock says ${new Date(now).toISOString()}`;
  const signed = serverTime === undefined ? "later" : `at or after ${new Date(serverTime).toISOString()}`;
  return new SignetError("clock_turned_back", { detail: `${says}; the server has signed ${signed}.`, cause });
}
