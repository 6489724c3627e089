import type { ErrorCode } from "./codes.ts";
import { isFinalRefusal } from "./errors.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Configuration } from "./options.ts";
import { isText } from "./shapes.ts";
import { ACTIVATION, readDocument } from "./state.ts";
import { type HeldActivation, unverifiedClaim } from "./verified-activation.ts";

interface Refresher {
  /** Stores what comes of it. */
  refresh(held: HeldActivation, signal: AbortSignal, retriesMax: number): Promise<unknown>;
}

/** Refusals that end without anything happening on this device: the vendor reinstates, or renews. */
const MAY_END: ReadonlySet<ErrorCode> = new Set(["license_suspended", "license_expired", "tenant_suspended"]);
/** A program that starts is not kept waiting for longer by a network that swallows what it is sent. */
const ANSWER_MS_MAX = 3_000;
/** A program that looks often does not ask each time. */
const PAUSE_MS = 10_000;

/** Asks anew about a signed refusal stored on this device, so that what has ended does not last until a license key is entered. */
export class RefusedBefore {
  readonly #configuration: Configuration;
  readonly #refresher: Refresher;
  #asking: Promise<void> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(configuration: Configuration, refresher: Refresher) {
    this.#configuration = configuration;
    this.#refresher = refresher;
  }

  /** @param read reads what is stored; a second time after a refusal that may have ended was asked about. */
  async askingAgain<Value>(read: () => Promise<Value>): Promise<Value> {
    try {
      return await read();
    } catch (error) {
      if (!isFinalRefusal(error) || !MAY_END.has(error.code)) throw error;
      await this.#ask();
      return read();
    }
  }

  /** Never rejects. */
  async #ask(): Promise<void> {
    const now = this.#configuration.clock.now();
    if (this.#asking === undefined && Math.abs(now - this.#askedAt) >= PAUSE_MS) {
      this.#askedAt = now;
      this.#asking = this.#askNow()
        .catch((error: unknown) => this.#configuration.debug("still_refused", { error }))
        .finally(() => {
          this.#asking = undefined;
        });
    }
    await this.#asking;
  }

  async #askNow(): Promise<void> {
    const stored = await readDocument(this.#configuration.storage, ACTIVATION);
    const sub = unverifiedClaim(stored?.token, "sub");
    if (stored?.certificate === undefined || !isText(sub)) return;
    const { token, certificate, components } = stored;
    // Not verified, nor need it be: it may have run out meanwhile, and what is believed is the answer.
    const held = { token, certificate, claims: { sub }, fingerprint: await fingerprintOf(components) };
    await this.#refresher.refresh(held, AbortSignal.timeout(ANSWER_MS_MAX), 0);
  }
}
