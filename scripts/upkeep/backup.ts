import { renameSync, rmSync } from "node:fs";
import { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { LOCK } from "#prisma/migrator/migrate.ts";
import { LaunchFailure } from "../launcher/failure.ts";
import { createBackupFile } from "./backup-file.ts";

/** What a copy has no use for: the migrator's books, which the restored database has its own of, and what is true of a moment only. */
const LEFT_OUT = [
  "_prisma_migrations",
  "_signet_functions",
  "database_epoch",
  "instance_figure",
  "job_state",
  "process_presence",
  "rate_limit",
];

export interface BackupResult {
  readonly takenAt: Date;
  readonly rows: number;
  readonly bytes: number;
}

/** A table as the catalogue describes it. */
export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** Whether it has rows of tenants, apart from one another. */
  readonly isolated: boolean;
}

/**
 * Writes the whole database, as of one moment, into a file that is there only when it is whole. Everything goes on meanwhile;
 * only a migration waits. Needs no superuser.
 */
export async function backUp(ownerUrl: string, path: string): Promise<BackupResult> {
  const owner = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  const unfinished = `${path}.unfinished`;
  await owner.connect();
  try {
    await owner.query("SELECT pg_advisory_lock_shared($1)", [LOCK]);
    await owner.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const { takenAt, migrations, check, seesAll } = await facts(owner);
    rmSync(unfinished, { force: true });
    const file = createBackupFile(unfinished, {
      takenAt: takenAt.toISOString(),
      migrations,
      masterKeyCheck: check,
    });
    await file.begin();
    const tenants = seesAll ? [] : await tenantIds(owner);
    for (const { name, columns, isolated } of await tablesOf(owner)) {
      await file.beginTable({ table: name, columns: [...columns] });
      const of = isolated && !seesAll ? tenants : [undefined];
      for (const tenant of of) {
        if (tenant !== undefined)
          await owner.query("SELECT set_config('signet.tenant_id', $1, true)", [tenant]);
        for await (const chunk of owner.query(copyTo(copyOut(name, columns)))) await file.rows(chunk);
      }
      await file.endTable();
    }
    const { rows, bytes } = await file.close();
    await owner.query("COMMIT");
    renameSync(unfinished, path);
    await owner.query("UPDATE instance SET last_backup_at = $1", [takenAt]);
    return { takenAt, rows, bytes };
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    await owner.end();
  }
}

/** Every table that is kept, with the columns that are not computed; those that others refer to come first. */
export async function tablesOf(owner: Client): Promise<Table[]> {
  const { rows } = await owner.query<Table & { refers: string[] }>(
    `SELECT c.relname AS name, c.relrowsecurity AS isolated,
            array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
                     AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
            array(SELECT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
                   WHERE k.conrelid = c.oid AND k.contype = 'f' AND f.oid <> c.oid) AS refers
       FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL ($1) ORDER BY c.relname`,
    [LEFT_OUT],
  );
  const placed = new Set<string>();
  const ordered: Table[] = [];
  for (let left = rows; left.length > 0; ) {
    const ready = left.filter(({ refers }) => refers.every((name) => placed.has(name)));
    if (ready.length === 0) throw new Error(`These refer to one another: ${left.map(({ name }) => name)}.`);
    for (const { name, columns, isolated } of ready) {
      placed.add(name);
      ordered.push({ name, columns, isolated });
    }
    left = left.filter(({ name }) => !placed.has(name));
  }
  return ordered;
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(", ");
}

function copyOut(table: string, columns: readonly string[]): string {
  // A query, because a table with row-level security that binds the reader cannot be copied by its name.
  return `COPY (SELECT ${quoted(columns)} FROM ${quoted([table])}) TO STDOUT`;
}

/** Whose rows there may be: every tenant's, and those of nobody, under the nil uuid. */
async function tenantIds(owner: Client): Promise<string[]> {
  const { rows } = await owner.query<{ id: string }>("SELECT id FROM tenant ORDER BY id");
  return ["00000000-0000-0000-0000-000000000000", ...rows.map(({ id }) => id)];
}

async function facts(owner: Client) {
  const { rows } = await owner.query<{ takenAt: Date; seesAll: boolean; isThere: boolean }>(
    `SELECT date_trunc('milliseconds', transaction_timestamp()) AS "takenAt", rolsuper OR rolbypassrls AS "seesAll",
            to_regclass('public.process_presence') IS NOT NULL AS "isThere"
       FROM pg_roles WHERE rolname = current_user`,
  );
  const [first] = rows;
  if (first === undefined || !first.isThere)
    throw new LaunchFailure(
      "There is no database of this version of Signet there; start this version once first.",
    );
  const { rows: known } = await owner.query<{ check: string }>(
    'SELECT master_key_check AS "check" FROM instance',
  );
  const { rows: applied } = await owner.query<{ name: string }>(
    `SELECT migration_name AS name FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  return { ...first, check: known[0]?.check ?? "", migrations: applied.map(({ name }) => name) };
}
