import { SignetError } from "#server/domain/errors.ts";
import { passingFailure } from "#server/platform/database-errors.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { RequestContext } from "./context.ts";
import { correlationIdOf } from "./correlation.ts";
import { allowBrowsers, preflightHeaders } from "./cors.ts";
import { createDoors } from "./doors.ts";
import { createFailureLimiter } from "./failure-limiter.ts";
import { idempotencyKeyOf } from "./key-owner.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createOpenApiDocument } from "./openapi.ts";
import type { AnyReply, MaybePromise, Operation, Refusal } from "./operation.ts";
import { activationOperations } from "./operations/activations.ts";
import { authorityOperations } from "./operations/authority.ts";
import { leaseOperations } from "./operations/leases.ts";
import { offlineOperations } from "./operations/offline.ts";
import { systemOperations } from "./operations/system.ts";
import { ticketOperations } from "./operations/tickets.ts";
import { tokenOperations } from "./operations/tokens.ts";
import { trustOperations } from "./operations/trust.ts";
import { usageOperations } from "./operations/usage.ts";
import { denialReply, ERRORS_PATH, problemReply } from "./problem.ts";
import { createRateLimits, type RateLimitOptions } from "./rate-limits.ts";
import type { RawReply, RawRequest } from "./raw.ts";
import { methodNotAllowed, nothingHere } from "./refusal.ts";
import { createRouter, type Router } from "./router.ts";
import type { LicenseServerServices } from "./services.ts";

export interface LicenseServerOptions {
  readonly metrics?: Metrics;
  /** Credentials of one client network that are not accepted, per minute and process, before it is turned away. */
  readonly failuresPerMinuteMax?: number;
  /** Requests for something new that may be under way at once in this process; one more is told to come back. */
  readonly newWorkInFlightMax?: number;
  /** Whether what is ready to run waits for its turn in this process: new work is then told to come back. */
  readonly isLate?: () => boolean;
  /** How often a tenant and each of its clients may ask; as often as they like when not given. */
  readonly rateLimits?: RateLimitOptions;
  /** The portal's address, where that is another than this server's own: it explains what a problem's `type` leads to. */
  readonly portalUrl?: string;
}

/** The runtime plane without a transport: adapters turn HTTP into `RawRequest` and `RawReply` back into HTTP. */
export interface LicenseServer {
  readonly operations: readonly Operation[];
  readonly router: Router;
  /** Answers a request; never throws or rejects. */
  dispatch(operation: Operation, request: RawRequest): MaybePromise<RawReply>;
  /** Answers a request that is no operation: an unknown path, a wrong method, a browser's preflight. */
  unrouted(request: RawRequest): RawReply;
  /** Answers a request the host itself could not take, e.g. one with too large a body. */
  refuse(error: unknown, request: RawRequest): RawReply;
}

const JSON_TYPE = "application/json";
/** The label, in metrics, of what reached no operation. */
const NO_OPERATION = "none";

