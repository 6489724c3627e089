import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { startScratchCluster } from "#prisma/embedded/scratch.ts";
import { migrate } from "#prisma/migrator/migrate.ts";

const TEMPLATE = "signet_template";

/** How to reach the server of a test run; plain data, so that it can be handed to other processes. */
export interface TestServer {
  /** The superuser's URL to the maintenance database. */
  readonly adminUrl: string;
  /** The password of the processes' role. */
  readonly appPassword: string;
}

/** A database of one's own, migrated and empty. */
export interface TestDatabase {
  /** The owner's connection: past row-level security, for arranging and for looking behind the scenes. */
  readonly ownerUrl: string;
  /** The connection the processes use, bound by row-level security. */
  readonly appUrl: string;
  /** Ends all sessions on the database and removes it. */
  drop(): Promise<void>;
}

/** Starts a real PostgreSQL and migrates a template once; `stop` removes both. */
export async function startTestServer(): Promise<{ server: TestServer; stop(): Promise<void> }> {
  // Statistics that come by themselves would change plans in the middle of a test that looks at them.
  const cluster = await startScratchCluster({ autovacuum: "off", max_connections: "500" });
  try {
    const server = { adminUrl: cluster.url("postgres"), appPassword: randomBytes(12).toString("hex") };
    await administer(server, (admin) => admin.query(`CREATE DATABASE ${TEMPLATE}`));
    await migrate({ ownerUrl: cluster.url(TEMPLATE), appUrl: appUrl(server, TEMPLATE) });
    return { server, stop: () => cluster.stop() };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Clones the template, which takes some tens of milliseconds. */
export async function cloneDatabase(server: TestServer): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(server, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`));
  return {
    ownerUrl: databaseUrl(server, name).href,
    appUrl: appUrl(server, name),
    drop: async () => {
      await administer(server, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

async function administer(server: TestServer, work: (admin: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client({ connectionString: server.adminUrl });
  await admin.connect();
  await work(admin).finally(() => admin.end());
}

function databaseUrl(server: TestServer, name: string): URL {
  const url = new URL(server.adminUrl);
  url.pathname = `/${name}`;
  return url;
}

function appUrl(server: TestServer, name: string): string {
  const url = databaseUrl(server, name);
  url.username = "signet_app";
  url.password = server.appPassword;
  return url.href;
}
