import { createHash } from "node:crypto";
import type { Client } from "pg";
import { MigrationError } from "./errors.ts";
import { readFunctions } from "./folder.ts";
import { APP_ROLE } from "./roles.ts";

/**
 * Installs every file of sql/ in one transaction, so that no process ever sees half of a new version. Skipped when
 * nothing changed. Returns whether anything was replaced.
 */
export async function replaceFunctions(owner: Client, folder: string): Promise<boolean> {
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
      for (const { name } of functions) await dropOverloads(owner, name.replace(/\.sql$/, ""));
      for (const { name, sql } of functions) await install(owner, name, sql);
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

/** CREATE OR REPLACE can neither change what a function returns nor remove its form with other parameters. */
async function dropOverloads(owner: Client, name: string): Promise<void> {
  const { rows } = await owner.query<{ signature: string }>(
    "SELECT oid::regprocedure::text AS signature FROM pg_proc WHERE proname = $1 AND pronamespace = 'public'::regnamespace",
    [name],
  );
  for (const { signature } of rows) {
    // One that an index or a constraint stands on stays, and is replaced in place.
    await owner.query(
      `DO $$ BEGIN DROP FUNCTION ${signature}; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$`,
    );
  }
}

async function install(owner: Client, name: string, sql: string): Promise<void> {
  try {
    await owner.query(sql);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`prisma/sql/${name} was refused by the database: ${reason}`, { cause });
  }
}
