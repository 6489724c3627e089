// Kept in the published types: an application compiled for ES2022 does not know Symbol.asyncDispose by itself.
/// <reference lib="esnext.disposable" preserve="true" />
import { assertGivenBack, unbelievable } from "./credit-line.ts";
import { Emitter } from "./emitter.ts";
import { randomText } from "./encoding.ts";
import { guarded, isSignetError, SignetError } from "./errors.ts";
import type { Link } from "./link.ts";
import { elapsedMs, type Moment, momentOf } from "./moment.ts";
import { type SeatLost, seatLost } from "./seat-lost.ts";
import { SharedWork } from "./shared-work.ts";
import { backoffMs, jitter, later } from "./timer.ts";
import { untilAborted } from "./until-aborted.ts";
import type { HeartbeatRequest, LeaseClaims, ReleaseRequest } from "./wire.ts";

/** `held` until it is `lost` (see {@link SeatLost}) or was `released` by this program. */
export type SeatStatus = "held" | "lost" | "released";

export interface SeatEvents {
  lost: SeatLost;
  renewed: { readonly expiresAt: Date };
}

/** A verified lease, and when it was asked for: its time runs from then at the latest. */
export interface HeldLease {
  readonly claims: LeaseClaims;
  readonly asked: Moment;
}

/** However far off the next heartbeat is, the clocks are looked at this often: a machine that slept shall know soon. */
const LOOK_MS = 10_000;
const BACKOFF_MS = 1_000;
const BACKOFF_MS_MAX = 30_000;
const ATTEMPT_MS_MIN = 250;

/**
 * A floating seat, held for one holder on this device. It keeps itself by heartbeats, through a failing network and a server that
 * restarts, until it is released or lost. Its timers do not keep a process alive.
 *
 * @example
 * const seat = await activation.checkout({ holder: user.email });
 * seat.on("lost", ({ message }) => saveAndClose(message));
 * await seat.release();
 */
export class Seat {
  readonly #link: Link;
  readonly #ended: (seat: Seat) => Promise<void>;
  readonly #events: Emitter<SeatEvents>;
  #lease: HeldLease;
  #status: SeatStatus = "held";
  /** Milliseconds after the lease was asked for. */
  #heartbeatAt = 0;
  #failures = 0;
  #heartbeat: AbortController | undefined;
  #releasing: SharedWork<void> | undefined;
  #returned = false;
  #cancelTimer = () => {};

  /** Made by `activation.checkout()` and `activation.seats()`. */
  constructor(link: Link, lease: HeldLease, ended: (seat: Seat) => Promise<void>) {
    this.#link = link;
    this.#lease = lease;
    this.#ended = ended;
    this.#events = new Emitter(link.configuration.debug);
    this.#begin();
  }

  /** `lea_…` */
  get id(): string {
    return this.#lease.claims.sub;
  }

  get holder(): string {
    return this.#lease.claims.holder;
  }

  /** The seat's number, from 1. */
  get slot(): number {
    return this.#lease.claims.slot;
  }

  /** Granted beyond the seats paid for: it works, and the vendor will see it. */
  get overage(): boolean {
    return this.#lease.claims.overage;
  }

  /** Taken for a fixed time, to be used without the server: it sends no heartbeats. */
  get borrowed(): boolean {
    return this.#lease.claims.borrowed;
  }

