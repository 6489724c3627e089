import { isServerCode } from "./codes.ts";
import { type CreditLine, unbelievable } from "./credit-line.ts";
import type { DeniedEvents, DeniedUsage } from "./denied-usage.ts";
import { SignetError } from "./errors.ts";
import { bytesOf, type Outbox, type Parcel } from "./outbox.ts";
import type { UsageEventRequest, UsageRequest } from "./wire.ts";

/** What became of the events of one request. */
export interface SentUsage {
  /** Ids of what was charged, now or before. */
  readonly charged: readonly string[];
  readonly denied: readonly DeniedUsage[];
}

interface Batch {
  readonly names: readonly string[];
  readonly events: readonly UsageEventRequest[];
}

const REQUEST_EVENTS_MAX = 1_000;
/** The server takes 256 KiB; a request is more than its events. */
const REQUEST_BYTES_MAX = 200_000;

/** Carries parcels to the server, and deletes each once the server has signed what became of all that is in it. */
export class UsageSender {
  readonly #line: CreditLine;
  readonly #outbox: Outbox;
  readonly #denials: DeniedEvents;

  constructor(line: CreditLine, outbox: Outbox, denials: DeniedEvents) {
    this.#line = line;
    this.#outbox = outbox;
    this.#denials = denials;
  }

  /** @param tell is told of each request. */
  async sendAll(signal: AbortSignal | undefined, tell: (sent: SentUsage) => void): Promise<void> {
    for await (const batch of this.#batches(signal)) {
      const sent = await this.#send(batch, signal);
      // First what is kept of it, then the parcel: a crash in between only sends it once more.
      await this.#remember(sent);
      for (const name of batch.names) await this.#outbox.delete(name);
      tell(sent);
    }
  }

  async *#batches(signal: AbortSignal | undefined): AsyncGenerator<Batch> {
    let names: string[] = [];
    let events: UsageEventRequest[] = [];
    let bytes = 0;
    for (const name of await this.#outbox.names()) {
      if (signal?.aborted) throw new SignetError("aborted", { cause: signal.reason });
      const parcel = await this.#outbox.read(name);
      if (parcel === undefined) continue;
      const more = bytesIn(parcel);
      const isFull =
        events.length + parcel.events.length > REQUEST_EVENTS_MAX || bytes + more > REQUEST_BYTES_MAX;
      if (isFull && events.length > 0) {
        yield { names, events };
        [names, events, bytes] = [[], [], 0];
      }
      names.push(name);
      events.push(...parcel.events);
      bytes += more;
    }
    if (events.length > 0) yield { names, events };
  }

  async #send({ events }: Batch, signal: AbortSignal | undefined): Promise<SentUsage> {
    const body: UsageRequest = { events };
    const answer = await this.#line.send({ path: "/usage", body, signal });
    const { license } = this.#line.owner;
    const { receipt } = answer.answer;
    const claims = await this.#line.believe("receipt", receipt, answer, { subject: license, signal });
    if (claims.kind !== "usage") throw unbelievable("it is no receipt for usage");
    const charged: string[] = [];
    const denied: DeniedUsage[] = [];
    for (const { id, meter, amount, occurredAt } of new Map(
      events.map((event) => [event.id, event]),
    ).values()) {
      const outcome = Object.hasOwn(claims.events, id) ? claims.events[id] : undefined;
      if (outcome === "accepted" || outcome === "duplicate") charged.push(id);
      else if (isServerCode(outcome))
        denied.push({ id, meter, amount, at: new Date(occurredAt), code: outcome });
      else throw unbelievable("it does not say what became of each event");
    }
    return { charged, denied };
  }

  async #remember({ charged, denied }: SentUsage): Promise<void> {
    // What was refused before, recorded once more, and charged this time.
    await this.#denials.forget(charged);
    for (const each of denied) await this.#denials.keep(each);
  }
}

function bytesIn({ events }: Parcel): number {
  return events.reduce((sum, event) => sum + bytesOf(event), 0);
}
