import type { Client } from "pg";
import { RESTORE_UNFINISHED, UNSERVABLE } from "#server/platform/servable.ts";
import { MigrationError } from "./errors.ts";

/** In the transaction that brings the rows, so that no death between it and the last step leaves what looks whole. */
export async function markUnfinished(owner: Client, takenAt: string): Promise<void> {
  await owner.query("UPDATE instance SET last_backup_at = $1, restored_at = $2", [
    takenAt,
    RESTORE_UNFINISHED,
  ]);
}

/** Refuses a database whose clients may know more than it does. */
export async function refuseUnfinishedRestore(owner: Client): Promise<void> {
  const { rows: columns } = await owner.query(
    "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('public.instance') AND attname = 'restored_at'",
  );
  if (columns.length === 0) return;
  const { rows } = await owner.query("SELECT 1 FROM instance WHERE restored_at = $1", [RESTORE_UNFINISHED]);
  if (rows.length > 0) throw new MigrationError(UNSERVABLE.restore);
}
