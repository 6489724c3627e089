import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { SignetError } from "../domain/errors.ts";

const WINDOW_SECONDS = 15 * 60;
const HOUR_SECONDS = 60 * 60;

export interface SignInLimits {
  /** Wrong passwords for one e-mail address in 15 minutes. */
  readonly failuresPerEmailMax: number;
  /** Wrong passwords from one network address in 15 minutes. */
  readonly failuresPerIpMax: number;
}

export interface SignInLimiter {
  /** Counts an attempt before it is looked at. Throws `rate_limited`, with the seconds to wait, when there were too many. */
  attempt(email: string, ip: string): Promise<void>;
  /** Takes back what `attempt` counted: only failures are to count. */
  succeeded(email: string, ip: string): Promise<void>;
}

/** Counters in PostgreSQL, so that several `web` processes count together; in memory while it cannot be reached. */
export function createSignInLimiter(
  pool: Pool,
  limits: SignInLimits = { failuresPerEmailMax: 10, failuresPerIpMax: 60 },
): SignInLimiter {
  const byEmail = counter(pool, "sign-in-email", limits.failuresPerEmailMax);
  const byIp = counter(pool, "sign-in-ip", limits.failuresPerIpMax);

  return {
    async attempt(email, ip) {
      await countOrRefuse("attempts to sign in", [byIp, ip], [byEmail, email]);
    },
    async succeeded(email, ip) {
      await Promise.all([byEmail.delete(digest(email)), byIp.reward(digest(ip))]);
    },
  };
}

export interface AskLimiter {
  /** Counts what has a mail sent. Throws `rate_limited`, whether or not anybody has the address. */
  asked(email: string, ip: string): Promise<void>;
}

/** Bounds how many mails anybody can have sent: to one address, and from one network address, in 15 minutes. */
export function createAskLimiter(pool: Pool, limits = { perEmailMax: 5, perIpMax: 30 }): AskLimiter {
  const byEmail = counter(pool, "mail-asked-email", limits.perEmailMax);
  const byIp = counter(pool, "mail-asked-ip", limits.perIpMax);
  return {
    async asked(email, ip) {
      await countOrRefuse("mails asked for", [byIp, ip], [byEmail, email]);
    },
  };
}

export interface InviteLimiter {
  /** Counts an invitation. Throws `rate_limited`, with the time to wait. */
  invited(email: string, inviterUserId: string): Promise<void>;
}

/** Bounds how many invitations anybody can have mailed, and how many anybody gets, in an hour: a whole team can still be invited. */
export function createInviteLimiter(
  pool: Pool,
  limits = { perEmailMax: 5, perInviterMax: 50 },
): InviteLimiter {
  const byEmail = counter(pool, "invited-email", limits.perEmailMax, HOUR_SECONDS);
  const byInviter = counter(pool, "invited-by", limits.perInviterMax, HOUR_SECONDS);
  return {
    async invited(email, inviterUserId) {
      await countOrRefuse("invitations", [byInviter, inviterUserId], [byEmail, email]);
    },
  };
}

function counter(
  pool: Pool,
  keyPrefix: string,
  points: number,
  duration = WINDOW_SECONDS,
): RateLimiterPostgres {
  const options = { keyPrefix, points, duration };
  return new RateLimiterPostgres({
    ...options,
    storeClient: pool,
    storeType: "pool",
    tableName: "rate_limit",
    tableCreated: true,
    insuranceLimiter: new RateLimiterMemory(options),
  });
}

async function countOrRefuse(
  what: string,
  ...counts: readonly (readonly [limiter: RateLimiterPostgres, key: string])[]
): Promise<void> {
  try {
    for (const [limiter, key] of counts) await limiter.consume(digest(key));
  } catch (reason) {
    if (reason instanceof RateLimiterRes) throw tooMany(what, Math.ceil(reason.msBeforeNext / 1000));
    throw reason;
  }
}

/** The counters' keys: of one length whatever was typed, and telling nobody whose they are. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function tooMany(what: string, retryAfterSeconds: number): SignetError {
  const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60));
  return new SignetError(
    "rate_limited",
    `Too many ${what}; try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    { retryAfterSeconds },
  );
}
