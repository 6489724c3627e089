import { invalidArgument, isSignetError, SignetError } from "./errors.ts";
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
  /**
   * How much of that it has used, a whole number from 0 on: all of it unless given. What it throws charges nothing, and goes to `onError`;
   * more than was reserved, or no whole number, charges all that was reserved, and goes there too.
   */
  readonly used?: ((result: unknown, ...args: Args) => number) | undefined;
  /** Whether a request that did not throw has failed; a status of 500 or above unless given. */
  readonly failed?: ((result: unknown, ...args: Args) => boolean) | undefined;
  /** Is told, for a log, why a ticket could not be settled or voided at once, or as `used` says. The request has been answered all the same. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The part of a server's response object that is looked at; Node's, Express's and Fastify's have it. */
interface ResponseLike {
  readonly statusCode: number;
  readonly writableEnded?: boolean;
  readonly closed?: boolean;
  readonly destroyed?: boolean;
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
    if (response !== undefined && isOpen(response))
      void closed(response).then(() => charge(ticket, usedOf, onError));
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
    const misuse = misuseOf(used, ticket.amount);
    if (misuse !== undefined) await tell(onError, misuse);
    // The work was done: what cannot be charged as it is said to be is not free.
    const charged = misuse === undefined ? used : ticket.amount;
    if (charged > 0) await ticket.spend(charged);
    await (charged > 0 ? ticket.settle() : ticket.void());
  } catch (error) {
    await tell(onError, error);
  }
  await ticket[Symbol.asyncDispose]();
}

function misuseOf(used: number, reserved: number): SignetError | undefined {
  if (!Number.isSafeInteger(used) || used < 0) {
    return invalidArgument(
      `What \`used\` returns must be a whole number from 0 on, not ${used}; all of the ${reserved} reserved is charged.`,
    );
  }
  if (used <= reserved) return undefined;
  const detail = `${used} were used and ${reserved} reserved: all of those are charged, and no more.`;
  return new SignetError("ticket_amount_exceeded", { detail });
}

/** Never rejects. */
async function tell(onError: (error: unknown) => void, error: unknown): Promise<void> {
  await Promise.resolve(error)
    .then(onError)
    .catch(() => undefined);
}

function answeredBadly(result: unknown, ...args: readonly unknown[]): boolean {
  const statuses = [
    statusOf(result),
    ...args.map((arg) => responseIn(arg)?.statusCode ?? statusOf(resOf(arg))),
  ];
  return statuses.some((status) => status !== undefined && status >= 500);
}

/** Whether it will yet be ended. One whose client has hung up never is, and has told that it closed already. */
function isOpen({ writableEnded, closed: isClosed, destroyed }: ResponseLike): boolean {
  return writableEnded === false && isClosed !== true && destroyed !== true;
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