  /** When it is lost unless a heartbeat is answered before; for a borrowed seat, when it goes back. */
  get expiresAt(): Date {
    return new Date(this.#lease.claims.exp * 1000);
  }

  get status(): SeatStatus {
    if (this.#status === "held" && this.#remainingMs() <= 0) this.#expire();
    return this.#status;
  }

  /**
   * Listens: `lost` is told once, also to who listens only afterwards; `renewed` with each heartbeat that was granted.
   *
   * @returns takes the listener away again.
   */
  on<Name extends keyof SeatEvents>(name: Name, listener: (event: SeatEvents[Name]) => unknown): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Gives the seat back, so that somebody else can have it at once. Doing it twice is a success; a seat that was lost needs no release.
   * That it came back is not signed: it is this program that stops using it.
   *
   * @throws SignetError when the server cannot be told: a floating seat then comes back by itself at `expiresAt`, a borrowed one is
   * still borrowed; call it again.
   */
  release({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return guarded(async () => {
      while (this.#releasing?.isStopping) await untilAborted(this.#releasing.over, signal);
      this.#releasing ??= new SharedWork((stop) =>
        this.#release(stop).finally(() => {
          this.#releasing = undefined;
        }),
      );
      return this.#releasing.wait(signal);
    });
  }

  /** Releases a floating seat, and never throws. A borrowed seat stays borrowed: give it back with {@link release}. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.borrowed) return this.#stop();
    await this.release().catch((error: unknown) => this.#debug("seat_not_released", { error }));
  }

  /** For a device that has been given up: what it held is no longer its own. */
  giveUp(): void {
    if (this.#status !== "held") return;
    this.#status = "released";
    this.#stop();
    this.#events.clear();
    void this.#end();
  }

  /** Takes a newer token for the same lease. */
  renew(lease: HeldLease): void {
    if (this.#status !== "held") return;
    this.#lease = lease;
    this.#begin();
  }

  #begin(): void {
    const { iat, heartbeatDue } = this.#lease.claims;
    this.#failures = 0;
    // Before it is due, and spread: clients that began together shall not stay together.
    this.#heartbeatAt = (heartbeatDue - iat) * 1000 * jitter();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelTimer();
    const quiet = this.borrowed || this.#heartbeat !== undefined;
    const untilHeartbeat = quiet ? LOOK_MS : this.#heartbeatAt - this.#elapsedMs();
    this.#cancelTimer = later(Math.min(this.#remainingMs(), untilHeartbeat, LOOK_MS), () => this.#look());
  }

  #look(): void {
    if (this.status !== "held") return;
    const due = !this.borrowed && this.#heartbeat === undefined && this.#elapsedMs() >= this.#heartbeatAt;
    if (due) void this.#beat();
    this.#schedule();
  }

  /** Never rejects. */
  async #beat(): Promise<void> {
    const stop = new AbortController();
    this.#heartbeat = stop;
    try {
      const renewed = await this.#renewed(stop.signal);
      if (this.status !== "held") return;
      this.#lease = renewed;
      this.#begin();
      this.#debug("seat_renewed", { expiresAt: this.expiresAt });
      this.#events.emit("renewed", { expiresAt: this.expiresAt });
    } catch (error) {
      if (this.status !== "held") return;
      this.#afterFailure(error);
    } finally {
      this.#heartbeat = undefined;
      if (this.#status === "held") this.#schedule();
    }
  }

  async #renewed(signal: AbortSignal): Promise<HeldLease> {
    const { sub, fence, slot } = this.#lease.claims;
    const asked = momentOf(this.#link.configuration.clock);
    const nonce = randomText();
    const body: HeartbeatRequest = { fence, nonce };
    // A server that stalls must leave time for another try before the seat is lost.
    const timeoutMs = Math.min(
      this.#link.configuration.timeoutMs,
      Math.max(ATTEMPT_MS_MIN, this.#remainingMs() / 3),
    );
    const path = `/leases/${sub}/heartbeat`;
    const answer = await this.#link.send({
      path,
      body,
      nonce,
      subject: sub,
      signal,
      timeoutMs,
      retriesMax: 0,
    });
    const claims = await this.#link.believe("lease", answer.answer.token, answer, {
      subject: sub,
      nonce,
      signal,
    });
    if (claims.fence !== fence || claims.slot !== slot) throw unbelievable("it renews another claim");
    return { claims, asked };
  }

  #afterFailure(error: unknown): void {
    this.#debug("heartbeat_failed", { error });
    if (isSignetError(error) && error.signed) {
      this.#lose(error);
      return;
    }
    this.#failures += 1;
    const asked = isSignetError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const pauseMs = Math.max(asked, backoffMs(this.#failures, BACKOFF_MS, BACKOFF_MS_MAX));
    this.#heartbeatAt = this.#elapsedMs() + Math.min(pauseMs, this.#remainingMs() / 2);
  }

  #expire(): void {
    this.#lose(
      new SignetError("lease_expired", { detail: `It was good until ${this.expiresAt.toISOString()}.` }),
    );
  }

  #lose(error: SignetError): void {
    this.#status = "lost";
    const lost = seatLost(error);
    this.#debug("seat_lost", { reason: lost.reason, error });
    this.#stop();
    // Not within whatever call noticed it, which may be the listener's own.
    queueMicrotask(() => this.#events.conclude("lost", lost));
    void this.#end();
  }

  async #release(signal: AbortSignal): Promise<void> {
    if (this.#returned || this.status === "lost") return;
    if (!this.borrowed) {
      this.#status = "released";
      this.#stop();
      this.#events.clear();
    }
    const { sub, fence } = this.#lease.claims;
    const body: ReleaseRequest = { fence };
    try {
      const { answer } = await this.#link.send({
        path: `/leases/${sub}/release`,
        body,
        subject: sub,
        signal,
      });
      assertGivenBack(answer.lease, sub, "released");
    } catch (error) {
      if (!isSignetError(error) || !error.signed) throw error;
      // Fenced or unknown: there is nothing left to give back.
      this.#debug("seat_already_gone", { error });
    }
    this.#returned = true;
    this.#status = "released";
    this.#stop();
    this.#events.clear();
    await this.#ended(this);
  }

  /** Never rejects. */
  async #end(): Promise<void> {
    await this.#ended(this).catch((error: unknown) => this.#debug("seat_not_forgotten", { error }));
  }

  #stop(): void {
    this.#cancelTimer();
    this.#heartbeat?.abort();
  }

  #elapsedMs(): number {
    return elapsedMs(this.#lease.asked, this.#link.configuration.clock);
  }

  #remainingMs(): number {
    const { iat, exp } = this.#lease.claims;
    return (exp - iat) * 1000 - this.#elapsedMs();
  }

  #debug(event: string, facts: Readonly<Record<string, unknown>>): void {
    this.#link.configuration.debug(event, { lease: this.id, ...facts });
  }
}
