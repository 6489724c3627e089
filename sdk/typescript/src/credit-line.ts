import type { ApiAnswer, ApiCall } from "./api.ts";
import type { ClaimsByKind } from "./claims.ts";
import { isSignetError, SignetError } from "./errors.ts";
import type { Configuration } from "./options.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import type { Trust } from "./trust.ts";

/** What is signed for whoever uses a license: a device's activation, or the vendor's backend. */
export type OnlineKind = "lease" | "ticket" | "receipt";

/** What an answer must be bound to, beside its request. */
export interface Bound {
  readonly subject?: string;
  readonly nonce?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Who an answer must be about. */
export interface Owner {
  /** `lic_…` */
  readonly license: string;
  /** `act_…`; undefined for the vendor's backend. */
  readonly activation: string | undefined;
}

/** A line to the server on which credits of one license are used. */
export interface CreditLine {
  readonly configuration: Pick<Configuration, "storage" | "clock" | "debug">;
  readonly owner: Owner;
  send(call: Omit<ApiCall, "bearer">): Promise<ApiAnswer>;
  believe<Kind extends OnlineKind>(
    kind: Kind,
    token: unknown,
    answer: ApiAnswer,
    expected: Bound,
  ): Promise<ClaimsByKind[Kind]>;
}

/**
 * Believes a token in an answer only when it was signed for that very request and its owner. Whether it has run out is the
 * caller's to see: an answer to a fresh nonce is fresh, however this machine's clock is set.
 */
export async function believeAnswer<Kind extends OnlineKind>(
  { trust, audience, owner }: { readonly trust: Trust; readonly audience: string; readonly owner: Owner },
  kind: Kind,
  token: unknown,
  { answer, req }: ApiAnswer,
  { signal, ...bound }: Bound,
): Promise<ClaimsByKind[Kind]> {
  if (!isText(token)) throw unbelievable("it holds no token");
  const seqMin = isCount(answer.trustSeq) ? answer.trustSeq : 0;
  try {
    const expected = { audience, req, allowExpired: true, ...bound };
    const claims = await trust.verifyAnswer(token, kind, expected, { seqMin, signal });
    assertOwn(claims, owner);
    return claims;
  } catch (error) {
    if (!isSignetError(error) || error.code !== "token_invalid") throw error;
    throw unbelievable(`its token was refused: ${error.reason}`, error);
  }
}

export function assertOwn(
  claims: { readonly license: string; readonly activation?: string },
  owner: Owner,
): void {
  if (claims.license !== owner.license || claims.activation !== owner.activation)
    throw unbelievable("it is about another activation");
}

export function unbelievable(why: string, cause?: unknown): SignetError {
  return new SignetError("response_invalid", { cause, detail: `The answer was not believed: ${why}.` });
}

/** No token says that something was given back; so the answer must at least name it, which a page that says 200 to all does not. */
export function assertGivenBack(what: unknown, id: string, status: "deactivated" | "released"): void {
  if (!isRecord(what) || what.id !== id || what.status !== status)
    throw unbelievable(`it does not say that ${id} was ${status}`);
}
