import { readdirSync } from "node:fs";
import type { Pool } from "pg";
import type { Env } from "./env.ts";
import type { Logger } from "./log.ts";
import { masterKeyCheck } from "./master-key.ts";

/** What `instance.restored_at` is from the moment a backup's rows are there until they are safe to serve. */
export const RESTORE_UNFINISHED = "epoch";

/** Why a database may not be served, each with what to do about it. */
export const UNSERVABLE = {
  restore: "A restore into this database was not finished; run npm run restore -- --filled.",
  masterKey:
    "SIGNET_MASTER_KEY is not the key this database is sealed under; set it to that key, after a replacement to the new one: without it no stored secret can be opened.",
  migration: "The database is not of this version of Signet yet; run npm run migrate.",
  password:
    "The database refuses the password of signet_app. Where DATABASE_APP_URL is not set, it follows from SIGNET_MASTER_KEY, or from SIGNET_MASTER_KEY_PREVIOUS while that is set: set the key in force, once its replacement is finished without the previous one. Otherwise correct DATABASE_APP_URL.",
} as const;

/** PostgreSQL's codes of what no waiting mends: of the password, and of a table, a column or a privilege that is not there. */
const BY_CODE: Readonly<Record<string, string>> = {
  "28P01": UNSERVABLE.password,
  "42P01": UNSERVABLE.migration,
  "42703": UNSERVABLE.migration,
  "42501": UNSERVABLE.migration,
};
const ASK_AGAIN_MS = 5_000;

/**
 * For an entry point: ends this process, with a sentence that says what to do, where the database must not be served as it is
 * or cannot be with these keys. One that does not answer is no reason to end: it is asked again until it does.
 */
export async function exitUnlessServable({
  pool,
  log,
  env,
}: {
  pool: Pool;
  log: Pick<Logger, "fatal" | "warn">;
  env: Pick<Env, "SIGNET_MASTER_KEY" | "SIGNET_MASTER_KEY_PREVIOUS">;
}): Promise<void> {
  async function hasAnswered(): Promise<boolean> {
    try {
      const refusal = await refusalOf(pool, env);
      if (refusal === undefined) return true;
      log.fatal(refusal);
      process.exit(1);
    } catch (err) {
      log.warn({ err }, "the database does not say yet whether it may be served");
      return false;
    }
  }
  if (await hasAnswered()) return;
  const timer = setInterval(async () => {
    if (await hasAnswered()) clearInterval(timer);
  }, ASK_AGAIN_MS).unref();
}

async function refusalOf(
  pool: Pool,
  keys: Pick<Env, "SIGNET_MASTER_KEY" | "SIGNET_MASTER_KEY_PREVIOUS">,
): Promise<string | undefined> {
  try {
    const { rows } = await pool.query<{ check: string; unfinished: boolean | null }>(
      `SELECT master_key_check AS "check", restored_at = $1 AS unfinished FROM instance`,
      [RESTORE_UNFINISHED],
    );
    const [instance] = rows;
    if (instance?.unfinished) return UNSERVABLE.restore;
    const known = [keys.SIGNET_MASTER_KEY, keys.SIGNET_MASTER_KEY_PREVIOUS].some(
      (key) => key !== undefined && masterKeyCheck(key) === instance?.check,
    );
    if (instance !== undefined && !known) return UNSERVABLE.masterKey;
    // One that is newer is served: while an upgrade goes on, processes of the version before are still there.
    const { rowCount } = await pool.query(
      "SELECT 1 FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL",
      [newestMigration()],
    );
    return rowCount === 0 ? UNSERVABLE.migration : undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const refusal = BY_CODE[code];
    if (refusal === undefined) throw error;
    return refusal;
  }
}

function newestMigration(): string | undefined {
  const folder = new URL("../../prisma/migrations/", import.meta.url);
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort()
    .at(-1);
}
