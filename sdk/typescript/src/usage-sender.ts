import { isServerCode, type ServerCode } from "./codes.ts";
import { type CreditLine, unbelievable } from "./credit-line.ts";
import type { DeniedEvents, DeniedUsage } from "./denied-usage.ts";
import { isSignetError, SignetError } from "./errors.ts";
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

/** Requests of one pass, each for a part of one that the server could not read: about five events of a thousand are found by them. */
const PARTS_MAX = 100;
/** So many with the longest of names still fit into a request. */
const ASIDE_EVENTS_MAX = 250;
const SET_ASIDE_AGAIN_MS = 86_400_000;

/**
 * Carries parcels to the server, and deletes each once the server has signed what became of all that is in it, or what it cannot read
 * was set aside.
 */
export class UsageSender {
  readonly #line: CreditLine;
  readonly #outbox: Outbox;
  readonly #denials: DeniedEvents;
  #sentAsideAt = Number.NEGATIVE_INFINITY;
  /** Whether events may be set aside here; those that another process has set aside meanwhile, it sends again. */
  #mayBeAside = true;

  constructor(line: CreditLine, outbox: Outbox, denials: DeniedEvents) {
    this.#line = line;
    this.#outbox = outbox;
    this.#denials = denials;
  }

  /** @param tell is told of each request. */
  async sendAll(signal: AbortSignal | undefined, tell: (sent: SentUsage) => void): Promise<void> {
    const now = this.#line.configuration.clock.now();
    const isDue = this.#mayBeAside && Math.abs(now - this.#sentAsideAt) >= SET_ASIDE_AGAIN_MS;
    const aside = isDue ? await this.setAside() : [];
    if (isDue) this.#mayBeAside = aside.length > 0;
    const deniedAs = await this.#denials.finder();
    const parts = { left: PARTS_MAX };
    for await (const { names, events } of this.#batches(signal)) {
      const unsent: UsageEventRequest[] = [];
      for (const event of events) {
        const denied = await deniedAs(event.id);
        if (denied === undefined || denied.signed || !isSame(denied, event)) unsent.push(event);
      }
      if (unsent.length > 0) await this.#sendApart(unsent, parts, signal, tell);
      for (const name of names) await this.#outbox.delete(name);
    }
    if (aside.length === 0) return;
    this.#sentAsideAt = now;
    for (let first = 0; first < aside.length; first += ASIDE_EVENTS_MAX) {
      const events = aside.slice(first, first + ASIDE_EVENTS_MAX).map(eventOf);
      await this.#sendApart(events, parts, signal, ({ charged, denied }) =>
        tell({ charged, denied: denied.filter(({ signed }) => signed) }),
      );
    }
  }

  /** The events that the server could not read, and has not signed that it does not charge. */
  async setAside(): Promise<readonly DeniedUsage[]> {
    return (await this.#denials.all()).filter(({ signed }) => !signed);
  }

  /** Sends some events; where the server cannot read them, in ever smaller parts, until the ones that it cannot read stand alone. */
  async #sendApart(
    events: readonly UsageEventRequest[],
    parts: { left: number },
    signal: AbortSignal | undefined,
    tell: (sent: SentUsage) => void,
  ): Promise<void> {
    const sent = await this.#send(events, signal).catch((error: unknown) => {
      if (!isSignetError(error) || error.code !== "invalid_request" || parts.left === 0) throw error;
      const [event, another] = events;
      if (event === undefined || another !== undefined) return undefined;
      return { charged: [], denied: [deniedOf(event, error.code, error.signed)] };
    });
    if (sent !== undefined) {
      // First what is kept of it, then the parcel goes: a crash in between only sends it once more.
      await this.#remember(sent);
      tell(sent);
      return;
    }
    const middle = events.length >> 1;
    for (const part of [events.slice(0, middle), events.slice(middle)]) {
      parts.left -= 1;
      await this.#sendApart(part, parts, signal, tell);
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

  async #send(events: readonly UsageEventRequest[], signal: AbortSignal | undefined): Promise<SentUsage> {
    const body: UsageRequest = { events };
    const answer = await this.#line.send({ path: "/usage", body, signal });
    const { license } = this.#line.owner;
    const { receipt } = answer.answer;
    const claims = await this.#line.believe("receipt", receipt, answer, { subject: license, signal });
    if (claims.kind !== "usage") throw unbelievable("it is no receipt for usage");
    const charged: string[] = [];
    const denied: DeniedUsage[] = [];
    for (const event of new Map(events.map((each) => [each.id, each])).values()) {
      const { id } = event;
      const outcome = Object.hasOwn(claims.events, id) ? claims.events[id] : undefined;
      if (outcome === "accepted" || outcome === "duplicate") charged.push(id);
      else if (isServerCode(outcome)) denied.push(deniedOf(event, outcome, true));
      else throw unbelievable("it does not say what became of each event");
    }
    return { charged, denied };
  }

  async #remember({ charged, denied }: SentUsage): Promise<void> {
    // What was refused before, recorded once more, and charged this time.
    await this.#denials.forget(charged);
    for (const each of denied) await this.#denials.keep(each);
    if (denied.some(({ signed }) => !signed)) this.#mayBeAside = true;
  }
}

function bytesIn({ events }: Parcel): number {
  return events.reduce((sum, event) => sum + bytesOf(event), 0);
}

function deniedOf(
  { occurredAt, ...event }: UsageEventRequest,
  code: ServerCode,
  signed: boolean,
): DeniedUsage {
  return { ...event, at: new Date(occurredAt), code, signed };
}

function eventOf({ id, meter, amount, at }: DeniedUsage): UsageEventRequest {
  return { id, meter, amount, occurredAt: at.toISOString() };
}

/** The same event, not another one recorded under its name. */
function isSame(denied: DeniedUsage, event: UsageEventRequest): boolean {
  return JSON.stringify(eventOf(denied)) === JSON.stringify(event);
}
