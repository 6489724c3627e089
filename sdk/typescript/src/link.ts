import type { Api, ApiAnswer, ApiCall } from "./api.ts";
import type { ClaimsByKind } from "./claims.ts";
import type { ServerTime } from "./clock.ts";
import { isSignetError, SignetError } from "./errors.ts";
import type { Configuration } from "./options.ts";
import { isCount, isText } from "./shapes.ts";
import type { Trust } from "./trust.ts";
import { bearerOf, type VerifiedActivation } from "./verified-activation.ts";

/** What is signed for one activation while it is in use. */
type OnlineKind = "lease" | "ticket" | "receipt";

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
export class Link {
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

  hold(verified: VerifiedActivation): void {
    if (verified.claims.iat >= this.#held.claims.iat) this.#held = verified;
  }

  /** Sends what only this activation may ask for. */
  async send(call: Omit<ApiCall, "bearer">): Promise<ApiAnswer> {
    const { sub: subject } = this.#held.claims;
    bearerOf(this.#held);
    await this.#renewToken();
    return this.#options.api.send({ subject, ...call, bearer: bearerOf(this.#held) });
  }

  /**
   * Believes a token in an answer only when it was signed for that very request and this activation. Whether it has run out is
   * the caller's to see: an answer to a fresh nonce is fresh, however this machine's clock is set.
   */
  async believe<Kind extends OnlineKind>(
    kind: Kind,
    token: unknown,
    { answer, req }: ApiAnswer,
    expected: {
      readonly subject?: string;
      readonly nonce?: string;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<ClaimsByKind[Kind]> {
    if (!isText(token)) throw unbelievable("it holds no token");
    const { signal, ...bound } = expected;
    const audience = this.configuration.product;
    const seqMin = isCount(answer.trustSeq) ? answer.trustSeq : 0;
    try {
      const claims = await this.#options.trust.verifyAnswer(
        token,
        kind,
        { audience, req, allowExpired: true, ...bound },
        { seqMin, signal },
      );
      this.#assertOwn(claims);
      return claims;
    } catch (error) {
      if (!isSignetError(error) || error.code !== "token_invalid") throw error;
      throw unbelievable(`its token was refused: ${error.reason}`, error);
    }
  }

  /** Verifies a stored token without the network. */
  async verifyStored<Kind extends OnlineKind>(kind: Kind, token: string): Promise<ClaimsByKind[Kind]> {
    const audience = this.configuration.product;
    // What was taken away from the network is judged as the activation itself is.
    const allowExpiredBundle = this.#held.license?.offline.allowed ?? true;
    if (allowExpiredBundle) await this.#options.time.show();
    const claims = await this.#options.trust.verifyOffline(token, kind, { audience, allowExpiredBundle });
    this.#assertOwn(claims);
    return claims;
  }

  #assertOwn({ license, activation }: { readonly license: string; readonly activation?: string }): void {
    const own = this.#held.claims;
    if (license !== own.license || activation !== own.sub)
      throw unbelievable("it is about another activation");
  }

  /** An application that runs for long keeps its seats and its right to charge, although it forgets to refresh. */
  async #renewToken(): Promise<void> {
    const { iat, exp } = this.#held.claims;
    const now = this.configuration.clock.now();
    if (exp * 1000 - now > (exp - iat) * 1000 * RENEWED_AT) return;
    if (Math.abs(now - this.#renewedAt) < RENEWAL_COOL_DOWN_MS) return this.#renewing;
    this.#renewedAt = now;
    this.#renewing = this.#options.refresh(this.#held).then(
      (verified) => this.hold(verified),
      (error: unknown) => this.configuration.debug("token_not_renewed", { error }),
    );
    return this.#renewing;
  }
}

export function unbelievable(why: string, cause?: unknown): SignetError {
  return new SignetError("response_invalid", { cause, detail: `The answer was not believed: ${why}.` });
}
