import { guarded, invalidArgument, SignetError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import type { Spent } from "./journal-store.ts";
import type { Link } from "./link.ts";
import { assertSnapshotFresh } from "./snapshot.ts";
import { storedActivation } from "./verified-activation.ts";
import type { TicketClaims } from "./wire.ts";

/**
 * Credits that this machine took along. They are spent without a network, each use an entry in the usage journal, which is charged
 * once its file has come to the server.
 */
export class OfflineTicket {
  readonly #activation: { readonly isGivenUp: boolean };
  readonly #link: Link;
  readonly #journal: Journal;
  readonly #token: string;
  readonly #claims: TicketClaims;
  #spent: number;

  /** Made by `activation.offline`. */
  constructor(
    activation: { readonly isGivenUp: boolean },
    link: Link,
    journal: Journal,
    ticket: { readonly token: string; readonly claims: TicketClaims; readonly spent: number },
  ) {
    this.#activation = activation;
    this.#link = link;
    this.#journal = journal;
    this.#token = ticket.token;
    this.#claims = ticket.claims;
    this.#spent = ticket.spent;
  }

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

  /** What may still be spent, as of this object's last look at the journal. */
  get remaining(): number {
    return this.amount - this.#spent;
  }

  /** After this nothing can be spent of it, and what is left goes back. */
  get expiresAt(): Date {
    return new Date(this.#claims.exp * 1000);
  }

  /**
   * Spends some of it. Once this resolves it is in the journal on disk, whatever becomes of the program.
   *
   * @param amount whole number from 1 on, in the meter's unit.
   * @throws SignetError `ticket_amount_exceeded`, `ticket_settled`, `ticket_expired`, `trust_snapshot_stale`, `clock_turned_back`,
   * `activation_not_found` (it was given up on this machine), `journal_damaged`, `storage_failed`; nothing is spent then.
   */
  spend(amount: number): Promise<void> {
    return guarded(async () => {
      if (!Number.isSafeInteger(amount) || amount < 1)
        throw invalidArgument("What is spent must be a whole number from 1 on.");
      await this.#write(amount, false);
    });
  }

  /** Ends it: what is left goes back once the journal has come to the server. Doing it twice is a success. */
  settle(): Promise<void> {
    return guarded(async () => {
      const { closed } = await this.#journal.spentOf(this.id);
      if (!closed) await this.#write(0, true);
    });
  }

  async #write(amount: number, closes: boolean): Promise<void> {
    const at = Math.floor((await this.#usableAt()) / 1000);
    const entry = { ticket: this.id, amount, at, closes };
    const decide = (before: Spent) => {
      if (this.#activation.isGivenUp) throw new SignetError("activation_not_found");
      if (before.closed) throw new SignetError("ticket_settled");
      if (before.amount + amount > this.amount) throw new SignetError("ticket_amount_exceeded");
    };
    // Another process may have given it up just before this entry: what may be in no file must not be granted.
    const { amount: spent } = await this.#journal.append(entry, decide, () => this.#assertHeld());
    this.#spent = spent;
  }

  async #assertHeld(): Promise<void> {
    const { configuration, held } = this.#link;
    const isHeld =
      !this.#activation.isGivenUp && (await storedActivation(configuration.storage, held.claims.sub));
    if (!isHeld) throw new SignetError("activation_not_found");
  }

  /** Milliseconds since 1970, once it is sure that it may be used then. */
  async #usableAt(): Promise<number> {
    await this.#assertHeld();
    try {
      await this.#link.verifyStored("ticket", this.#token);
    } catch (error) {
      if (error instanceof SignetError && error.reason === "expired")
        throw new SignetError("ticket_expired", { cause: error });
      throw error;
    }
    const now = this.#link.configuration.clock.now();
    assertSnapshotFresh(this.#link.held.snapshotUntil, now);
    return now;
  }
}
