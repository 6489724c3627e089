import {
  createPostgresBackend,
  type Job,
  type JobProgress,
  type JobSchedulerTemplateOptions,
  type JobsOptions,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  Worker,
} from "bullmq";
import { Cluster } from "ioredis";
import { QUEUE_SCHEMA } from "./queue-schema.ts";
import { openCluster } from "./redis-cluster.ts";
import { parseRedisUrl } from "./redis-url.ts";

/** The end of a BullMQ queue that jobs go in by. */
export interface Producer {
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>;
  upsertJobScheduler(
    id: string,
    repeat: { every: number },
    template: { name: string; data: unknown; opts: JobSchedulerTemplateOptions },
  ): Promise<unknown>;
  getJobScheduler(id: string): Promise<object | undefined>;
  /** Jobs that are due and not begun. */
  getWaitingCount(): Promise<number>;
  waitUntilReady(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** The end that they are run from. */
export interface Consumer {
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

type Processor = (job: Job<unknown>) => Promise<void>;

/** Where jobs are kept; BullMQ speaks to either in the same way, once opened. */
export interface Store {
  producer(queue: string): Producer;
  consumer(queue: string, concurrency: number, process: Processor): Consumer;
}

export function postgresStore(url: string): Store {
  const connection: PostgresConnectionOptions = {
    connectionString: url,
    schema: QUEUE_SCHEMA,
    // Each end of a queue has a pool of its own, besides the connection a consumer listens on.
    max: 2,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    query_timeout: 20_000,
    application_name: "signet queue",
  };
  return {
    producer: (queue) =>
      new Queue<
        unknown,
        unknown,
        string,
        unknown,
        unknown,
        string,
        PostgresQueueBackend,
        PostgresConnectionOptions
      >(queue, { connection }, createPostgresBackend),
    consumer: (queue, concurrency, process) =>
      new Worker<unknown, void, string, PostgresQueueBackend, JobProgress, PostgresConnectionOptions>(
        queue,
        process,
        { connection, concurrency, autorun: false },
        createPostgresBackend,
      ),
  };
}

export function redisStore(url: string): Store {
  // The braces keep all keys of a queue on one node of a Redis Cluster.
  const prefix = "{signet}";
  const address = parseRedisUrl(url);
  // A consumer makes a connection of its own like the one it is given, which is not used if not for it.
  const connect = (maxRetriesPerRequest: number | null) =>
    address?.kind === "cluster"
      ? openCluster(address, { maxRetriesPerRequest }, { lazyConnect: true })
      : { url, maxRetriesPerRequest };
  return {
    producer(queue) {
      const connection = connect(1);
      return closingToo(new Queue<unknown>(queue, { connection, prefix }), connection);
    },
    consumer(queue, concurrency, process) {
      const connection = connect(null);
      const options = { connection, prefix, concurrency, autorun: false };
      return closingToo(new Worker<unknown, void>(queue, process, options), connection);
    },
  };
}

/** BullMQ ends only connections that it made itself, and that of a cluster is given to it. */
function closingToo<End extends Producer | Consumer>(end: End, connection: object): End {
  if (!(connection instanceof Cluster)) return end;
  const close = end.close.bind(end);
  end.close = () => close().finally(() => connection.disconnect());
  // What BullMQ does not listen to any more at the end would be an uncaught error.
  connection.on("error", () => undefined);
  return end;
}
