import { type ActivationStatus, reasonOf } from "./activation-status.ts";
import { type ActivationEvents, watchActivation } from "./activation-watch.ts";
import type { Balance } from "./balances.ts";
import { guarded, type SignetError } from "./errors.ts";
import { keepFresh } from "./keep-fresh.ts";
import type { OfflineUse } from "./offline-use.ts";
import type { Online } from "./online.ts";
import type { Seat } from "./seat.ts";
import type { CheckoutOptions } from "./seats.ts";
import type { Session } from "./session.ts";
import type { Ticket } from "./ticket.ts";
import type { TicketOptions } from "./tickets.ts";
import type { Usage } from "./usage.ts";
import type { VerifiedActivation } from "./verified-activation.ts";
import type { Features } from "./wire.ts";

const DAY_SECONDS = 86_400;

/** The license behind an activation, as its certificate describes it. */
export interface LicenseSummary {
  readonly id: string;
  readonly policy: { readonly code: string; readonly version: number };
  readonly validFrom: Date | undefined;
  /** Undefined for a perpetual license. */
  readonly validUntil: Date | undefined;
  /** Undefined when unlimited. */
  readonly activationsMax: number | undefined;
  readonly seats: number;
}

/** This device's right to use the product: what it holds was verified down from the root key. */
export class Activation {
  readonly #session: Session;
  readonly #online: Online;

  /** Made by `signet.activate()` and `signet.current()`. */
  constructor(session: Session, verified: VerifiedActivation) {
    this.#session = session;
    this.#online = session.online(verified);
  }

  /** `act_…` */
  get id(): string {
    return this.#verified.claims.sub;
  }

  /** Undefined where the activation was typed in as a code, which has no room for it; so is `customer`. */
  get license(): LicenseSummary | undefined {
    const { license } = this.#verified;
    if (license === undefined) return undefined;
    const { sub, policy, validFrom, validUntil, activationsMax, seats } = license;
    return {
      id: sub,
      policy,
      validFrom: dateOf(validFrom),
      validUntil: dateOf(validUntil),
      activationsMax: activationsMax ?? undefined,
      seats,
    };
  }

  get customer(): { readonly id: string; readonly name: string } | undefined {
    return this.#verified.license?.customer;
  }

  /** Every granted feature by its code, whatever the status; {@link has}, {@link limit} and {@link value} heed it. */
  get features(): Features {
    return this.#verified.claims.features;
  }

