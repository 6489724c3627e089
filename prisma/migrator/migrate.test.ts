import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { cloneDatabase, type TestDatabase } from "#server/testing/cluster.ts";
import { createMigration, pendingChanges } from "./create-migration.ts";
import { PRISMA_FOLDER, readMigrations } from "./folder.ts";
import { migrate } from "./migrate.ts";

let template: TestDatabase;
let admin: Client;
let folder: string;
let ownerUrl: string;
let count = 0;

beforeAll(async () => {
  template = await cloneDatabase(inject("testServer"));
  admin = new Client({ connectionString: template.ownerUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await template.drop();
});

/** An empty database and an empty folder, so that the history is the test's own. */
beforeEach(async () => {
  count += 1;
  const name = `migrate_${process.pid}_${count}`;
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(template.ownerUrl);
  url.pathname = `/${name}`;
  ownerUrl = url.href;
  folder = mkdtempSync(join(tmpdir(), "signet-migrate-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await admin.query(`DROP DATABASE ${new URL(ownerUrl).pathname.slice(1)} WITH (FORCE)`);
});

function write(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

function addMigration(name: string, sql: string): void {
  write("migrations/migration_lock.toml", 'provider = "postgresql"\n');
  write(`migrations/${name}/migration.sql`, sql);
}

async function ask<Row extends object>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  const { rows } = await client.query<Row>(sql).finally(() => client.end());
  return rows;
}

const SCHEMA = `datasource db {
  provider = "postgresql"
}
model License {
  tenantId String @map("tenant_id") @db.Uuid
  id       String @db.Uuid
  @@id([tenantId, id])
  @@map("license")
}
`;

describe("migrating", () => {
  test("applies what is missing once, whoever comes first", async () => {
    addMigration("20300101000000_init", "CREATE TABLE thing (id int PRIMARY KEY);");
    const results = await Promise.all([migrate({ ownerUrl, folder }), migrate({ ownerUrl, folder })]);
    expect(results.flatMap(({ applied }) => applied)).toEqual(["20300101000000_init"]);
    addMigration("20300102000000_more", "ALTER TABLE thing ADD COLUMN name text;");
    expect((await migrate({ ownerUrl, folder })).applied).toEqual(["20300102000000_more"]);
  });

  test("leaves nothing of a migration that fails, semicolons in bodies and strings notwithstanding", async () => {
    const body = "DO $$ BEGIN PERFORM 1; PERFORM 2; END $$; COMMENT ON TABLE thing IS 'a; b';";
    addMigration("20300101000000_init", `CREATE TABLE thing (id int PRIMARY KEY); ${body}`);
    await migrate({ ownerUrl, folder });
    addMigration("20300102000000_bad", "CREATE TABLE half (id int); SELECT 1/0;");
    await expect(migrate({ ownerUrl, folder })).rejects.toThrow(
      /^The migration 20300102000000_bad was refused by the database: .*division by zero/,
    );
    expect(await ask("SELECT to_regclass('half') AS found")).toEqual([{ found: null }]);
    addMigration("20300102000000_bad", "CREATE TABLE whole (id int);");
    expect((await migrate({ ownerUrl, folder })).applied).toEqual(["20300102000000_bad"]);
  });

  test("refuses a database that is newer than the code", async () => {
    addMigration("20300101000000_init", "CREATE TABLE thing (id int PRIMARY KEY);");
    addMigration("20300102000000_newer", "ALTER TABLE thing ADD COLUMN name text;");
    await migrate({ ownerUrl, folder });
    rmSync(join(folder, "migrations/20300102000000_newer"), { recursive: true });
    await expect(migrate({ ownerUrl, folder })).rejects.toThrow(
      /newer than this version of Signet .*20300102000000_newer/,
    );
  });

  test("refuses another master key than the first", async () => {
    addMigration(
      "20300101000000_init",
      "CREATE TABLE instance (id boolean PRIMARY KEY DEFAULT true, master_key_check text);",
    );
    await migrate({ ownerUrl, folder, masterKeyCheck: "one" });
    await migrate({ ownerUrl, folder, masterKeyCheck: "one" });
    await expect(migrate({ ownerUrl, folder, masterKeyCheck: "two" })).rejects.toThrow(
      /SIGNET_MASTER_KEY is not the key/,
    );
    // While the key is being replaced both are known, and the database may be sealed under either.
    await migrate({ ownerUrl, folder, masterKeyCheck: "two", previousKeyCheck: "one" });
  });

  test("gives the processes their role, which may log in, owns nothing and can be nobody else", async () => {
    await migrate({ ownerUrl, folder });
    const [role] = await ask(
      "SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = 'signet_app'",
    );
    expect(role).toEqual({
      rolcanlogin: true,
      rolsuper: false,
      rolbypassrls: false,
      rolcreatedb: false,
      rolcreaterole: false,
    });
  });
});

describe("SQL functions", () => {
  test("are replaced when they change, also in what they take and return", async () => {
    write("sql/answer.sql", "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'");
    expect((await migrate({ ownerUrl, folder })).functionsReplaced).toBe(true);
    expect((await migrate({ ownerUrl, folder })).functionsReplaced).toBe(false);
    write(
      "sql/answer.sql",
      "CREATE OR REPLACE FUNCTION answer(n int) RETURNS text LANGUAGE sql AS 'SELECT n::text'",
    );
    expect((await migrate({ ownerUrl, folder })).functionsReplaced).toBe(true);
    expect(
      await ask("SELECT answer(7), count(*)::int AS forms FROM pg_proc WHERE proname = 'answer'"),
    ).toEqual([{ answer: "7", forms: 1 }]);
  });

  test("come all or none, and the file at fault is named", async () => {
    write("sql/answer.sql", "CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'");
    write(
      "sql/broken.sql",
      "CREATE OR REPLACE FUNCTION broken() RETURNS int LANGUAGE sql AS 'SELECT nothing'",
    );
    await expect(migrate({ ownerUrl, folder })).rejects.toThrow(/prisma\/sql\/broken\.sql was refused/);
    expect(await ask("SELECT to_regproc('answer') AS found")).toEqual([{ found: null }]);
  });
});

describe("a new migration", () => {
  test("holds what the schema has and the migrations do not, and protects a tenant's tables", async () => {
    const [, protect = ""] =
      /(CREATE FUNCTION protect_tenant_table[\s\S]*?END \$\$;)/.exec(
        readMigrations(PRISMA_FOLDER).migrationDirectories.map(sqlOf).join("\n"),
      ) ?? [];
    addMigration("20290101000000_base", protect);
    write("schema/license.prisma", SCHEMA);
    const first = await createMigration(folder, "init", ownerUrl, new Date("2030-01-01T00:00:00Z"));
    expect(first).toBe(join(folder, "migrations/20300101000000_init/migration.sql"));
    await migrate({ ownerUrl, folder });
    const [table] = await ask(
      "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'license'",
    );
    expect(table).toEqual({ relrowsecurity: true, relforcerowsecurity: true });

    expect(
      await createMigration(folder, "nothing", ownerUrl, new Date("2030-01-02T00:00:00Z")),
    ).toBeUndefined();
    write("schema/license.prisma", SCHEMA.replace("@@id", "note String?\n  @@id"));
    await createMigration(folder, "Add a note", ownerUrl, new Date("2030-01-03T00:00:00Z"));
    expect((await migrate({ ownerUrl, folder })).applied).toEqual(["20300103000000_add_a_note"]);
  });

  test("is not owed: the schema files and the migrations of this repository agree", async () => {
    expect(await pendingChanges(PRISMA_FOLDER, ownerUrl)).toBe("");
  });
});

function sqlOf({ migrationFile }: ReturnType<typeof readMigrations>["migrationDirectories"][number]): string {
  return migrationFile.content.tag === "ok" ? migrationFile.content.value : "";
}