export function createLicenseServer(
  services: LicenseServerServices,
  {
    metrics = createMetrics(),
    failuresPerMinuteMax = 60,
    newWorkInFlightMax = 8_192,
    isLate = () => false,
    rateLimits,
    portalUrl,
  }: LicenseServerOptions = {},
): LicenseServer {
  const { trust, idempotency, log, clock } = services;
  const failures = createFailureLimiter(failuresPerMinuteMax);
  const doors = createDoors({ ...services, failures, rates: createRateLimits(rateLimits) });
  let document: Readonly<Record<string, unknown>> | undefined;
  const operations: readonly Operation[] = [
    ...activationOperations(doors, services.activations, failures),
    ...leaseOperations(doors, services.leases),
    ...ticketOperations(doors, services.usage),
    ...usageOperations(doors, services.usage),
    ...offlineOperations(doors, services.offline, failures),
    ...tokenOperations(doors, services.callers),
    ...trustOperations(doors, trust),
    ...authorityOperations(doors, services.authorityFiles),
    ...systemOperations(doors, services, metrics, () => (document ??= createOpenApiDocument(operations))),
  ];
  const router = createRouter(operations);
  let newWorkInFlight = 0;

  function dispatch(operation: Operation, request: RawRequest): MaybePromise<RawReply> {
    const startedMs = clock.monotonicMs();
    const correlationId = correlationIdOf(request.header("x-correlation-id"));
    const context = new RequestContext(request, correlationId, operation.keepsHeld);
    const reply = operation.inTenant
      ? runWithCorrelation(
          correlationId,
          () => answerUnlessSaturated(operation, context),
          context.traceParent,
        )
      : answer(operation, context, operation.run);
    if (!(reply instanceof Promise)) return finish(reply, operation, context, startedMs);
    return reply.then((settled) => finish(settled, operation, context, startedMs));
  }

  /** What keeps or gives back what somebody has is never turned away: shedding load must not lose a seat or a credit. */
  function answerUnlessSaturated(operation: Operation, context: RequestContext): MaybePromise<RawReply> {
    if (operation.isNewWork !== true) return answerInTenant(operation, context);
    if (newWorkInFlight >= newWorkInFlightMax || isLate())
      return problem(new SignetError("overloaded"), context);
    const reply = answerInTenant(operation, context);
    if (!(reply instanceof Promise)) return reply;
    newWorkInFlight++;
    return reply.finally(() => newWorkInFlight--);
  }

  function answerInTenant(operation: Operation, context: RequestContext): MaybePromise<RawReply> {
    const { enter, run } = operation;
    const key = enter === undefined ? undefined : context.request.header("idempotency-key");
    if (enter === undefined || key === undefined) return answer(operation, context, run);
    return answerOnce(operation, context, enter, key);
  }

  /** As the first request with this key was answered, whatever has become of what it asked for since. */
  async function answerOnce(
    operation: Operation,
    context: RequestContext,
    enter: NonNullable<Operation["enter"]>,
    header: string,
  ): Promise<RawReply> {
    try {
      const key = idempotencyKeyOf(header);
      const entered = await enter(context);
      if ("refused" in entered) return await denial(entered, context);
      const { tenantId, proceed, ...owner } = entered;
      const { id: subject } = context.request.params;
      const bodyHash = context.requestHash();
      const request = { ...owner, key, operation: operation.id, subject, bodyHash };
      const { answer: reply, replayed } = await idempotency.once(tenantId, request, async () =>
        answer(operation, context, proceed),
      );
      if (replayed) reply.headers["idempotent-replayed"] = "true";
      return reply;
    } catch (error) {
      return problem(error, context);
    }
  }

  /** Without a promise where the operation needs none: several a request would cost as much as the rest of it. */
  function answer(
    operation: Operation,
    context: RequestContext,
    run: Operation["run"],
  ): MaybePromise<RawReply> {
    try {
      const result = run(context);
      if (result instanceof Promise) return answerLater(operation, context, result);
      return "refused" in result ? denial(result, context) : plainReply(operation, result);
    } catch (error) {
      return problem(error, context);
    }
  }

  async function answerLater(
    operation: Operation,
    context: RequestContext,
    pending: Promise<AnyReply | Refusal>,
  ): Promise<RawReply> {
    try {
      const result = await pending;
      return "refused" in result ? await denial(result, context) : plainReply(operation, result);
    } catch (error) {
      return problem(error, context);
    }
  }

  async function denial(refusal: Refusal, context: RequestContext): Promise<RawReply> {
    const { refused, tenantId, detail, ...claims } = refusal;
    const decision = await trust.signDenial(tenantId, {
      ...claims,
      code: refused,
      requestHash: context.requestHash(),
      correlationId: context.correlationId,
    });
    return denialReply(refused, decision, occurrenceOf(context), detail);
  }

  function problem(error: unknown, context: RequestContext): RawReply {
    const { correlationId, request } = context;
    const passing =
      error instanceof SignetError ? undefined : passingFailure(error, request.method === "POST");
    const reply = problemReply(passing ?? error, occurrenceOf(context));
    if (reply.status === 500) {
      log.error(
        { err: error, correlationId, method: request.method, path: request.path },
        "a request failed",
      );
    }
    return reply;
  }

  function finish(
    reply: RawReply,
    operation: Operation,
    context: RequestContext,
    startedMs: number,
  ): RawReply {
    const durationMs = clock.monotonicMs() - startedMs;
    metrics.answered(operation.id, reply.status, durationMs);
    if (log.isLevelEnabled("debug")) {
      const { correlationId } = context;
      log.debug({ operation: operation.id, status: reply.status, durationMs, correlationId }, "answered");
    }
    return withCommonHeaders(reply, context);
  }

  function unrouted(request: RawRequest): RawReply {
    const methods = router.methodsOf(request.path);
    if (request.method === "OPTIONS" && methods.length > 0) {
      return { status: 204, headers: preflightHeaders(methods), body: "" };
    }
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (portalUrl !== undefined && isRead && request.path === ERRORS_PATH) {
      return { status: 302, headers: { location: new URL(ERRORS_PATH, portalUrl).href }, body: "" };
    }
    return refuse(methods.length === 0 ? nothingHere() : methodNotAllowed(request.method, methods), request);
  }

  function refuse(error: unknown, request: RawRequest): RawReply {
    const context = new RequestContext(request, correlationIdOf(request.header("x-correlation-id")));
    const reply = withCommonHeaders(problem(error, context), context);
    metrics.answered(NO_OPERATION, reply.status, 0);
    return reply;
  }

  return { operations, router, dispatch, unrouted, refuse };
}

function plainReply(operation: Operation, { status, body, headers }: AnyReply): RawReply {
  if (body === undefined) return { status, headers: { ...headers }, body: "" };
  const contentType = operation.responses[status]?.contentType;
  return {
    status,
    headers: { "content-type": contentType ?? JSON_TYPE, ...headers },
    body: contentType === undefined ? JSON.stringify(body) : String(body),
  };
}

function withCommonHeaders(
  reply: RawReply,
  { request, correlationId, traceParent, notes }: RequestContext,
): RawReply {
  const { headers } = reply;
  for (const [name, value] of Object.entries(notes)) headers[name] ??= value;
  headers["x-correlation-id"] = correlationId;
  if (traceParent !== undefined) headers.traceparent = traceParent;
  allowBrowsers(request, headers);
  return reply;
}

function occurrenceOf({ request, correlationId }: RequestContext) {
  return { path: request.path, correlationId };
}
