import { PrismaPg } from "@prisma/adapter-pg";
import { Pool, type PoolConfig } from "pg";
import { type Prisma, PrismaClient } from "#prisma/generated/client.ts";
import type { Logger } from "./log.ts";

export interface DatabaseOptions {
  /** The connection of the role `signet_app`. */
  readonly url: string;
  /** Connections at most in each of the two pools; 10 unless given. */
  readonly poolSize?: number;
  /** Told of idle connections that break; the pools replace them. */
  readonly log?: Logger;
}

export interface Database {
  /** The hot paths' connections: one SQL function call per batch, as a named prepared statement. */
  readonly pool: Pool;
  /** The control plane's; a table of a tenant is reached only inside `withTenant`. */
  readonly prisma: PrismaClient;
  /** Runs `work` in one transaction that sees and touches this tenant's rows only. */
  withTenant<T>(tenantId: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  /** Waits for what is under way, then ends every connection. */
  close(): Promise<void>;
}

/** The database as seen by services that are to join one transaction: each of their own is part of it. */
export function joinedTo(database: Database, tx: Prisma.TransactionClient): Database {
  return { ...database, withTenant: (_tenantId, work) => work(tx) };
}

const CONNECT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
/** Longer than the server's own limit, so that it only ends the wait for a server that can no longer speak. */
const REPLY_TIMEOUT_MS = 20_000;
const TRANSACTION_TIMEOUT_MS = 20_000;
const IDLE_CONNECTION_TIMEOUT_MS = 30_000;

/**
 * Two pools of one configuration, so that a slow page of the portal never holds the connection a device is waiting for.
 * Connects when first used.
 */
export function createDatabase({ url, poolSize = 10, log }: DatabaseOptions): Database {
  const config: PoolConfig = {
    connectionString: url,
    max: poolSize,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: REPLY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: TRANSACTION_TIMEOUT_MS,
    application_name: "signet",
  };
  const onBrokenConnection = (error: Error) => log?.warn({ err: error }, "an idle database connection broke");
  const pool = new Pool(config).on("error", onBrokenConnection);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(config, { onPoolError: onBrokenConnection, onConnectionError: onBrokenConnection }),
    transactionOptions: { maxWait: CONNECT_TIMEOUT_MS, timeout: TRANSACTION_TIMEOUT_MS },
  });
  let closing: Promise<void> | undefined;

  return {
    pool,
    prisma,
    withTenant: (tenantId, work) =>
      prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('signet.tenant_id', ${tenantId}, true)`;
        return work(tx);
      }),
    async ping() {
      await pool.query("SELECT 1");
    },
    close() {
      closing ??= Promise.all([pool.end(), prisma.$disconnect()]).then(() => undefined);
      return closing;
    },
  };
}
