import { unbelievable } from "./credit-line.ts";
import { randomText } from "./encoding.ts";
import { invalidArgument, isSignetError, SignetError } from "./errors.ts";
import type { Link } from "./link.ts";
import { momentOf } from "./moment.ts";
import { type HeldLease, Seat } from "./seat.ts";
import { isRecord, isText } from "./shapes.ts";
import { type Document, deleteDocument, listDocuments, readDocument, writeDocument } from "./state.ts";
import type { CheckoutRequest, LeaseClaims } from "./wire.ts";

export interface CheckoutOptions {
  /** Who uses the seat: a name, an e-mail address, a machine; 1 to 200 characters. */
  readonly holder: string;
  /** A group of holders that the policy reserves seats for; 1 to 100 characters. */
  readonly group?: string | undefined;
  /** Take the seat away from the server for so many seconds, from 60 to a year: it is then usable without a network. */
  readonly borrowForSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const BORROW_SECONDS_MIN = 60;
const BORROW_SECONDS_MAX = 31_536_000;
const STORED = "seat-";

interface StoredSeat {
  /** `signet-lease+jwt` */
  readonly token: string;
}

/** The seats of one activation: those in use by this process, and those borrowed, which are also kept on the machine. */
export class Seats {
  readonly #link: Link;
  readonly #inUse = new Map<string, Seat>();

  constructor(link: Link) {
    this.#link = link;
    link.changes.on("changed", () => {
      // Given up here, with what it had borrowed: the server lends that to somebody else.
      if (!link.isOver || link.refusal !== undefined) return;
      for (const seat of [...this.#inUse.values()]) if (seat.borrowed) seat.giveUp();
    });
  }

  async checkout({ holder, group, borrowForSeconds, signal }: CheckoutOptions): Promise<Seat> {
    if (!isText(holder)) throw invalidArgument("`holder` must be a text that says who uses the seat.");
    if (borrowForSeconds !== undefined && !isBorrowTime(borrowForSeconds)) {
      throw invalidArgument("`borrowForSeconds` must be a whole number from 60 to 31,536,000.");
    }
    const nonce = randomText();
    const body: CheckoutRequest = {
      holder,
      ...(group === undefined ? {} : { group }),
      ...(borrowForSeconds === undefined ? {} : { borrowSeconds: borrowForSeconds }),
      nonce,
    };
    const asked = momentOf(this.#link.configuration.clock);
    try {
      const answer = await this.#link.send({ path: "/leases", body, nonce, signal });
      const { token } = answer.answer;
      const claims = await this.#link.believe("lease", token, answer, { nonce, signal });
      if (claims.holder !== holder || (borrowForSeconds !== undefined && !claims.borrowed)) {
        throw unbelievable("it grants something else");
      }
      if (claims.borrowed && isText(token)) await this.#store(claims, token);
      return this.#use({ claims, asked });
    } catch (error) {
      const own =
        borrowForSeconds === undefined && isUnanswered(error) ? await this.#borrowedBy(holder) : undefined;
      if (own === undefined) throw error;
      return own;
    }
  }

  /** The borrowed seats kept on this machine whose time is not over, verified without the network. */
  async borrowed(): Promise<Seat[]> {
    const { storage, clock, debug } = this.#link.configuration;
    const seats: Seat[] = [];
    for (const name of await listDocuments(storage, STORED)) {
      const stored = await readDocument(storage, documentOf(name));
      if (stored === undefined) continue;
      try {
        const claims = await this.#link.verifyStored("lease", stored.token);
        const asked = { ...momentOf(clock), wall: claims.iat * 1000 };
        seats.push(this.#use({ claims, asked }));
      } catch (error) {
        if (!isSignetError(error) || error.code === "clock_turned_back") throw error;
        debug("stored_seat_refused", { error });
        if (error.reason === "expired") await deleteDocument(storage, documentOf(name));
      }
    }
    return seats;
  }

  /**
   * Gives back what this device has borrowed, which the server would else count until its end. Where that cannot be read here, it is
   * left to its end.
   */
  async returnBorrowed(signal: AbortSignal | undefined): Promise<void> {
    const borrowed = await this.borrowed().catch((error: unknown) => {
      this.#link.configuration.debug("borrowed_seats_unread", { error });
      return [];
    });
    for (const seat of borrowed) await seat.release({ ...(signal === undefined ? {} : { signal }) });
  }

  /** One seat object a lease: whoever checks out again for the same holder shares it. */
  #use(lease: HeldLease): Seat {
    const known = this.#inUse.get(lease.claims.sub);
    if (known?.status === "held") {
      known.renew(lease);
      return known;
    }
    const seat = new Seat(this.#link, lease, async (ended) => {
      if (this.#inUse.get(ended.id) === ended) this.#inUse.delete(ended.id);
      if (ended.borrowed)
        await deleteDocument(this.#link.configuration.storage, documentOf(nameOf(ended.id)));
    });
    this.#inUse.set(seat.id, seat);
    return seat;
  }

  async #borrowedBy(holder: string): Promise<Seat | undefined> {
    return (await this.borrowed()).find((seat) => seat.holder === holder && seat.status === "held");
  }

  async #store({ sub }: LeaseClaims, token: string): Promise<void> {
    await writeDocument(this.#link.configuration.storage, documentOf(nameOf(sub)), { token });
  }
}

function documentOf(name: string): Document<StoredSeat> {
  return { name, is: (content): content is StoredSeat => isRecord(content) && isText(content.token) };
}

function nameOf(leaseId: string): string {
  return STORED + leaseId.toLowerCase().replace(/[^a-z0-9]/g, "-");
}

/** Nobody said no: there was no server to say anything. */
function isUnanswered(error: unknown): boolean {
  return error instanceof SignetError && (error.code === "network_error" || error.code === "server_error");
}

function isBorrowTime(seconds: number): boolean {
  return Number.isSafeInteger(seconds) && seconds >= BORROW_SECONDS_MIN && seconds <= BORROW_SECONDS_MAX;
}
