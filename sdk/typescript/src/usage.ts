import { assertCredits } from "./credit-arguments.ts";
import type { CreditLine } from "./credit-line.ts";
import { DeniedEvents, type DeniedUsage } from "./denied-usage.ts";
import { Emitter } from "./emitter.ts";
import { randomText } from "./encoding.ts";
import { guarded, invalidArgument, isSignetError, SignetError } from "./errors.ts";
import { Outbox } from "./outbox.ts";
import { backoffMs, jitter, later } from "./timer.ts";
import { type SentUsage, UsageSender } from "./usage-sender.ts";

export interface RecordOptions {
  /**
   * Names what was used, so that it is charged once however often it is recorded: 1 to 128 characters, never used before in the
   * vendor's account. Made afresh unless given.
   */
  readonly id?: string | undefined;
  /** When it was used; now unless given. It is charged when it comes to the server. */
  readonly at?: Date | undefined;
}

export interface UsageEvents {
  /** Some events were charged, now or before; their ids. */
  charged: { readonly ids: readonly string[] };
  /** The server does not charge this event, or cannot read it; `signed` says which. It is kept: see {@link Usage.denied}. */
  denied: DeniedUsage;
  /** Nothing could be sent. It goes on trying by itself; `error.signed` says whether the server has refused. */
  failed: { readonly error: SignetError; readonly retryInMs: number };
}

/** Events that may wait on the disk, those refused included. */
const EVENTS_MAX = 10_000;
/** Events that come within this time go together. */
const GATHER_MS = 2_000;
const BACKOFF_MS = 5_000;
const BACKOFF_MS_MAX = 600_000;

/**
 * What was used, on its way to the server: written to this machine's disk first, sent in the background in batches, and charged exactly
 * once, whatever becomes of the network, the server or this program. What is on disk at the next start goes on by itself.
 *
 * @example
 * await activation.usage.record("exports", 1);
 * activation.usage.on("denied", ({ code, meter }) => warn(`${meter}: ${code}`));
 */
export class Usage {
  readonly #line: CreditLine;
  readonly #outbox: Outbox;
  readonly #denials: DeniedEvents;
  readonly #sender: UsageSender;
  readonly #events: Emitter<UsageEvents>;
  /** One pass at a time. */
  #sending: Promise<void> = Promise.resolve();
  #isScheduled = false;
  #isClosed = false;
  #failures = 0;
  #cancelTimer = () => {};

  /** Made as `activation.usage`. */
  constructor(line: CreditLine) {
    const { storage, clock, debug } = line.configuration;
    const { license } = line.owner;
    this.#line = line;
    this.#denials = new DeniedEvents(storage, license);
    this.#outbox = new Outbox({
      storage,
      license,
      now: () => clock.now(),
      eventsMax: EVENTS_MAX,
      alsoKept: () => this.#denials.count(),
    });
    this.#sender = new UsageSender(line, this.#outbox, this.#denials);
    this.#events = new Emitter(debug);
  }

  /**
   * Records something used. Once this resolves it is on disk and will be charged once; that may be much later.
   *
   * @param meter a meter's code.
   * @param amount whole number from 1 on, in the meter's unit.
   * @returns the event's id.
   * @throws SignetError `outbox_full` when 10,000 events wait: nothing was recorded, so decide whether the application may go on;
   * `storage_failed`; `invalid_request` for a wrong argument, or after {@link close}.
   *
   * @example
   * await activation.usage.record("render-minutes", 4, { id: job.id, at: job.endedAt });
   */
  record(meter: string, amount: number, { id = randomText(), at }: RecordOptions = {}): Promise<string> {
    return guarded(async () => {
      assertCredits(meter, amount, id);
      const { clock } = this.#line.configuration;
      const used = at ?? new Date(clock.now());
      if (!isTime(used)) throw invalidArgument("`at` must be a date of the years 0 to 9999.");
      if (this.#isClosed) throw invalidArgument("This usage was closed; nothing more can be recorded.");
      await this.#outbox.add({ id, meter, amount, occurredAt: used.toISOString() });
      this.#schedule(GATHER_MS * jitter());
      return id;
    });
  }

  /** How many events wait on this machine to be sent. */
  pending(): Promise<number> {
    return guarded(() => this.#outbox.pending());
  }

  /**
   * Sends all that waits on this machine, also what an earlier process has left.
   *
   * @throws SignetError when not all of it came through: what did not stays on disk and goes on by itself. `signed` when the server has
   * refused, e.g. `license_suspended`. Events refused one by one are no error, but `denied`.
   */
  flush({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return guarded(async () => {
      await this.#outbox.written();
      await this.#send(signal);
    });
  }

  /** The events that the server has refused to charge, or cannot read, the oldest first. They count towards the 10,000 until {@link dismiss}ed. */
  denied(): Promise<readonly DeniedUsage[]> {
    return guarded(() => this.#denials.all());
  }

  /** Forgets a denied event. Forgetting what is not there is a success. */
  dismiss(id: string): Promise<void> {
    return guarded(() => this.#denials.forget([id]));
  }

  /** Listens. @returns takes the listener away again. */
  on<Name extends keyof UsageEvents>(
    name: Name,
    listener: (event: UsageEvents[Name]) => unknown,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Sends what it can one last time and stops; what could not be sent stays on disk for the next process. Never rejects. */
  async close({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer();
    await this.flush({ ...(signal === undefined ? {} : { signal }) }).catch(() => undefined);
    this.#cancelTimer();
    this.#events.clear();
  }

  /** Sends by and by what an earlier process has left. Never rejects. */
  async resume(): Promise<void> {
    try {
      const waits = (await this.#outbox.pending()) > 0 || (await this.#sender.setAside()).length > 0;
      if (waits) this.#schedule(GATHER_MS * jitter());
    } catch (error) {
      this.#line.configuration.debug("usage_not_resumed", { error });
    }
  }

  #schedule(milliseconds: number): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    this.#cancelTimer = later(milliseconds, () => void this.#send(undefined).catch(() => undefined));
  }

  /** After what is being sent already: so that whoever waits knows of all that was there when it asked. */
  #send(signal: AbortSignal | undefined): Promise<void> {
    const sent = this.#sending.then(() => this.#sendOnce(signal));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  async #sendOnce(signal: AbortSignal | undefined): Promise<void> {
    this.#cancelTimer();
    this.#isScheduled = false;
    try {
      await this.#sender.sendAll(signal, (sent) => this.#tell(sent));
      this.#failures = 0;
    } catch (cause) {
      const error = isSignetError(cause) ? cause : new SignetError("unexpected_error", { cause });
      this.#failures += 1;
      const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
      const retryInMs = Math.max(askedMs, backoffMs(this.#failures, BACKOFF_MS, BACKOFF_MS_MAX));
      this.#schedule(retryInMs);
      this.#line.configuration.debug("usage_not_sent", { error, retryInMs });
      if (error.code !== "aborted") this.#events.emit("failed", { error, retryInMs });
      throw error;
    }
  }

  #tell({ charged, denied }: SentUsage): void {
    this.#line.configuration.debug("usage_sent", { charged: charged.length, denied: denied.length });
    if (charged.length > 0) this.#events.emit("charged", { ids: charged });
    for (const each of denied) this.#events.emit("denied", each);
  }
}

function isTime(at: Date): boolean {
  const year = at instanceof Date ? at.getUTCFullYear() : Number.NaN;
  return year >= 0 && year <= 9999;
}
