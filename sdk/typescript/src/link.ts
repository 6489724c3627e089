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
import { isSignetError } from "./errors.ts";
import type { Configuration } from "./options.ts";
import type { Trust } from "./trust.ts";
import { bearerOf, type VerifiedActivation } from "./verified-activation.ts";

interface LinkOptions {
  readonly configuration: Configuration;
  readonly api: Api;
  readonly trust: Trust;
  readonly time: ServerTime;
  readonly refresh: (held: VerifiedActivation) => Promise<VerifiedActivation>;
}

/** A token that is about to run out is renewed once this little of its life is left. */
const RENEWED_AT = 0.25;
const RENEWAL_COOL_DOWN_MS = 60_000;

/** One activation's line to the server: what its seats, tickets and usage share. */
export class Link implements CreditLine {
  readonly configuration: Configuration;
  readonly #options: LinkOptions;
  #held: VerifiedActivation;
  #renewing: Promise<void> | undefined;
  #renewedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LinkOptions, held: VerifiedActivation) {
    this.#options = options;
    this.configuration = options.configuration;
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

  hold(verified: VerifiedActivation): void {
    if (verified.claims.iat >= this.#held.claims.iat) this.#held = verified;
  }

  /** Sends what only this activation may ask for; once more where the token was not taken and could be renewed. */
  async send(call: Omit<ApiCall, "bearer">): Promise<ApiAnswer> {
    bearerOf(this.#held);
    const { iat, exp } = this.#held.claims;
    if (exp * 1000 - this.configuration.clock.now() <= (exp - iat) * 1000 * RENEWED_AT) await this.#renew();
    const { token } = this.#held;
    try {
      return await this.#send(call);
    } catch (error) {
      if (!isSignetError(error) || error.code !== "unauthorized") throw error;
      if (this.#held.token === token) await this.#renew();
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

  /** An application that runs for long keeps its seats and its right to charge, although it forgets to refresh. */
  async #renew(): Promise<void> {
    const now = this.configuration.clock.now();
    if (Math.abs(now - this.#renewedAt) < RENEWAL_COOL_DOWN_MS) return this.#renewing;
    this.#renewedAt = now;
    this.#renewing = this.#options.refresh(this.#held).then(
      (verified) => this.hold(verified),
      (error: unknown) => this.configuration.debug("token_not_renewed", { error }),
    );
    return this.#renewing;
  }
}
