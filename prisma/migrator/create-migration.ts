import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { withEngine } from "./engine.ts";
import { NO_FILTERS, readMigrations, readSchema } from "./folder.ts";
import { APP_ROLE, ensureRoles } from "./roles.ts";

/**
 * Writes `migrations/<timestamp>_<name>/migration.sql` with what the schema files have and the migrations do not.
 * `scratchUrl` is a database that may be filled and emptied. Returns the file's path, or undefined when there is no
 * difference.
 */
export async function createMigration(
  folder: string,
  name: string,
  scratchUrl: string,
  now: Date,
): Promise<string | undefined> {
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
  if (script === "" || /^-- This is an empty migration\.?$/.test(script)) return undefined;
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

/** What Prisma cannot say: row-level security for new tables of a tenant, and the processes' privileges on all. */
function protection(script: string): string {
  const tables = [...script.matchAll(/CREATE TABLE "(\w+)" \(([\s\S]*?)\n\);/g)];
  return tables
    .map(([, table = "", columns = ""]) => {
      const policy = columns.includes('"tenant_id"')
        ? `ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON "${table}" USING ("tenant_id" = current_setting('signet.tenant_id')::uuid);
`
        : "";
      return `\n-- Protect "${table}"\n${policy}GRANT SELECT, INSERT, UPDATE, DELETE ON "${table}" TO ${APP_ROLE};\n`;
    })
    .join("");
}
