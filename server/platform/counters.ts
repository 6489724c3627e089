import { type Cluster, Redis } from "ioredis";
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { Logger } from "./log.ts";
import { openCluster } from "./redis-cluster.ts";
import { parseRedisUrl } from "./redis-url.ts";

/** An answer in memory is at hand, so one from Redis is not worth more. */
const ANSWER_MS_MAX = 50;
const RECONNECT_MS_MAX = 2_000;
/** One lost node of a cluster fails some requests among many that succeed; that is one trouble, and told once. */
const QUIET_MS = 30_000;

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
  const redis = connect(url);
  let lostMs: number | undefined;
  const lose = (error: unknown) => {
    if (lostMs === undefined)
      log.warn({ err: error }, "Redis does not answer; rates are limited by each process alone");
    lostMs = performance.now();
  };
  const find = () => {
    if (lostMs === undefined || performance.now() - lostMs < QUIET_MS) return;
    log.info("Redis has answered for a while again; rates are limited by all processes together");
    lostMs = undefined;
  };
  redis.on("error", lose);

  return {
    counter(name, windowSeconds) {
      const options = optionsOf(name, windowSeconds);
      const shared = counterOf(
        new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true }),
      );
      const alone = counterOf(new RateLimiterMemory(options));
      return {
        async count(key) {
          // What it fails with is told by the event above, and tried again by itself.
          if (redis.status === "wait") redis.connect().catch(() => undefined);
          try {
            const counted = await shared.count(key);
            find();
            return counted;
          } catch (error) {
            // Before it is there for the first time, nothing is lost.
            if (redis.status === "ready") lose(error);
            return alone.count(key);
          }
        },
      };
    },
    close: () => redis.disconnect(),
  };
}

function connect(url: string): Redis | Cluster {
  const address = parseRedisUrl(url);
  const retryMs = (times: number) => Math.min(times * 100, RECONNECT_MS_MAX);
  const options = {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS_MAX,
    // Ends a connection that hangs, so that only the first requests wait for it and the rest count in memory at once.
    socketTimeout: ANSWER_MS_MAX,
    connectTimeout: 1_000,
  };
  const atOnce = { lazyConnect: true, enableOfflineQueue: false };
  if (address?.kind !== "cluster") return new Redis(url, { ...options, ...atOnce, retryStrategy: retryMs });
  return openCluster(address, options, {
    ...atOnce,
    clusterRetryStrategy: retryMs,
    // A node that is down or moved answers no request late: it is looked for beside them.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    maxRedirections: 3,
    slotsRefreshInterval: RECONNECT_MS_MAX,
  });
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
