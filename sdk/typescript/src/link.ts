import type { Api, ApiAnswer, ApiCall } from "./api.ts";
import type { ClaimsByKind } from "./claims.ts";
import type { ServerTime } from "./clock.ts";
import {
  assertOwn,
  type Bound,
  believeAnswer,
  type CreditLine,
  type OnlineKind,
  type Owner,
} from "./credit-line.ts";
import { Emitter } from "./emitter.ts";
import { isFinalRefusal, isSignetError, type SignetError } from "./errors.ts";
import type { Configuration } from "./options.ts";
import { pause } from "./timer.ts";
import type { Trust } from "./trust.ts";
import { untilAborted } from "./until-aborted.ts";
import { bearerOf, type VerifiedActivation } from "./verified-activation.ts";

export interface LinkOptions {
  readonly configuration: Configuration;
  readonly api: Api;
  readonly trust: Trust;
  readonly time: ServerTime;
  readonly refresh: (
    held: VerifiedActivation,
    signal: AbortSignal | undefined,
  ) => Promise<VerifiedActivation>;
}

/** A token that is about to run out is renewed once this little of its life is left. */
const RENEWED_AT = 0.25;
const RENEWAL_COOL_DOWN_MS = 60_000;

/** One activation's line to the server: what its seats, tickets and usage share. */
export class Link implements CreditLine {
  readonly configuration: Configuration;
  /** Told of all that may change what the activation grants, but for the passing of time. */
  readonly changes: Emitter<{ changed: undefined }>;
  readonly #options: LinkOptions;
  #held: VerifiedActivation;
  #isOver = false;
  #refusal: SignetError | undefined;
  #renewing: Promise<void> | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LinkOptions, held: VerifiedActivation) {
    this.#options = options;
    this.configuration = options.configuration;
    this.changes = new Emitter(options.configuration.debug);
    this.#held = held;
  }

  /** The newest token and certificate that this process has verified. */
  get held(): VerifiedActivation {
    return this.#held;
  }

  get owner(): Owner {
    const { license, sub } = this.#held.claims;
    return { license, activation: sub };
  }

  /** Whether the server has signed that it is over, or this program has given it up. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get refusal(): SignetError | undefined {
    return this.#refusal;
  }

  hold(verified: VerifiedActivation): void {
    if (verified.claims.iat >= this.#held.claims.iat) this.#held = verified;
    this.#isOver = false;
    this.#refusal = undefined;
    this.changes.emit("changed", undefined);
  }

  /** @param refusal the signed one that ended it, unless this program gave it up. */
  end(refusal?: SignetError): void {
    this.#isOver = true;
    this.#refusal = refusal;
    this.changes.emit("changed", undefined);
  }

  /** Gets and holds a fresh token; a signed and lasting refusal ends the activation. */
  async refresh(signal: AbortSignal | undefined): Promise<void> {
    try {
      this.hold(await this.#options.refresh(this.#held, signal));
    } catch (error) {
      if (isFinalRefusal(error)) this.end(error);
      throw error;
    }
  }

  /** Sends what only this activation may ask for; once more where the token was not taken and could be renewed. */
  async send(call: Omit<ApiCall, "bearer">): Promise<ApiAnswer> {
    bearerOf(this.#held);
    const { iat, exp } = this.#held.claims;
    const leftMs = exp * 1000 - this.configuration.clock.now();
    // Nobody waits for the next token while the one in hand is still good.
    if (leftMs <= 0) await this.#renewed(call);
    else if (leftMs <= (exp - iat) * 1000 * RENEWED_AT) void this.#renew();
    const { token } = this.#held;
    try {
      return await this.#send(call);
    } catch (error) {
      if (!isSignetError(error) || error.code !== "unauthorized") throw error;
      if (this.#held.token === token) await this.#renewed(call);
      if (this.#held.token === token) throw error;
      return this.#send(call);
    }
  }

  #send(call: Omit<ApiCall, "bearer">): Promise<ApiAnswer> {
    return this.#options.api.send({ subject: this.#held.claims.sub, ...call, bearer: bearerOf(this.#held) });
  }

  /** Believes a token in an answer only when it was signed for that very request and this activation. */
  believe<Kind extends OnlineKind>(
    kind: Kind,
    token: unknown,
    answer: ApiAnswer,
    expected: Bound,
  ): Promise<ClaimsByKind[Kind]> {
    const { trust } = this.#options;
    const from = { trust, audience: this.configuration.product, owner: this.owner };
    return believeAnswer(from, kind, token, answer, expected);
  }

  /** Verifies a stored token without the network. */
  async verifyStored<Kind extends OnlineKind>(kind: Kind, token: string): Promise<ClaimsByKind[Kind]> {
    const audience = this.configuration.product;
    // What was taken away from the network is judged as the activation itself is.
    const allowExpiredBundle = this.#held.license?.offline.allowed ?? true;
    if (allowExpiredBundle) await this.#options.time.show();
    const claims = await this.#options.trust.verifyOffline(token, kind, { audience, allowExpiredBundle });
    assertOwn(claims, this.owner);
    return claims;
  }

  /** Waits for a fresh token no longer than the caller waits for its answer. */
  async #renewed({ signal, timeoutMs }: Pick<ApiCall, "signal" | "timeoutMs">): Promise<void> {
    const over = new AbortController();
    const renewed = untilAborted(this.#renew(), signal).finally(() => over.abort());
    await (timeoutMs === undefined ? renewed : Promise.race([renewed, pause(timeoutMs, over.signal)]));
  }

  /** An application that runs for long keeps its seats and its right to charge, although it forgets to refresh. */
  async #renew(): Promise<void> {
    const now = this.configuration.clock.now();
    if (Math.abs(now - this.#renewedAt) < RENEWAL_COOL_DOWN_MS) return this.#renewing;
    this.#renewedAt = now;
    this.#renewing = this.refresh(undefined).catch((error: unknown) =>
      this.configuration.debug("token_not_renewed", { error }),
    );
    return this.#renewing;
  }
}
