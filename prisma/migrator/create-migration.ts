import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { withEngine } from "./engine.ts";
import { NO_FILTERS, readMigrations, readSchema } from "./folder.ts";
import { APP_ROLE, ensureRoles } from "./roles.ts";

/**
 * The SQL that leads from the migrations to the schema files, empty when they agree. `scratchUrl` is a database beside
 * which others may be made and removed.
 */
export async function pendingChanges(folder: string, scratchUrl: string): Promise<string> {
  const owner = new Client({ connectionString: scratchUrl });
  await owner.connect();
  await ensureRoles(owner, undefined).finally(() => owner.end());
  const migrations = readMigrations(folder);
  const { stdout } = await withEngine(scratchUrl, (engine) =>
    engine.diff({
      from:
        migrations.migrationDirectories.length === 0
          ? { tag: "empty" }
          : { tag: "migrations", ...migrations },
      to: { tag: "schemaDatamodel", ...readSchema(folder) },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    }),
  );
  const script = stdout?.trim() ?? "";
  return /^-- This is an empty migration\.?$/.test(script) ? "" : script;
}

/**
 * Writes the pending changes to `migrations/<timestamp>_<name>/migration.sql`. Returns the file's path, or undefined
 * when there are none.
 */
export async function createMigration(
  folder: string,
  name: string,
  scratchUrl: string,
  now: Date,
): Promise<string | undefined> {
  const script = await pendingChanges(folder, scratchUrl);
  if (script === "") return undefined;
  const timestamp = now.toISOString().replace(/\D/g, "").slice(0, 14);
  const directory = join(
    folder,
    "migrations",
    `${timestamp}_${name.toLowerCase().replace(/[^a-z0-9]+/g, "_")}`,
  );
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(folder, "migrations", "migration_lock.toml"), 'provider = "postgresql"\n');
  const path = join(directory, "migration.sql");
  writeFileSync(path, `${script}\n${protection(script)}`);
  return path;
}

/** What Prisma cannot say: row-level security for new tables of a tenant, and the processes' privileges on the others. */
function protection(script: string): string {
  const tables = [...script.matchAll(/CREATE TABLE "(\w+)" \(([\s\S]*?)\n\);/g)];
  return tables
    .map(([, table = "", columns = ""]) =>
      columns.includes('"tenant_id"')
        ? `\n-- Add p_append_only => true if rows are never to change.\nSELECT protect_tenant_table('"${table}"');\n`
        : `\nGRANT SELECT, INSERT, UPDATE ON "${table}" TO ${APP_ROLE};\n`,
    )
    .join("");
}
