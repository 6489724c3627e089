import { isIPv6 } from "node:net";
import type { Counter, Counters } from "#server/platform/counters.ts";
import type { RequestContext } from "./context.ts";
import { HttpRefusal } from "./refusal.ts";

export const WINDOW_SECONDS = 60;

export interface RateLimitOptions {
  readonly counters: Counters;
  /** Requests a minute of all that is a tenant's, except what keeps or gives back what somebody has; 0 is no limit. */
  readonly tenantPerMinute: number;
  /** Requests a minute of one device, or of one network where nothing is proved; 0 is no limit. What keeps held things counts apart, to as many. */
  readonly clientPerMinute: number;
  /** Requests a minute of one credential of a backend, which asks for many devices; 0 is no limit. */
  readonly backendPerMinute: number;
}

/** Who asks, as far as the door knows. */
export interface RateLimitedClient {
  readonly tenantId: string;
  /** The device that has proved itself; without it and a backend, the client's network counts. */
  readonly device?: string;
  /** The backend's credential that has proved itself. */
  readonly backend?: string;
}

export interface RateLimits {
  /** Counts a request that may come in, and notes in its context what is left. Throws `rate_limited` when there were too many. */
  count(context: RequestContext, asking: RateLimitedClient): Promise<void> | undefined;
}

/** Of one limit: its name as clients read it, and how many in how many seconds. */
interface Limit {
  readonly name: string;
  readonly max: number;
}

interface Counted {
  readonly left: number;
  readonly resetSeconds: number;
}

const NO_LIMITS: RateLimits = { count: () => undefined };

export function createRateLimits(options: RateLimitOptions | undefined): RateLimits {
  if (options === undefined) return NO_LIMITS;
  const { counters, clientPerMinute, backendPerMinute, tenantPerMinute } = options;
  const ofClient = limitOf(counters, "client", clientPerMinute);
  const ofHeld = limitOf(counters, "held", clientPerMinute);
  const ofBackend = limitOf(counters, "backend", backendPerMinute);
  const ofTenant = limitOf(counters, "tenant", tenantPerMinute);
  if ([ofClient, ofBackend, ofTenant].every((limit) => limit === undefined)) return NO_LIMITS;

  return {
    async count(context, { tenantId, device, backend }) {
      // The client first: what one is refused must not use up what the others have.
      if (backend !== undefined) await ofBackend?.(context, `${tenantId}:${backend}`);
      else {
        // Whoever asks too often for new seats must not lose those it has.
        const limit = context.keepsHeld ? ofHeld : ofClient;
        await limit?.(
          context,
          device === undefined ? networkOf(context.request.ip) : `${tenantId}:${device}`,
        );
      }
      if (!context.keepsHeld) await ofTenant?.(context, tenantId);
    },
  };
}

function limitOf(counters: Counters, name: string, max: number) {
  if (max === 0) return undefined;
  const limit: Limit = { name, max };
  const counter: Counter = counters.counter(name, WINDOW_SECONDS);
  return async (context: RequestContext, key: string): Promise<void> => {
    const { counted, msBeforeNext } = await counter.count(key);
    const left = { left: Math.max(0, max - counted), resetSeconds: secondsOf(msBeforeNext) };
    if (counted > max) throw tooMany(limit, left, `Too many requests of this ${name}`);
    context.note(limitHeaders(limit, left));
  };
}

/** The refusal of a request beyond a limit; `what` there was too much of begins its sentence. */
export function tooMany(limit: Limit, counted: Counted, what: string): HttpRefusal {
  const retryAfterSeconds = counted.resetSeconds;
  return new HttpRefusal("rate_limited", `${what}; try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
    headers: limitHeaders(limit, counted),
  });
}

function limitHeaders({ name, max }: Limit, { left, resetSeconds }: Counted) {
  return {
    "ratelimit-policy": `"${name}";q=${max};w=${WINDOW_SECONDS}`,
    ratelimit: `"${name}";r=${left};t=${resetSeconds}`,
  };
}

export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1000));
}

/** One IPv6 client usually owns a whole /64, so the addresses in it count as one. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(ip)) return ip;
  const [head = ""] = ip.split("::");
  return head.split(":").slice(0, 4).join(":");
}
