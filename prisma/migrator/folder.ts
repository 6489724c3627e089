import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { MigrationList, SchemasContainer } from "@prisma/schema-engine-wasm/schema_engine_bg";

/** The folder that holds schema/, migrations/ and sql/. */
export const PRISMA_FOLDER = fileURLToPath(new URL("..", import.meta.url));

export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** The migrations in Prisma's own folder format: `<name>/migration.sql`, in the order of their names. */
export function readMigrations(folder: string): MigrationList {
  const baseDir = join(folder, "migrations");
  const names = existsSync(baseDir)
    ? readdirSync(baseDir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  const lockfile = join(baseDir, "migration_lock.toml");
  return {
    baseDir,
    lockfile: {
      path: "migration_lock.toml",
      content: existsSync(lockfile) ? readFileSync(lockfile, "utf8") : null,
    },
    shadowDbInitScript: "",
    migrationDirectories: names
      .map(({ name }) => name)
      .sort()
      .map((path) => ({
        path,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok", value: readFileSync(join(baseDir, path, "migration.sql"), "utf8") },
        },
      })),
  };
}

/** Every `.prisma` file of the schema. */
export function readSchema(folder: string): SchemasContainer {
  const directory = join(folder, "schema");
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(".prisma"))
    .sort()
    .map((name) => ({ path: join(directory, name), content: readFileSync(join(directory, name), "utf8") }));
  return { files };
}

/** The SQL functions, a file each, in the order of their names. */
export function readFunctions(folder: string): readonly { name: string; sql: string }[] {
  const directory = join(folder, "sql");
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(directory, name), "utf8") }));
}
