import { isIPv6 } from "node:net";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { HttpRefusal } from "./refusal.ts";

const WINDOW_SECONDS = 60;

export interface FailureLimiter {
  /** Counts a credential of this client that was not accepted. Throws `rate_limited` once there were too many. */
  count(ip: string): Promise<void>;
}

/** Counts per client network and process, so that guessing credentials costs the guesser more than it costs us. */
export function createFailureLimiter(failuresPerMinuteMax: number): FailureLimiter {
  const limiter = new RateLimiterMemory({ points: failuresPerMinuteMax, duration: WINDOW_SECONDS });
  return {
    async count(ip) {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(networkOf(ip));
      if (consumedPoints <= failuresPerMinuteMax) return;
      const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
      throw new HttpRefusal(
        "rate_limited",
        `Too many credentials from here were not accepted; try again in ${retryAfterSeconds} s.`,
        {
          retryAfterSeconds,
          headers: {
            "ratelimit-policy": `"failures";q=${failuresPerMinuteMax};w=${WINDOW_SECONDS}`,
            ratelimit: `"failures";r=0;t=${retryAfterSeconds}`,
          },
        },
      );
    },
  };
}

/** One IPv6 client usually owns a whole /64, so the addresses in it count as one. */
function networkOf(ip: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(ip)) return ip;
  const [head = ""] = ip.split("::");
  return head.split(":").slice(0, 4).join(":");
}
