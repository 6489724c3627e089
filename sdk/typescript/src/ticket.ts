// Kept in the published types: an application compiled for ES2022 does not know Symbol.asyncDispose by itself.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Clock } from "./clock.ts";
import { isAmount } from "./credit-arguments.ts";
import { guarded, invalidArgument, SignetError } from "./errors.ts";
import { elapsedMs, type Moment } from "./moment.ts";
import type { TicketReceipt, TicketRecord } from "./ticket-record.ts";
import type { TicketClaims } from "./wire.ts";

/** `open` until it is `settled`, `voided` or has `expired`; settled and voided as soon as that was asked for. */
export type TicketStatus = "open" | "settled" | "voided" | "expired";

/**
 * Credits reserved for a while. They are spent here, without the network, and charged by {@link settle}; what is not spent goes back.
 *
 * What was spent is on the machine's disk before {@link spend} resolves. If the program ends before it settles, the next one that
 * uses the same state settles it with what was spent, some two minutes later; past `expiresAt` nothing is charged any more.
 *
 * @example
 * await using ticket = await activation.ticket("render-minutes", 30);
 * await ticket.spend(4);
 * const { used, returned, balance } = await ticket.settle();
 */
export class Ticket {
  readonly #record: TicketRecord;
  readonly #claims: TicketClaims;
  readonly #clock: Clock;
  readonly #asked: Moment;
  #ended: "settled" | "voided" | undefined;

  /** Made by `activation.ticket()`. */
  constructor(
    record: TicketRecord,
    {
      claims,
      clock,
      asked,
    }: { readonly claims: TicketClaims; readonly clock: Clock; readonly asked: Moment },
  ) {
    this.#record = record;
    this.#claims = claims;
    this.#clock = clock;
    this.#asked = asked;
  }

  /** As it is in the ledger: made here, or given by the caller. */
  get id(): string {
    return this.#claims.sub;
  }

  get meter(): string {
    return this.#claims.meter;
  }

  /** What was reserved, in the meter's unit. */
  get amount(): number {
    return this.#claims.amount;
  }

  /** What was spent of it, in the meter's unit. */
  get spent(): number {
    return this.#record.stored.used;
  }

  /** What may still be spent, in the meter's unit; 0 once it is not open any more. */
  get remaining(): number {
    return this.status === "open" ? this.amount - this.spent : 0;
  }

  /** It must be settled before this: then the server gives all of it back. */
  get expiresAt(): Date {
    return new Date(this.#claims.exp * 1000);
  }

  get status(): TicketStatus {
    if (this.#ended !== undefined) return this.#ended;
    const { iat, exp } = this.#claims;
    return elapsedMs(this.#asked, this.#clock) < (exp - iat) * 1000 ? "open" : "expired";
  }

  /**
   * Spends some of it, here and without the network. Once this resolves it is on disk, whatever becomes of the program.
   *
   * @param amount whole number from 1 on, in the meter's unit.
   * @throws SignetError `ticket_amount_exceeded`, `ticket_expired`, `ticket_settled`, `ticket_voided`, `invalid_request`,
   * `storage_failed`; nothing is spent then.
   */
  spend(amount: number): Promise<void> {
    return guarded(async () => {
      if (!isAmount(amount)) throw invalidArgument("What is spent must be a whole number from 1 on.");
      const { status } = this;
      if (status !== "open") throw new SignetError(`ticket_${status}`);
      if (amount > this.remaining) throw new SignetError("ticket_amount_exceeded");
      await this.#record.spend(amount);
    });
  }

  /**
   * Charges what was spent and gives the rest back. Doing it twice is a success, with the same receipt.
   *
   * @throws SignetError `network_error` and others that are not `signed`: the library goes on trying by itself, so nothing need be
   * done; `ticket_expired`, when it came too late and nothing was charged; `ticket_voided`.
   */
  settle({ signal }: { readonly signal?: AbortSignal } = {}): Promise<TicketReceipt> {
    return guarded(async () => {
      if (this.#ended === "voided") throw new SignetError("ticket_voided");
      this.#ended = "settled";
      return this.#record.end(signal);
    });
  }

  /**
   * Gives all of it back, also what was spent. Doing it twice is a success.
   *
   * @throws SignetError as {@link settle}; `ticket_settled`.
   */
  void({ signal }: { readonly signal?: AbortSignal } = {}): Promise<TicketReceipt> {
    return guarded(async () => {
      if (this.#ended === "settled") throw new SignetError("ticket_settled");
      if (this.#ended === undefined) {
        this.#ended = "voided";
        await this.#record.save({ isVoid: true });
      }
      return this.#record.end(signal);
    });
  }

  /** Settles what was spent, unless it was ended before. Never throws: what fails goes on by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) this.#ended = "settled";
    await guarded(() => this.#record.endQuietly());
  }
}