  /** When this activation ends unless it is refreshed before. */
  get expiresAt(): Date {
    return new Date(this.#verified.claims.exp * 1000);
  }

  /** When the license's grace ends; undefined while it has not expired. */
  get graceUntil(): Date | undefined {
    const { claims, license } = this.#verified;
    if (claims.grace !== undefined) return dateOf(claims.grace.until);
    const { validUntil, graceDays } = license ?? {};
    if (typeof validUntil !== "number" || this.#session.now() < validUntil * 1000) return undefined;
    // It has expired since the token was signed, whose end is never past the grace.
    return dateOf(validUntil + (graceDays ?? 0) * DAY_SECONDS);
  }

  /** When a fresh security snapshot must have come, online or by file; undefined: the license sets no such time. */
  get snapshotUntil(): Date | undefined {
    return dateOf(this.#verified.snapshotUntil);
  }

  get status(): ActivationStatus {
    if (this.#online.link.isOver || this.offline.isGivenUp) return "refused";
    const now = this.#session.now();
    if (now >= this.expiresAt.getTime()) return "expired";
    if (this.snapshotUntil !== undefined && now >= this.snapshotUntil.getTime()) return "stale";
    if (this.graceUntil === undefined) return "active";
    return now < this.graceUntil.getTime() ? "grace" : "expired";
  }

  /** A sentence for the person at the screen about why it is not simply `active`; undefined while it is. */
  get reason(): string | undefined {
    return reasonOf(this);
  }

  /** The signed refusal that ended it, while the status is `refused`; undefined where this program gave it up. */
  get refusal(): SignetError | undefined {
    return this.#online.link.refusal;
  }

  /** Whether a feature may be used now: a flag that is on, a limit above 0, or a value that is not empty. */
  has(code: string): boolean {
    return Boolean(this.#granted(code));
  }

  /** A feature's limit; undefined when it is not granted now, or is no limit. */
  limit(code: string): number | undefined {
    const granted = this.#granted(code);
    return typeof granted === "number" ? granted : undefined;
  }

  /** A feature's text; undefined when it is not granted now, or is no text. */
  value(code: string): string | undefined {
    const granted = this.#granted(code);
    return typeof granted === "string" ? granted : undefined;
  }

  /**
   * Gets a fresh token with the license's present features. Do it at start and then once a day or so; when it fails for want of
   * a network, what is held goes on until `expiresAt`.
   *
   * Where the vendor has disowned the key that signed the held token, the device is activated again with the license key that this
   * process activated it with: the same activation, and no second slot.
   *
   * @throws SignetError; after a signed refusal the status is `refused` until a later refresh succeeds; after `unauthorized` the token
   * is too old to prove anything, and after `token_invalid` with the reason `key_revoked` its key was disowned and the license key is
   * not at hand, since none is kept on disk: activate again with the license key. `not_activated`: the device had lost its slot besides.
   */
  refresh({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return guarded(() => this.#online.link.refresh(signal));
  }

  /**
   * Refreshes now, and then about daily, sooner where a token does not live that long; after a failure again within the hour. It never
   * throws: what comes of it is told by {@link on}. Its timers do not keep a process alive. Ended and begun again in one process, it goes on
   * as it would have.
   *
   * @returns ends it.
   *
   * @example
   * activation.on("changed", () => showLicense(activation));
   * activation.keepFresh();
   */
  keepFresh(): () => void {
    return keepFresh(this.#online.link);
  }

  /**
   * Listens: `changed` is told when it was refreshed or refused, by whatever part of this program, when it was given up, and when its
   * time has come: that of its token, of the license's grace, or of the security snapshot.
   *
   * @returns takes the listener away again.
   *
   * @example
   * activation.on("changed", ({ status }) => status === "active" || showNotice(activation.reason));
   */
  on<Name extends keyof ActivationEvents>(
    name: Name,
    listener: (event: ActivationEvents[Name]) => unknown,
  ): () => void {
    return watchActivation(this, this.#online.link, name, listener);
  }

  /**
   * Gives back the seats that this device has borrowed, then its slot, and forgets the activation here. Doing it twice is a success.
   * That the slot came back is not signed: it is this device that gives up.
   *
   * @throws SignetError; unless it succeeds, nothing is forgotten.
   */
  deactivate({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return guarded(async () => {
      await this.#online.seats.returnBorrowed(signal);
      await this.#session.deactivate(this.#verified, signal);
      this.#online.link.end();
    });
  }

  /**
   * Takes a floating seat for a holder. It keeps itself by heartbeats until it is released or lost; the same holder checking out again
   * on this device, also after a crash, gets its own seat back. Without a network a seat borrowed before is found on the machine.
   *
   * @throws SignetError e.g. `no_seats_available` (`retryable`: wait for one), `feature_not_entitled`, `borrow_not_allowed`,
   * `borrow_too_long`, `borrow_limit_reached`, `license_suspended`, `network_error`.
   *
   * @example
   * await using seat = await activation.checkout({ holder: user.email });
   * seat.on("lost", ({ message }) => saveAndClose(message));
   */
  checkout(options: CheckoutOptions): Promise<Seat> {
    return guarded(() => this.#online.seats.checkout(options));
  }

  /**
   * The seats this device has borrowed and not yet given back, verified without the network, also after a restart.
   *
   * @throws SignetError `clock_turned_back`, `storage_failed`.
   */
  seats(): Promise<readonly Seat[]> {
    return guarded(() => this.#online.seats.borrowed());
  }

  /**
   * Reserves credits, to be spent here and settled: what is not spent goes back. A call that fails reserves nothing for good.
   *
   * @param meter a meter's code.
   * @param amount whole number from 1 on, in the meter's unit.
   * @throws SignetError e.g. `insufficient_credits`, `meter_not_entitled`, `ticket_amount_exceeded`, `license_suspended`,
   * `idempotency_conflict` (the `id` is another ticket's), `network_error`, `storage_failed`.
   *
   * @example
   * const ticket = await activation.ticket("render-minutes", 30);
   * await ticket.spend(4);
   * await ticket.settle();
   */
  ticket(meter: string, amount: number, options: TicketOptions = {}): Promise<Ticket> {
    return guarded(() => this.#online.credits.ticket(meter, amount, options));
  }

  /** What was used and is charged as it comes: recorded on this machine's disk, sent in the background, charged once. */
  get usage(): Usage {
    return this.#online.credits.usage;
  }

  /**
   * What is left of each meter of the license, by the meter's code. It is not signed: show it; what may be used is decided by
   * {@link ticket} and {@link usage}.
   *
   * @throws SignetError e.g. `network_error`, `license_suspended`.
   */
  balances({ signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly Balance[]> {
    return guarded(() => this.#online.credits.balances(signal));
  }

  /** What is done without a network: tickets that were taken along, the usage journal, giving the activation up. */
  get offline(): OfflineUse {
    return this.#online.offline;
  }

  get #verified(): VerifiedActivation {
    return this.#online.link.held;
  }

  #granted(code: string) {
    const usable = this.status === "active" || this.status === "grace";
    return usable && Object.hasOwn(this.features, code) ? this.features[code] : undefined;
  }
}

function dateOf(seconds: number | null | undefined): Date | undefined {
  return seconds === null || seconds === undefined ? undefined : new Date(seconds * 1000);
}
