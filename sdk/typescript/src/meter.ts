import { isSignetError } from "./errors.ts";
import type { Ticket } from "./ticket.ts";

/** Where a ticket is asked for: `backend.license(…)`, or an activation. */
interface TicketSource {
  ticket(meter: string, amount: number): Promise<Ticket>;
}

export interface MeterOptions<Args extends readonly unknown[]> {
  /** Whose credits a request costs. What it throws is the request's own failure. */
  readonly license: (...args: Args) => TicketSource | Promise<TicketSource>;
  /** A meter's code. */
  readonly meter: string;
  /** What a request reserves, in the meter's unit: 1 unless given. */
  readonly amount?: number | ((...args: Args) => number) | undefined;
  /** How much of that it has used: all of it unless given. What it throws charges nothing, and goes to `onError`. */
  readonly used?: ((result: unknown, ...args: Args) => number) | undefined;
  /** Whether a request that did not throw has failed; a status of 500 or above unless given. */
  readonly failed?: ((result: unknown, ...args: Args) => boolean) | undefined;
  /** Is told, for a log, why a ticket could not be settled or voided at once. The request has been answered all the same. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The part of a server's response object that is looked at; Node's, Express's and Fastify's have it. */
interface ResponseLike {
  readonly statusCode: number;
  readonly writableEnded?: boolean;
  once?(event: "close", listener: () => void): unknown;
}

/**
 * Charges a ticket for each request: it is reserved before the handler runs, settled when it has done its work, and voided when it throws or
 * answers 500 or above. Works with whatever calls a handler with a request: Express and Node (`(request, response)`), Fastify
 * (`(request, reply)`), Hono (`(context)`), or a fetch handler (`(request) => Response`).
 *
 * A request that may not be charged never reaches the handler: the returned function rejects with the `SignetError`, for the framework's
 * own error handling; {@link chargeStatus} says which status fits. Settling that fails never fails the request: it goes on by itself.
 *
 * @example
 * app.get("/render", meter({ license: (req) => backend.license(req.license), meter: "renders" }, render));
 */
export function meter<Args extends readonly unknown[], Result>(
  options: MeterOptions<NoInfer<Args>>,
  handler: (...args: Args) => Result | Promise<Result>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const { amount = 1, used, failed = answeredBadly, onError = () => undefined } = options;
    const source = await options.license(...args);
    const ticket = await source.ticket(options.meter, typeof amount === "number" ? amount : amount(...args));
    let result: Result;
    try {
      result = await handler(...args);
    } catch (error) {
      await charge(ticket, () => 0, onError);
      throw error;
    }
    const usedOf = () => (failed(result, ...args) ? 0 : (used?.(result, ...args) ?? ticket.amount));
    const response = args.map(responseIn).find((each) => each !== undefined);
    // Who answers after it has returned has not failed or succeeded yet, and nobody waits for its ticket.
    if (response?.writableEnded === false) void closed(response).then(() => charge(ticket, usedOf, onError));
    else await charge(ticket, usedOf, onError);
    return result;
  };
}

/** The HTTP status for a request that could not be charged: 402 for want of credits, 403 for a license that may not, 503 for the rest. */
export function chargeStatus(error: unknown): 402 | 403 | 503 {
  if (!isSignetError(error) || !error.signed) return 503;
  return error.code === "insufficient_credits" ? 402 : 403;
}

/** Never rejects: a ticket that cannot be ended now goes on by itself. */
async function charge(
  ticket: Ticket,
  usedOf: () => number,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    const used = usedOf();
    if (used > 0) await ticket.spend(used);
    await (used > 0 ? ticket.settle() : ticket.void());
  } catch (error) {
    await Promise.resolve(error)
      .then(onError)
      .catch(() => undefined);
  }
  await ticket[Symbol.asyncDispose]();
}

function answeredBadly(result: unknown, ...args: readonly unknown[]): boolean {
  const statuses = [
    statusOf(result),
    ...args.map((arg) => responseIn(arg)?.statusCode ?? statusOf(resOf(arg))),
  ];
  return statuses.some((status) => status !== undefined && status >= 500);
}

function closed(response: ResponseLike): Promise<void> {
  return new Promise((resolve) => {
    response.once?.("close", resolve);
  });
}

/** A Response's own. */
function statusOf(value: unknown): number | undefined {
  return value instanceof Response ? value.status : undefined;
}

/** Hono's context. */
function resOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "res" in value ? value.res : undefined;
}

function responseIn(value: unknown): ResponseLike | undefined {
  if (typeof value !== "object" || value === null || !("statusCode" in value)) return undefined;
  return isResponseLike(value) ? value : undefined;
}

function isResponseLike(value: object & { readonly statusCode: unknown }): value is ResponseLike {
  return typeof value.statusCode === "number";
}
