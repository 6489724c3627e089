import type { Client } from "pg";
import { UNSERVABLE } from "#server/platform/servable.ts";
import { MigrationError } from "./errors.ts";

/** Refuses master keys that this database is not sealed under: nothing in it could be opened. */
export async function refuseWrongMasterKey(owner: Client, checks: readonly string[]): Promise<void> {
  const { rows: tables } = await owner.query("SELECT 1 WHERE to_regclass('public.instance') IS NOT NULL");
  if (tables.length === 0) return;
  const { rows } = await owner.query<{ check: string }>('SELECT master_key_check AS "check" FROM instance');
  if (rows[0] !== undefined && !checks.includes(rows[0].check)) {
    throw new MigrationError(UNSERVABLE.masterKey);
  }
}

/** Remembers the master key's check value in a new database. */
export async function rememberMasterKey(owner: Client, check: string): Promise<void> {
  await owner.query("INSERT INTO instance (master_key_check) VALUES ($1) ON CONFLICT (id) DO NOTHING", [
    check,
  ]);
}
