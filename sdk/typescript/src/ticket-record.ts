import { type CreditLine, unbelievable } from "./credit-line.ts";
import { isSignetError } from "./errors.ts";
import { type Document, deleteDocument, writeDocument } from "./state.ts";
import type { StoredTicket } from "./stored-ticket.ts";
import { backoffMs, later } from "./timer.ts";
import type { SettleRequest } from "./wire.ts";

/** What became of a ticket, as the server has signed it. */
export interface TicketReceipt {
  /** What was charged, in the meter's unit. */
  readonly used: number;
  /** What went back. */
  readonly returned: number;
  /** Granted - reserved - spent afterwards; below zero where the policy allows an overdraft. */
  readonly balance: number;
}

/** A process that says nothing of a ticket for so long is taken for dead. */
export const HELD_MS = 120_000;
const BACKOFF_MS = 5_000;
const BACKOFF_MS_MAX = 300_000;

/** A ticket's own document on the machine: written before the ticket is asked for, deleted once the server has ended it. */
export class TicketRecord {
  readonly #line: CreditLine;
  readonly #document: Document<StoredTicket>;
  readonly #forgotten: () => void;
  #stored: StoredTicket;
  /** Resolves when everything so far is on disk. */
  #written: Promise<void> = Promise.resolve();
  /** The write that has not begun: it takes along whatever changes until then. */
  #waiting: Promise<void> | undefined;
  #receipt: TicketReceipt | undefined;
  #failures = 0;
  #isOver = false;
  #expiresAt = Number.POSITIVE_INFINITY;
  #cancelTimer = () => {};

  constructor(
    line: CreditLine,
    document: Document<StoredTicket>,
    stored: StoredTicket,
    forgotten: () => void = () => undefined,
  ) {
    this.#line = line;
    this.#document = document;
    this.#stored = stored;
    this.#forgotten = forgotten;
  }

  get stored(): StoredTicket {
    return this.#stored;
  }

  /** Says that this process is at it, and goes on saying so until the ticket's time is over. */
  async hold(): Promise<void> {
    await this.save({ heldUntil: this.#line.configuration.clock.now() + HELD_MS });
    this.holdOn();
  }

  holdOn(): void {
    this.#cancelTimer();
    if (this.#isOver) return;
    this.#cancelTimer = later(HELD_MS / 2, () => {
      // Somebody has dropped it: the server says that its time is over, and that is the end of it.
      if (this.#line.configuration.clock.now() >= this.#expiresAt) return void this.endQuietly();
      void this.hold().catch((error: unknown) => {
        this.#debug("ticket_not_held", { error });
        this.holdOn();
      });
    });
  }

  /** @param expiresAt milliseconds since 1970. */
  lastUntil(expiresAt: number): void {
    this.#expiresAt = expiresAt;
  }

  /** Resolves once the change is on disk; changes made at the same time are one write. */
  save(change: Partial<StoredTicket>): Promise<void> {
    this.#stored = { ...this.#stored, ...change };
    this.#waiting ??= this.#after(async () => {
      this.#waiting = undefined;
      if (!this.#isOver) await writeDocument(this.#line.configuration.storage, this.#document, this.#stored);
    });
    return this.#waiting;
  }

  /** Resolves once it is on disk, or takes it back. */
  async spend(amount: number): Promise<void> {
    try {
      await this.save({ used: this.#stored.used + amount });
    } catch (error) {
      this.#stored = { ...this.#stored, used: this.#stored.used - amount };
      throw error;
    }
  }

  /**
   * Ends the ticket with what is stored of it. Where nobody says whether that came about it goes on trying by itself, also in the
   * next process: saying it twice changes nothing.
   */
  async end(signal?: AbortSignal): Promise<TicketReceipt> {
    if (this.#receipt !== undefined) return this.#receipt;
    this.#cancelTimer();
    try {
      this.#receipt = await this.#end(signal);
    } catch (error) {
      if (isSignetError(error) && error.signed && !error.retryable) await this.forget();
      else this.#endLater(error);
      throw error;
    }
    this.#failures = 0;
    await this.forget();
    return this.#receipt;
  }

  /** The same, for nobody to wait for; never rejects. */
  async endQuietly(signal?: AbortSignal): Promise<void> {
    await this.end(signal).catch((error: unknown) => this.#debug("ticket_not_ended", { error }));
  }

  /** Lets go of it without ending it: whoever finds it later will. */
  leave(): void {
    this.#isOver = true;
    this.#cancelTimer();
    this.#forgotten();
  }

  async forget(): Promise<void> {
    this.leave();
    await this.#after(() => deleteDocument(this.#line.configuration.storage, this.#document)).catch(
      (error: unknown) => this.#debug("ticket_not_forgotten", { error }),
    );
  }

  async #end(signal: AbortSignal | undefined): Promise<TicketReceipt> {
    // A spend that is still on its way to the disk may yet fail.
    await this.#written;
    const { id, meter, amount, isVoid } = this.#stored;
    const used = isVoid ? 0 : this.#stored.used;
    const body: SettleRequest | object = isVoid ? {} : { used };
    const path = `/tickets/${encodeURIComponent(id)}/${isVoid ? "void" : "settle"}`;
    const answer = await this.#line.send({ path, body, subject: id, signal });
    const claims = await this.#line.believe("receipt", answer.answer.receipt, answer, {
      subject: id,
      signal,
    });
    const kind = isVoid ? "void" : "settle";
    if (claims.kind !== kind || claims.meter !== meter || claims.amount !== amount || claims.used !== used)
      throw unbelievable("it ends another ticket, or otherwise");
    return { used, returned: amount - used, balance: claims.balance };
  }

  #endLater(error: unknown): void {
    if (this.#isOver) return;
    this.#failures += 1;
    const asked = isSignetError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
    const pauseMs = Math.max(asked, backoffMs(this.#failures, BACKOFF_MS, BACKOFF_MS_MAX));
    this.#cancelTimer = later(pauseMs, () => void this.endQuietly());
  }

  #after<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = this.#written.then(work);
    this.#written = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  #debug(event: string, facts: Readonly<Record<string, unknown>>): void {
    this.#line.configuration.debug(event, { ticket: this.#stored.id, ...facts });
  }
}
