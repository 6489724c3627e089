import { loadDeviceKey, loadSigningKey } from "./device-key.ts";
import { randomText } from "./encoding.ts";
import { guarded, invalidArgument, isSignetError, SignetError, tokenInvalid } from "./errors.ts";
import { Journal } from "./journal.ts";
import type { Link } from "./link.ts";
import { writeDeviceFile } from "./offline-file.ts";
import { OfflineTicket } from "./offline-ticket.ts";
import {
  ACTIVATION,
  deleteDocument,
  OFFLINE_FAREWELL,
  OFFLINE_TICKETS,
  readDocument,
  writeDocument,
} from "./state.ts";
import { storedActivation } from "./verified-activation.ts";

/** What an activation does without a network, beyond being verified. */
export class OfflineUse {
  readonly #link: Link;
  readonly #journal: Journal;
  #isGivenUp = false;

  /** Made as `activation.offline`. */
  constructor(link: Link) {
    this.#link = link;
    this.#journal = new Journal(link.configuration.storage, link.held.claims.sub);
  }

  /** Whether this program has given the activation up, by {@link deactivate}. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** For an activation that was imported again. */
  resume(): void {
    this.#isGivenUp = false;
  }

  /**
   * The tickets that came with this activation and are neither settled nor over, those first that end first.
   *
   * @throws SignetError `journal_damaged`, `clock_turned_back`, `storage_failed`.
   */
  tickets(): Promise<readonly OfflineTicket[]> {
    return guarded(() => this.#tickets());
  }

  /**
   * A ticket with something left to spend.
   *
   * @throws SignetError `insufficient_credits` when there is none: make a new request that takes more along.
   *
   * @example
   * const ticket = await activation.offline.ticket("render-minutes");
   * await ticket.spend(4);
   */
  ticket(meter: string): Promise<OfflineTicket> {
    return guarded(async () => {
      const tickets = await this.#tickets();
      const ticket = tickets.find((each) => each.meter === meter && each.remaining > 0);
      if (ticket === undefined) throw new SignetError("insufficient_credits");
      return ticket;
    });
  }

  /**
   * The usage journal as files of at most 1,000 entries, to be uploaded in this order. They hold all that the server is not known to
   * have; bringing an entry twice charges nothing twice.
   */
  journalFiles(): Promise<readonly string[]> {
    return guarded(() => this.#journal.files(this.#link.configuration.clock.now()));
  }

  /**
   * Takes the `receipt` that the server answered a journal with, so that the next files begin after it. It may be left out: then they
   * only grow.
   *
   * @throws SignetError `token_invalid` when it was not signed for this activation's journal; `journal_damaged` when the server has
   * recorded something else than was written here.
   */
  importReceipt(receipt: string): Promise<void> {
    return guarded(async () => {
      const claims = await this.#link.verifyStored("receipt", receipt.trim());
      if (claims.kind !== "journal") throw invalidArgument("This receipt is not for a usage journal.");
      await this.#journal.recorded(claims);
    });
  }

  /**
   * Gives the activation up: what comes back are the usage journal's files and, last, a receipt, which frees the slot once it has come
   * to the server. The activation is forgotten here, and no process of this machine spends of it any more; `signet.offline.farewell()` gives the files again.
   */
  deactivate(): Promise<readonly string[]> {
    return guarded(async () => {
      const { storage, clock } = this.#link.configuration;
      const key = await loadDeviceKey(storage);
      if (key === undefined) throw tokenInvalid("device_key");
      const privateKey = await loadSigningKey(storage);
      const activation = this.#link.held.claims.sub;
      const now = clock.now();
      const asked = {
        deviceKey: key.publicJwk,
        iat: Math.floor(now / 1000),
        activation,
        nonce: randomText(),
      };
      const files = await this.#journal.handOver(now, async (journal, head) => {
        const receipt = await writeDeviceFile("deactivation", { ...asked, journal: head }, privateKey);
        const kept = [...journal, receipt];
        await writeDocument(storage, OFFLINE_FAREWELL, { files: kept });
        if (await storedActivation(storage, activation)) await deleteDocument(storage, ACTIVATION);
        this.#isGivenUp = true;
        return kept;
      });
      this.#link.end();
      return files;
    });
  }

  async #tickets(): Promise<OfflineTicket[]> {
    if (this.#isGivenUp) throw new SignetError("activation_not_found");
    const stored = await readDocument(this.#link.configuration.storage, OFFLINE_TICKETS);
    if (stored === undefined || stored.activation !== this.#link.held.claims.sub) return [];
    const tickets: OfflineTicket[] = [];
    for (const token of stored.tokens) {
      const ticket = await this.#usable(token);
      if (ticket !== undefined) tickets.push(ticket);
    }
    return tickets.sort((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime());
  }

  async #usable(token: string): Promise<OfflineTicket | undefined> {
    try {
      const claims = await this.#link.verifyStored("ticket", token);
      const { amount: spent, closed } = await this.#journal.spentOf(claims.sub);
      return closed
        ? undefined
        : new OfflineTicket(this, this.#link, this.#journal, { token, claims, spent });
    } catch (error) {
      if (!isSignetError(error) || error.code !== "token_invalid") throw error;
      this.#link.configuration.debug("ticket_refused", { error });
      return undefined;
    }
  }
}
