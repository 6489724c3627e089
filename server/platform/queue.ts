import { setTimeout as sleep } from "node:timers/promises";
import type { JobSchedulerTemplateOptions } from "bullmq";
import type { Logger } from "./log.ts";
import { type Consumer, type Producer, postgresStore, redisStore } from "./queue-stores.ts";

export interface QueuesOptions {
  /** The connection of the role `signet_app`: where jobs live unless Redis is given. */
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
  readonly log: Logger;
  /** How soon a schedule that the store has forgotten is noted again; a minute unless given. */
  readonly scheduleCheckMs?: number;
}

/** How often and how a job that threw is run again. */
export interface Retries {
  /** Runs at most, the first included. */
  readonly attempts: number;
  /** Wait before the second run; it doubles from run to run. */
  readonly backoffMs: number;
}

/** A job as it is run. */
export interface Delivery {
  readonly data: unknown;
  /** 1 for the first run. */
  readonly attempt: number;
}

/** Delivery of jobs, at least once and in no promised order. Trouble with the store is logged and outlived, never thrown. */
export interface Queues {
  /** Resolves with whether the job was taken in; false when the store did not answer in time. */
  send(queue: string, data: unknown, retries: Retries): Promise<boolean>;
  /** Has a job sent every `everyMs` milliseconds by the store, once however many processes ask. */
  schedule(queue: string, everyMs: number, data: unknown, retries: Retries): void;
  /** Runs `handle` for each job of the queue, `concurrency` at once in this process; a job that throws is run again. */
  consume(queue: string, concurrency: number, handle: (delivery: Delivery) => Promise<void>): void;
  /** Jobs that are due and not begun; undefined when the store did not answer in time. */
  waiting(queue: string): Promise<number | undefined>;
  /** Takes no more jobs, lets those that are running finish, and ends every connection. */
  close(): Promise<void>;
}

const SEND_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 3_000;
const RETRY_MS = { first: 1_000, most: 30_000 };
const LOG_EVERY_MS = 30_000;
/** What is kept of finished jobs, for an operator who looks; a job's outcome is in its rows and in the log. */
const KEPT = { removeOnComplete: { count: 100 }, removeOnFail: { age: 7 * 86_400, count: 1_000 } };

export function createQueues({
  databaseUrl,
  redisUrl,
  log,
  scheduleCheckMs = 60_000,
}: QueuesOptions): Queues {
  const store = redisUrl === undefined ? postgresStore(databaseUrl) : redisStore(redisUrl);
  const producers = new Map<string, { producer: Producer; ready: Promise<Producer> }>();
  const consumers = new Set<Consumer>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  let ended = false;
  const complain = throttled((err: unknown, queue: string) =>
    log.warn({ err, queue }, "the job queue has trouble"),
  );

  /** A producer that failed to start never recovers by itself, so it is dropped and the next use makes another. */
  function readyProducer(queue: string): Promise<Producer> {
    const open = producers.get(queue);
    if (open !== undefined) return open.ready;
    const producer = store.producer(queue);
    producer.on("error", (error) => complain(error, queue));
    const ready = producer.waitUntilReady().then(
      () => producer,
      async (error: unknown) => {
        producers.delete(queue);
        await producer.close().catch(() => undefined);
        throw error;
      },
    );
    producers.set(queue, { producer, ready });
    return ready;
  }

  async function keepTrying(queue: string, attempt: () => Promise<unknown>): Promise<void> {
    for (let waitMs = RETRY_MS.first; !closing.signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MS.most)) {
      try {
        await attempt();
        return;
      } catch (error) {
        complain(error, queue);
        await pause(waitMs);
      }
    }
  }

  /** Looks again from time to time, because a Redis that was flushed has forgotten its schedules. */
  async function keepScheduled(queue: string, note: (producer: Producer) => Promise<void>): Promise<void> {
    await keepTrying(queue, async () => note(await readyProducer(queue)));
    while (await pause(scheduleCheckMs)) {
      await keepTrying(queue, async () => {
        const producer = await readyProducer(queue);
        if ((await producer.getJobScheduler(queue)) === undefined) await note(producer);
      });
    }
  }

  /** False when it was cut short because the queues are closing. */
  function pause(ms: number): Promise<boolean> {
    return sleep(ms, true, { signal: closing.signal }).catch(() => false);
  }

  async function runConsumer(
    queue: string,
    concurrency: number,
    handle: (delivery: Delivery) => Promise<void>,
  ): Promise<void> {
    const consumer = store.consumer(queue, concurrency, (job) => {
      const run = handle({ data: job.data, attempt: job.attemptsMade + 1 });
      running.add(run);
      return run.finally(() => running.delete(run));
    });
    consumer.on("error", (error) => complain(error, queue));
    consumers.add(consumer);
    try {
      await consumer.waitUntilReady();
      await consumer.run();
    } finally {
      consumers.delete(consumer);
      await consumer.close();
    }
  }

  return {
    async send(queue, data, retries) {
      if (ended) return false;
      try {
        const added = readyProducer(queue).then((open) => open.add(queue, data, jobOptions(retries)));
        await within(SEND_TIMEOUT_MS, added);
        return true;
      } catch (error) {
        complain(error, queue);
        return false;
      }
    },
    schedule(queue, everyMs, data, retries) {
      void keepScheduled(queue, async (producer) => {
        const template = { name: queue, data, opts: jobOptions(retries) };
        await producer.upsertJobScheduler(queue, { every: everyMs }, template);
      });
    },
    consume(queue, concurrency, handle) {
      void keepTrying(queue, () => runConsumer(queue, concurrency, handle));
    },
    async waiting(queue) {
      if (ended) return undefined;
      try {
        return await within(
          SEND_TIMEOUT_MS,
          readyProducer(queue).then((open) => open.getWaitingCount()),
        );
      } catch (error) {
        complain(error, queue);
        return undefined;
      }
    },
    async close() {
      closing.abort();
      const idle = Promise.allSettled([...consumers].map((consumer) => consumer.close()));
      await Promise.allSettled(running);
      ended = true;
      const closed = idle.then(() =>
        Promise.allSettled([...producers.values()].map(({ producer }) => producer.close())),
      );
      // BullMQ may wait for ever to say goodbye to a store that is down.
      await within(CLOSE_TIMEOUT_MS, closed).catch((error: unknown) => complain(error, "all"));
    },
  };
}

function jobOptions({ attempts, backoffMs }: Retries): JobSchedulerTemplateOptions {
  return { attempts, backoff: { type: "exponential", delay: backoffMs }, ...KEPT };
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = sleep(ms, undefined, { signal: done.signal }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  return Promise.race([work, late]).finally(() => done.abort());
}

/** A store that is down fails at every try of every queue; one line in a while says as much as all of them. */
function throttled<Args extends unknown[]>(say: (...args: Args) => void): (...args: Args) => void {
  let silentUntilMs = 0;
  return (...args) => {
    if (performance.now() < silentUntilMs) return;
    silentUntilMs = performance.now() + LOG_EVERY_MS;
    say(...args);
  };
}
