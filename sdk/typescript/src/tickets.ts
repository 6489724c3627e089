import { assertCredits } from "./credit-arguments.ts";
import { type CreditLine, unbelievable } from "./credit-line.ts";
import { randomText } from "./encoding.ts";
import { isSignetError, SignetError } from "./errors.ts";
import { momentOf } from "./moment.ts";
import { SharedWork } from "./shared-work.ts";
import { addDocument, listDocuments, readDocument } from "./state.ts";
import { STORED_TICKETS, type StoredTicket, ticketDocument, ticketDocumentNamed } from "./stored-ticket.ts";
import { Ticket } from "./ticket.ts";
import { HELD_MS, TicketRecord } from "./ticket-record.ts";
import { jitter, later } from "./timer.ts";
import { untilAborted } from "./until-aborted.ts";
import type { TicketRequest } from "./wire.ts";

export interface TicketOptions {
  /**
   * For a job that shall be charged once however often the program restarts: 1 to 128 characters, never used before in the
   * vendor's account. The same id gets the same ticket again, with what was spent of it. Made afresh unless given.
   */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The tickets of one license on this machine: those in use by this process, and those an earlier one did not end. */
export class Tickets {
  readonly #line: CreditLine;
  readonly #inUse = new Map<string, SharedWork<Ticket>>();
  /** By the names of their documents. */
  readonly #records = new Set<string>();
  #cancelLook = () => {};

  constructor(line: CreditLine) {
    this.#line = line;
  }

  async issue(meter: string, amount: number, options: TicketOptions): Promise<Ticket> {
    assertCredits(meter, amount, options.id);
    const { id = randomText(), signal } = options;
    let known = this.#inUse.get(id);
    for (; known?.isStopping; known = this.#inUse.get(id)) await untilAborted(known.over, signal);
    if (known !== undefined) return same(await known.wait(signal), meter, amount);
    const issued = new SharedWork((stop) =>
      this.#issue({ id, meter, amount }, options.id !== undefined, stop).catch((error: unknown) => {
        this.#inUse.delete(id);
        throw error;
      }),
    );
    this.#inUse.set(id, issued);
    return issued.wait(signal);
  }

  /** Ends what an earlier process has left, as soon as nobody can be at it any more. Never rejects. */
  async resume(): Promise<void> {
    const { storage, clock, debug } = this.#line.configuration;
    this.#cancelLook();
    try {
      let waitMs = Number.POSITIVE_INFINITY;
      for (const name of await listDocuments(storage, STORED_TICKETS)) {
        if (this.#records.has(name)) continue;
        const document = ticketDocumentNamed(name);
        const stored = await readDocument(storage, document);
        if (stored === undefined || !this.#isOwn(stored)) continue;
        // Further off than anybody ever sets it: the clock has been set back since.
        const heldMs = stored.heldUntil - clock.now();
        if (heldMs > 0 && heldMs <= HELD_MS) waitMs = Math.min(waitMs, heldMs);
        else await this.#endLeft(name, stored);
      }
      if (waitMs !== Number.POSITIVE_INFINITY)
        this.#cancelLook = later(waitMs / jitter(), () => void this.resume());
    } catch (error) {
      debug("tickets_not_resumed", { error });
    }
  }

  async #issue(request: TicketRequest, isCallersId: boolean, signal: AbortSignal): Promise<Ticket> {
    const { clock } = this.#line.configuration;
    const record = await this.#recordOf(request);
    const { askedAt } = record.stored;
    try {
      const answer = await this.#line.send({ path: "/tickets", body: request, signal });
      const { id, meter, amount } = request;
      const expected = { subject: id, signal };
      const claims = await this.#line.believe("ticket", answer.answer.token, answer, expected);
      if (claims.meter !== meter || claims.amount !== amount) throw unbelievable("it grants something else");
      record.lastUntil(claims.exp * 1000);
      const asked = { ...momentOf(clock), wall: askedAt };
      return new Ticket(record, { claims, clock, asked });
    } catch (error) {
      if (isSignetError(error) && error.signed) await record.forget();
      // Nobody said no, so it may be reserved. Who gave it an id will ask again; else it is given back.
      else if (isCallersId || record.stored.used > 0) record.leave();
      else {
        await record.save({ isVoid: true }).catch(() => undefined);
        void record.endQuietly();
      }
      throw error;
    }
  }

  /** The record of an earlier process that asked for the same, or a new one. */
  async #recordOf(request: TicketRequest): Promise<TicketRecord> {
    const { id, meter, amount } = request;
    const { storage, clock } = this.#line.configuration;
    const document = await ticketDocument(id);
    const now = clock.now();
    const { license, activation = null } = this.#line.owner;
    const made: StoredTicket = {
      ...{ id, meter, amount, used: 0, isVoid: false, license, activation },
      ...{ askedAt: now, heldUntil: now + HELD_MS },
    };
    // On disk before the first send: whatever happens, it is known what was asked for.
    if (await addDocument(storage, document, made)) {
      const record = this.#track(document.name, made);
      record.holdOn();
      return record;
    }
    const stored = (await readDocument(storage, document)) ?? made;
    if (stored.isVoid) throw new SignetError("ticket_voided");
    if (!this.#isOwn(stored)) throw new SignetError("idempotency_conflict");
    const record = this.#track(document.name, same(stored, meter, amount));
    await record.hold();
    return record;
  }

  #track(name: string, stored: StoredTicket): TicketRecord {
    this.#records.add(name);
    return new TicketRecord(this.#line, ticketDocumentNamed(name), stored, () => {
      this.#records.delete(name);
      this.#inUse.delete(stored.id);
    });
  }

  async #endLeft(name: string, stored: StoredTicket): Promise<void> {
    const record = this.#track(name, stored);
    await record.hold();
    void record.endQuietly();
  }

  #isOwn({ license, activation }: StoredTicket): boolean {
    const { owner } = this.#line;
    return license === owner.license && activation === (owner.activation ?? null);
  }
}

function same<Asked extends { readonly meter: string; readonly amount: number }>(
  asked: Asked,
  meter: string,
  amount: number,
): Asked {
  if (asked.meter !== meter || asked.amount !== amount) throw new SignetError("idempotency_conflict");
  return asked;
}
