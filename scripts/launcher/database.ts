import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { type Cluster, startCluster } from "#prisma/embedded/cluster.ts";
import { codeOf, LaunchFailure } from "./failure.ts";
import type { Home } from "./home.ts";

const DATABASE = "signet";
const OLDEST_VERSION = 15;

/** The embedded PostgreSQL, which is started again should it die. */
export interface EmbeddedDatabase {
  readonly ownerUrl: string;
  stop(): Promise<void>;
  /** Ends it without waiting. */
  kill(): void;
}

/** Starts the embedded PostgreSQL with its data in the home directory; `onDeath` is told when it dies by itself. */
export async function startEmbedded(
  home: Home,
  password: string,
  onDeath: (sentence: string) => void,
): Promise<EmbeddedDatabase> {
  const log = createWriteStream(join(home.logs, "postgres.log"), { flags: "a", mode: 0o600 });
  const start = (port?: number) =>
    startCluster({
      dataDirectory: home.postgres,
      password,
      durable: true,
      ...(port === undefined ? {} : { port }),
      log: (line) => log.write(`${line}\n`),
    });
  let cluster: Cluster;
  try {
    cluster = await start();
    await createDatabase(cluster);
  } catch (cause) {
    throw new LaunchFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const ownerUrl = cluster.url(DATABASE);
  let stopping = false;
  const watch = async (): Promise<void> => {
    await cluster.ended;
    for (let delayMs = 500; !stopping; delayMs = Math.min(delayMs * 2, 30_000)) {
      onDeath(`the embedded PostgreSQL died; starting it again in ${delayMs / 1000} s`);
      await sleep(delayMs);
      try {
        // On the same port, which the processes have in their URLs.
        if (!stopping) cluster = await start(cluster.port);
        return watch();
      } catch (error) {
        onDeath(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const watching = watch();
  return {
    ownerUrl,
    stop: async () => {
      stopping = true;
      await cluster.stop();
      await watching;
      log.end();
    },
    kill: () => cluster.kill(),
  };
}

async function createDatabase(cluster: Cluster): Promise<void> {
  const client = new Client({ connectionString: cluster.url("postgres") });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rows.length === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Makes sure that the operator's own database answers and is new enough, or says in a sentence what is wrong. */
export async function checkExternal(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS version",
    );
    const version = rows[0]?.version ?? 0;
    if (version < OLDEST_VERSION) {
      throw new LaunchFailure(
        `The database is PostgreSQL ${version}; Signet needs ${OLDEST_VERSION} or newer.`,
      );
    }
  } catch (error) {
    if (error instanceof LaunchFailure) throw error;
    throw new LaunchFailure(explain(url, error), { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

function explain(url: string, error: unknown): string {
  const { host, pathname, username } = new URL(url);
  const reasons: Record<string, string> = {
    ECONNREFUSED: `Nothing answers at ${host}; start that PostgreSQL, or correct DATABASE_URL.`,
    ENOTFOUND: `The host of DATABASE_URL, ${host}, is not known; correct it.`,
    EAI_AGAIN: `The host of DATABASE_URL, ${host}, is not known; correct it.`,
    "28P01": `The database refuses the password of ${username}; correct DATABASE_URL.`,
    "28000": `The database does not let ${username} in; correct DATABASE_URL or its pg_hba.conf.`,
    "3D000": `The database ${pathname.slice(1)} does not exist at ${host}; create it, or correct DATABASE_URL.`,
  };
  const message = error instanceof Error ? error.message : String(error);
  return (
    reasons[codeOf(error)] ?? `The database at ${host} cannot be reached (${message}); correct DATABASE_URL.`
  );
}
