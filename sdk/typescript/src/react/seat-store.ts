import type { Activation } from "../activation.ts";
import { isSignetError, type SignetFailure } from "../errors.ts";
import type { Seat } from "../seat.ts";
import type { SeatLost } from "../seat-lost.ts";
import type { CheckoutOptions } from "../seats.ts";
import { backoffMs, later } from "../timer.ts";

/** Whose seat. One that shall outlast a component is borrowed, by `activation.checkout`. */
export type SeatWanted = Pick<CheckoutOptions, "holder" | "group">;

export interface SeatRetry {
  /** Asks now, where no seat is held: after `lost` and `denied`, or rather than wait. */
  readonly retry: () => void;
}

/** No seat yet: it is being asked for, and again by itself where `reason` says why there is none. */
export interface SeatWaiting {
  readonly status: "waiting";
  readonly seat: undefined;
  /** A sentence for the person at the screen, e.g. that all seats are in use. */
  readonly reason: string | undefined;
  readonly error: SignetFailure | undefined;
}

export interface SeatHeld {
  readonly status: "holding";
  readonly seat: Seat;
  readonly reason: undefined;
}

/** It was held and is no more: save what there is. It is not asked for again by itself. */
export interface SeatLostHere {
  readonly status: "lost";
  readonly seat: undefined;
  /** A sentence for the person at the screen. */
  readonly reason: string;
  readonly lost: SeatLost;
}

/** Waiting would not help. */
export interface SeatDenied {
  readonly status: "denied";
  readonly seat: undefined;
  /** A sentence for the person at the screen. */
  readonly reason: string;
  readonly error: SignetFailure;
}

/** What {@link useSeat} returns, told apart by `status`. */
export type SeatState = (SeatWaiting | SeatHeld | SeatLostHere | SeatDenied) & SeatRetry;

export const NO_SEAT: SeatWaiting & SeatRetry = {
  status: "waiting",
  seat: undefined,
  reason: undefined,
  error: undefined,
  retry: () => undefined,
};

const BACKOFF_MS = 2_000;
const BACKOFF_MS_MAX = 30_000;

/** Those in use by components, by activation and holder: an activation got twice is one device, and its holder has one seat. */
const inUse = new Map<string, SharedSeat>();

function keyOf({ id }: Activation, { holder, group }: SeatWanted): string {
  return JSON.stringify([id, holder, group]);
}

export function seatState(activation: Activation, wanted: SeatWanted): SeatState {
  return inUse.get(keyOf(activation, wanted))?.state ?? NO_SEAT;
}

/** Holds the seat for one more component. @returns lets go of it. */
export function watchSeat(activation: Activation, wanted: SeatWanted, listener: () => void): () => void {
  const key = keyOf(activation, wanted);
  const seat =
    inUse.get(key) ??
    new SharedSeat(activation, wanted, (unused) => {
      if (inUse.get(key) === unused) inUse.delete(key);
    });
  inUse.set(key, seat);
  return seat.watch(listener);
}

/** The seat of one holder, shared by the components that want it, and given back after the last of them. */
class SharedSeat {
  readonly #activation: Activation;
  readonly #wanted: SeatWanted;
  readonly #unused: (seat: SharedSeat) => void;
  readonly #listeners = new Set<() => void>();
  #state: SeatState;
  #seat: Seat | undefined;
  #stopListening = () => {};
  #isBusy = false;
  /** Not between a failure and the next try, and not after `lost` and `denied`. */
  #mayAsk = true;
  #failures = 0;
  #cancelAsking = () => {};

  constructor(activation: Activation, wanted: SeatWanted, unused: (seat: SharedSeat) => void) {
    this.#activation = activation;
    this.#wanted = wanted;
    this.#unused = unused;
    this.#state = this.#waiting();
  }

  get state(): SeatState {
    return this.#state;
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    void this.#settle();
    return () => {
      this.#listeners.delete(listener);
      // Not at once: StrictMode, or a move within the page, mounts the component again right away.
      if (this.#listeners.size === 0) later(0, () => void this.#settle());
    };
  }

  readonly #retry = (): void => {
    if (this.#isBusy || this.#seat !== undefined || this.#listeners.size === 0) return;
    this.#show(this.#waiting());
    this.#askNow();
  };

  /** Brings what is held to what is wanted, one request at a time; never rejects. */
  async #settle(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (;;) {
      const isWanted = this.#listeners.size > 0;
      if (isWanted && this.#seat === undefined && this.#mayAsk) await this.#ask();
      else if (!isWanted && this.#seat !== undefined) await this.#giveBack(this.#seat);
      else break;
    }
    this.#isBusy = false;
    if (this.#listeners.size > 0) return;
    this.#cancelAsking();
    this.#unused(this);
  }

  /** It is let finish whatever becomes of the component: a checkout that was cut off may have been granted. */
  async #ask(): Promise<void> {
    this.#mayAsk = false;
    try {
      this.#hold(await this.#activation.checkout(this.#wanted));
    } catch (error) {
      if (isSignetError(error)) this.#fail(error);
    }
  }

  #hold(seat: Seat): void {
    this.#failures = 0;
    this.#seat = seat;
    this.#stopListening = seat.on("lost", (lost) => {
      this.#seat = undefined;
      const { message: reason } = lost;
      this.#show({ status: "lost", seat: undefined, reason, lost, retry: this.#retry });
    });
    this.#show({ status: "holding", seat, reason: undefined, retry: this.#retry });
  }

  #fail(error: SignetFailure): void {
    const { message: reason, retryable, retryAfterSeconds = 0 } = error;
    if (!retryable) {
      this.#show({ status: "denied", seat: undefined, reason, error, retry: this.#retry });
      return;
    }
    this.#failures += 1;
    const pauseMs = Math.max(retryAfterSeconds * 1000, backoffMs(this.#failures, BACKOFF_MS, BACKOFF_MS_MAX));
    this.#cancelAsking = later(pauseMs, () => this.#askNow());
    this.#show({ ...this.#waiting(), reason, error });
  }

  #askNow(): void {
    this.#cancelAsking();
    this.#mayAsk = true;
    void this.#settle();
  }

  async #giveBack(seat: Seat): Promise<void> {
    this.#stopListening();
    this.#seat = undefined;
    this.#mayAsk = true;
    this.#show(this.#waiting());
    // One that cannot be given back comes back by itself; one borrowed before is used offline, and stays with the device.
    if (!seat.borrowed) await seat.release().catch(() => undefined);
  }

  #waiting(): SeatWaiting & SeatRetry {
    return { ...NO_SEAT, retry: this.#retry };
  }

  #show(state: SeatState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
