import { createHash } from "node:crypto";
import { Client } from "pg";
import { withEngine } from "./engine.ts";
import { NO_FILTERS, PRISMA_FOLDER, readFunctions, readMigrations } from "./folder.ts";
import { APP_ROLE, ensureRoles } from "./roles.ts";

/** Any number that no other user of the database is likely to lock. */
const LOCK = 7_370_195;

/** Why the database cannot be migrated, as one sentence for the operator. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

export interface MigrateOptions {
  /** The owner's connection. */
  readonly ownerUrl: string;
  /** The connection of the processes; given when its password is ours to set. */
  readonly appUrl?: string;
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
 * turns. Throws a MigrationError when the database is newer than the code or an earlier migration failed half-way.
 */
export async function migrate({
  ownerUrl,
  appUrl,
  folder = PRISMA_FOLDER,
}: MigrateOptions): Promise<MigrateResult> {
  const owner = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await owner.connect();
  try {
    await owner.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await refuseUnknownHistory(owner, folder);
    await ensureRoles(owner, appUrl);
    const migrationsList = readMigrations(folder);
    const { appliedMigrationNames } = await withEngine(ownerUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
    );
    const functionsReplaced = await replaceFunctions(owner, folder);
    return { applied: appliedMigrationNames, functionsReplaced };
  } finally {
    await owner.end();
  }
}

async function refuseUnknownHistory(owner: Client, folder: string): Promise<void> {
  const { rows: tables } = await owner.query("SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL");
  if (tables.length === 0) return;
  const { rows } = await owner.query<{ name: string; finished: boolean }>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished
       FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name`,
  );
  const known = new Set(readMigrations(folder).migrationDirectories.map(({ path }) => path));
  const ahead = rows.filter(({ name }) => !known.has(name)).at(-1);
  if (ahead !== undefined) {
    throw new MigrationError(
      `The database is newer than this version of Signet (it has the migration ${ahead.name}); start the newer version, or restore a backup.`,
    );
  }
  const failed = rows.find(({ finished }) => !finished);
  if (failed !== undefined) {
    throw new MigrationError(
      `The migration ${failed.name} failed half-way earlier; restore a backup, or repair it and mark it with "prisma migrate resolve".`,
    );
  }
}

/** All functions in one transaction, so that no process ever sees half of a new version; skipped when unchanged. */
async function replaceFunctions(owner: Client, folder: string): Promise<boolean> {
  const functions = readFunctions(folder);
  const hash = createHash("sha256").update(JSON.stringify(functions)).digest("hex");
  await owner.query("BEGIN");
  try {
    await owner.query(
      "CREATE TABLE IF NOT EXISTS _signet_functions (id boolean PRIMARY KEY DEFAULT true CHECK (id), hash text NOT NULL)",
    );
    const { rows } = await owner.query<{ hash: string }>("SELECT hash FROM _signet_functions");
    const changed = rows[0]?.hash !== hash;
    if (changed) {
      for (const { name, sql } of functions) await runFile(owner, name, sql);
      await owner.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${APP_ROLE}`);
      await owner.query(
        "INSERT INTO _signet_functions (hash) VALUES ($1) ON CONFLICT (id) DO UPDATE SET hash = EXCLUDED.hash",
        [hash],
      );
    }
    await owner.query("COMMIT");
    return changed;
  } catch (error) {
    await owner.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function runFile(owner: Client, name: string, sql: string): Promise<void> {
  try {
    await owner.query(sql);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`prisma/sql/${name} was refused by the database: ${reason}`, { cause });
  }
}
