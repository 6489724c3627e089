import { Redis } from "ioredis";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { Logger } from "./log.ts";

/** An answer in memory is at hand, so one from Redis is not worth more. */
const ANSWER_MS_MAX = 50;
const RECONNECT_MS_MAX = 2_000;

export interface Counter {
  /** Counts one more of `key`: how many there were in this window, and when the next one begins. */
  count(key: string): Promise<{ readonly counted: number; readonly msBeforeNext: number }>;
}

export interface Counters {
  /** `name` tells its keys from those of others. */
  counter(name: string, windowSeconds: number): Counter;
  close(): void;
}

/** Counts for this process alone. */
export const memoryCounters: Counters = {
  counter: (name, windowSeconds) => counterOf(new RateLimiterMemory(optionsOf(name, windowSeconds))),
  close: () => undefined,
};

/** Counts for all processes that share a Redis; for each alone while that does not answer. Connects when first used. */
export function createRedisCounters(url: string, log: Logger): Counters {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS_MAX,
    // Ends a connection that hangs, so that only the first requests wait for it and the rest count in memory at once.
    socketTimeout: ANSWER_MS_MAX,
    connectTimeout: 1_000,
    retryStrategy: (times) => Math.min(times * 100, RECONNECT_MS_MAX),
  });
  let isLost = false;
  redis.on("error", (error) => {
    if (!isLost) log.warn({ err: error }, "Redis does not answer; rates are limited by each process alone");
    isLost = true;
  });
  redis.on("ready", () => {
    if (isLost) log.info("Redis answers again; rates are limited by all processes together");
    isLost = false;
  });

  return {
    counter(name, windowSeconds) {
      const options = optionsOf(name, windowSeconds);
      const counter = counterOf(
        new RateLimiterRedis({
          ...options,
          storeClient: redis,
          rejectIfRedisNotReady: true,
          insuranceLimiter: new RateLimiterMemory(options),
        }),
      );
      return {
        count(key) {
          // What it fails with is told by the event above, and tried again by itself.
          if (redis.status === "wait") redis.connect().catch(() => undefined);
          return counter.count(key);
        },
      };
    },
    close: () => redis.disconnect(),
  };
}

function optionsOf(name: string, duration: number) {
  return { keyPrefix: `signet:rate:${name}`, points: Number.MAX_SAFE_INTEGER, duration };
}

function counterOf(limiter: RateLimiterAbstract): Counter {
  return {
    async count(key) {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
      return { counted: consumedPoints, msBeforeNext };
    },
  };
}
