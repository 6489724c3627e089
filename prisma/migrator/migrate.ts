import { Client } from "pg";
import { migrateQueue } from "#server/platform/queue-schema.ts";
import { withEngine } from "./engine.ts";
import { MigrationError } from "./errors.ts";
import { NO_FILTERS, PRISMA_FOLDER, readMigrations } from "./folder.ts";
import { replaceFunctions } from "./functions.ts";
import { refuseWrongMasterKey, rememberMasterKey } from "./master-key.ts";
import { refuseUnfinishedRestore } from "./restored.ts";
import { APP_ROLE, ensureRoles } from "./roles.ts";

/** Held by whoever changes the whole database. Any number that no other user of it is likely to lock. */
export const LOCK = 7_370_195;

export interface MigrateOptions {
  /** The owner's connection. */
  readonly ownerUrl: string;
  /** The connection of the processes; given when its password is ours to set. */
  readonly appUrl?: string;
  /**
   * What tells the master key from another; remembered in a new database, compared in an old one. Given when the database
   * is to be served, which one whose restore was not finished may not be.
   */
  readonly masterKeyCheck?: string;
  /** The same of the key before it, while that one is being replaced. */
  readonly previousKeyCheck?: string | undefined;
  /** The folder with migrations/ and sql/; the repository's own unless a test brings another. */
  readonly folder?: string;
}

export interface MigrateResult {
  /** Names of the migrations that were applied now. */
  readonly applied: readonly string[];
  /** Whether the SQL functions differed from those in the database. */
  readonly functionsReplaced: boolean;
}

/**
 * Brings a database to the state of the code: role, migrations, SQL functions, privileges. Two callers at once take
 * turns. Throws a MigrationError when the database is newer than the code, is sealed under another master key,
 * was not restored to the end, or refuses a migration; a refused one leaves nothing behind and is tried again the next time.
 */
export async function migrate({
  ownerUrl,
  appUrl,
  masterKeyCheck,
  previousKeyCheck = masterKeyCheck,
  folder = PRISMA_FOLDER,
}: MigrateOptions): Promise<MigrateResult> {
  const owner = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await owner.connect();
  try {
    await owner.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await checkHistory(owner, folder);
    if (masterKeyCheck !== undefined) {
      await refuseWrongMasterKey(owner, [masterKeyCheck, previousKeyCheck ?? masterKeyCheck]);
      await refuseUnfinishedRestore(owner);
    }
    await ensureRoles(owner, appUrl);
    await migrateQueue(owner, APP_ROLE);
    const migrationsList = readMigrations(folder);
    const { appliedMigrationNames } = await withEngine(ownerUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
    ).catch(explain);
    await showHistory(owner);
    const functionsReplaced = await replaceFunctions(owner, folder);
    if (masterKeyCheck !== undefined) await rememberMasterKey(owner, masterKeyCheck);
    return { applied: appliedMigrationNames, functionsReplaced };
  } finally {
    await owner.end();
  }
}

async function checkHistory(owner: Client, folder: string): Promise<void> {
  const { rows: tables } = await owner.query("SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL");
  if (tables.length === 0) return;
  const { rows } = await owner.query<{ name: string }>(
    "SELECT migration_name AS name FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name",
  );
  const known = new Set(readMigrations(folder).migrationDirectories.map(({ path }) => path));
  const ahead = rows.filter(({ name }) => !known.has(name)).at(-1);
  if (ahead !== undefined) {
    throw new MigrationError(
      `The database is newer than this version of Signet (it has the migration ${ahead.name}); start the newer version, or restore a backup.`,
    );
  }
  // A migration is one transaction, so nothing is left of one that failed, and it may simply be tried again.
  await owner.query(
    "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL",
  );
}

/** To the processes, which serve no database that lacks a migration they know. */
async function showHistory(owner: Client): Promise<void> {
  await owner.query(`
    DO $$ BEGIN
      GRANT SELECT ON _prisma_migrations TO ${APP_ROLE};
    EXCEPTION WHEN undefined_table THEN NULL;
    END $$`);
}

function explain(cause: unknown): never {
  const message = cause instanceof Error ? cause.message : String(cause);
  const name = /migration_name="(\S+?)"/.exec(message)?.[1];
  if (name === undefined) throw cause;
  const reason = /Error querying the database: (.+)/.exec(message)?.[1] ?? message;
  throw new MigrationError(`The migration ${name} was refused by the database: ${reason}`, { cause });
}
