import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestDatabase } from "./cluster.ts";
import { createTestDatabase } from "./database.ts";

/** Who belongs to which tenant must be known before a tenant is: the one table with a tenant_id that is global. */
const GLOBAL_TABLES = ["membership"];
const APPEND_ONLY_TABLES = [
  "audit_event",
  "domain_event",
  "ledger_entry",
  "policy_version",
  "revocation",
  "runtime_event",
  "trust_bundle",
  "webhook_attempt",
];

let database: TestDatabase;
let owner: Client;
let app: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  app = new Client({ connectionString: database.appUrl });
  await Promise.all([owner.connect(), app.connect()]);
});
afterAll(async () => {
  await Promise.all([owner.end(), app.end()]);
  await database.drop();
});

/** Rows of one text column. Partitions count as tables of their own. */
async function names(sql: string, parameters: readonly unknown[] = []): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(sql, [...parameters]);
  return rows.map(({ name }) => name);
}

const TENANT_TABLES = `
  SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity, a.attnum
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($1)`;

describe("every table of a tenant", () => {
  test("is found by this test", async () => {
    const tables = await names(`SELECT relname AS name FROM (${TENANT_TABLES}) t`, [GLOBAL_TABLES]);
    expect(tables).toEqual(
      expect.arrayContaining(["license", "activation", "seat", "account", ...APPEND_ONLY_TABLES]),
    );
  });

  test("has row-level security, forced, with a policy that names the tenant", async () => {
    const unprotected = await names(
      `SELECT relname AS name FROM (${TENANT_TABLES}) t
        WHERE NOT (relrowsecurity AND relforcerowsecurity) OR NOT EXISTS (
          SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid
             AND pg_get_expr(p.polqual, p.polrelid) LIKE '%tenant_id = (current_setting(''signet.tenant_id''::text))::uuid%')`,
      [GLOBAL_TABLES],
    );
    expect(unprotected).toEqual([]);
  });

  test("never lets a row be written for another tenant than the one that is set", async () => {
    const loose = await names(
      `SELECT relname AS name FROM (${TENANT_TABLES}) t WHERE NOT EXISTS (
         SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid
            AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), pg_get_expr(p.polqual, p.polrelid))
                = '(tenant_id = (current_setting(''signet.tenant_id''::text))::uuid)')`,
      [GLOBAL_TABLES],
    );
    expect(loose).toEqual([]);
  });

  test("has tenant_id first in its primary key and in every unique index", async () => {
    const wrong = await names(
      `SELECT i.indexrelid::regclass::text AS name FROM (${TENANT_TABLES}) t
         JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique WHERE i.indkey[0] <> t.attnum
       UNION ALL
       SELECT relname || ' has no primary key' FROM (${TENANT_TABLES}) t
        WHERE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)`,
      [GLOBAL_TABLES],
    );
    expect(wrong).toEqual([]);
  });

  test("refers to other tables of a tenant by keys that begin with tenant_id, on both sides", async () => {
    const wrong = await names(
      `SELECT f.conname AS name FROM (${TENANT_TABLES}) t
         JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f'
         JOIN pg_attribute target ON target.attrelid = f.confrelid AND target.attname = 'tenant_id'
        WHERE f.conkey[1] <> t.attnum OR f.confkey[1] <> target.attnum`,
      [GLOBAL_TABLES],
    );
    expect(wrong).toEqual([]);
  });
});

describe("the processes' role", () => {
  test("owns no table and no function", async () => {
    const owned = await names(
      `SELECT relname AS name FROM pg_class WHERE relowner = 'signet_app'::regrole AND relnamespace = 'public'::regnamespace
       UNION ALL
       SELECT proname FROM pg_proc WHERE proowner = 'signet_app'::regrole AND pronamespace = 'public'::regnamespace`,
    );
    expect(owned).toEqual([]);
  });

  test("gets no rights beyond its own from any function but those that let go of what is old", async () => {
    expect(
      await names(
        "SELECT proname AS name FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY 1",
      ),
    ).toEqual([
      "delete_old_events",
      "delete_old_mails",
      "delete_old_sign_ins",
      "delete_old_webhooks",
      "forget_lab_runs",
    ]);
  });

  test("can add to the append-only tables, and change or remove nothing in them", async () => {
    const added = ["account_event", ...APPEND_ONLY_TABLES];
    const allowed = await names(
      `SELECT p || ' ' || t AS name FROM unnest($1::text[]) t, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
        WHERE has_table_privilege('signet_app', t, p) OR p = 'UPDATE' AND has_any_column_privilege('signet_app', t, p)
        ORDER BY 1`,
      [added],
    );
    expect(allowed).toEqual(added.map((table) => `INSERT ${table}`));
  });

  test("can truncate nothing, which would pass by row-level security", async () => {
    const truncatable = await names(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND has_table_privilege('signet_app', oid, 'TRUNCATE')`,
    );
    expect(truncatable).toEqual([]);
  });

  test("gets an error, not an empty answer, from every table of a tenant while none is set", async () => {
    const tables = await names(
      `SELECT format('%I', relname) AS name FROM (${TENANT_TABLES}) t WHERE has_table_privilege('signet_app', oid, 'SELECT')`,
      [GLOBAL_TABLES],
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const table of tables) {
      await insertAnyRow(table);
      await expect(app.query(`SELECT 1 FROM ${table}`), table).rejects.toThrow(
        /signet\.tenant_id|for type uuid/,
      );
    }
  });
});

/** A policy is only asked about rows, so each table needs one; what it says does not matter, so its checks are lifted. */
async function insertAnyRow(table: string): Promise<void> {
  await owner.query("SET session_replication_role = replica");
  const checks = await names(
    "SELECT format('%I', conname) AS name FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'",
    [table],
  );
  for (const check of checks) await owner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${check}`);
  const { rows: columns } = await owner.query<{ name: string; value: string }>(
    `SELECT format('%I', attname) AS name, CASE
        WHEN y.typtype = 'e' THEN (SELECT quote_literal(enumlabel) FROM pg_enum WHERE enumtypid = y.oid LIMIT 1)
        WHEN y.typcategory = 'N' THEN '1' WHEN y.typcategory = 'B' THEN 'true' WHEN y.typcategory = 'D' THEN 'now()'
        WHEN y.typname = 'uuid' THEN 'gen_random_uuid()' WHEN y.typcategory = 'A' THEN quote_literal('{}')
        WHEN y.typname IN ('json', 'jsonb') THEN quote_literal('{}') ELSE quote_literal('') END AS value
       FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef`,
    [table],
  );
  await owner.query(
    `INSERT INTO ${table} (${columns.map(({ name }) => name)}) VALUES (${columns.map(({ value }) => value)})`,
  );
}
