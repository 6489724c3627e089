import { memoryCounters } from "#server/platform/counters.ts";
import { networkOf, secondsOf, tooMany, WINDOW_SECONDS } from "./rate-limits.ts";

export interface FailureLimiter {
  /** Counts a credential of this client that was not accepted. Throws `rate_limited` once there were too many. */
  count(ip: string): Promise<void>;
}

/** Counts per client network and process, so that guessing credentials costs the guesser more than it costs us. */
export function createFailureLimiter(failuresPerMinuteMax: number): FailureLimiter {
  const limit = { name: "failures", max: failuresPerMinuteMax };
  const counter = memoryCounters.counter(limit.name, WINDOW_SECONDS);
  return {
    async count(ip) {
      const { counted, msBeforeNext } = await counter.count(networkOf(ip));
      if (counted <= failuresPerMinuteMax) return;
      const counts = { left: 0, resetSeconds: secondsOf(msBeforeNext) };
      throw tooMany(limit, counts, "Too many credentials from here were not accepted");
    },
  };
}
