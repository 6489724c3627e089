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

/** How much later the machine's clock must be for that to be written down again: it is looked at often. */
const SHOWN_STEP_SECONDS = 600;

/** A time that was seen, and when by the process's own clock. */
interface Mark {
  readonly seconds: number;
  readonly monotonic: number;
}

/**
 * Notices a clock turned back. The server's time, once seen in a signature, is past; so now cannot be before it, nor before
 * it plus the time this process has run since. Where no server tells the time for months, neither can now be before what
 * the machine's own clock has shown already: else an activation by file would last as long as somebody sets the clock back.
 */
export class ServerTime {
  readonly #clock: Clock;
  readonly #storage: StateStorage;
  #marks: { readonly signed: Mark; readonly shown: Mark } | undefined;

  constructor(clock: Clock, storage: StateStorage) {
    this.#clock = clock;
    this.#storage = storage;
  }

  /** Milliseconds since 1970, after a look at whether that can be. Throws SignetError `clock_turned_back`. */
  async now(): Promise<number> {
    return this.#notBefore((await this.#load()).signed);
  }

  /** The same, where no answer to a fresh nonce stands against what the clock has shown before. */
  async nowAlone(): Promise<number> {
    const { signed, shown } = await this.#load();
    this.#notBefore(signed);
    return this.#notBefore(shown);
  }

  /** Writes down what the clock shows, for {@link nowAlone} after a restart. */
  async show(): Promise<void> {
    const seconds = Math.floor((await this.nowAlone()) / 1000);
    const { signed, shown } = await this.#load();
    if (seconds < shown.seconds + SHOWN_STEP_SECONDS) return;
    this.#marks = { signed, shown: { seconds, monotonic: this.#monotonic() } };
    await this.#store();
  }

  /**
   * Remembers the time of a signature that was found good.
   *
   * @param isFresh it answers a nonce of this machine's: whatever later time the clock showed before, it showed wrongly.
   */
  async saw(seconds: number, isFresh: boolean): Promise<void> {
    const { signed, shown } = await this.#load();
    const monotonic = this.#monotonic();
    const isNewer = seconds > signed.seconds + (monotonic - signed.monotonic) / 1000;
    const forgets = isFresh && shown.seconds > 0;
    if (!isNewer && !forgets) return;
    this.#marks = {
      signed: isNewer ? { seconds, monotonic } : signed,
      shown: forgets ? { seconds: 0, monotonic } : shown,
    };
    await this.#store();
  }

  /** Throws SignetError `clock_turned_back` when the clock is before a mark and the time that has passed since. */
  #notBefore({ seconds, monotonic }: Mark): number {
    const now = this.#clock.now();
    const earliest = seconds * 1000 + (this.#monotonic() - monotonic);
    if (now < earliest - CLOCK_TOLERANCE_SECONDS * 1000) throw clockTurnedBack(now, earliest);
    return now;
  }

  async #store(): Promise<void> {
    const { signed, shown } = await this.#load();
    await writeDocument(this.#storage, SERVER_TIME, {
      seconds: signed.seconds,
      ...(shown.seconds === 0 ? {} : { shown: shown.seconds }),
    });
  }

  async #load() {
    if (this.#marks !== undefined) return this.#marks;
    const stored = await readDocument(this.#storage, SERVER_TIME);
    const monotonic = this.#monotonic();
    this.#marks ??= {
      signed: { seconds: stored?.seconds ?? 0, monotonic },
      shown: { seconds: stored?.shown ?? 0, monotonic },
    };
    return this.#marks;
  }

  #monotonic(): number {
    return this.#clock.monotonic?.() ?? 0;
  }
}

export function clockTurnedBack(now: number, earliest: number | undefined, cause?: unknown): SignetError {
  const says = `The clock says ${new Date(now).toISOString()}`;
  const known = earliest === undefined ? "later" : `${new Date(earliest).toISOString()} or later`;
  return new SignetError("clock_turned_back", { detail: `${says}; it is known to be ${known}.`, cause });
}
