import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "../embedded/cluster.ts";
import { startScratchCluster } from "../embedded/scratch.ts";
import { PRISMA_FOLDER } from "./folder.ts";
import { migrate } from "./migrate.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startScratchCluster();
});
afterAll(() => cluster.stop());

async function run(url: string, ...statements: readonly string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const rows: unknown[] = [];
    for (const statement of statements) rows.push(...(await client.query(statement)).rows);
    return rows;
  } finally {
    await client.end();
  }
}

function as(user: string, password: string, database = "managed"): string {
  const url = new URL(cluster.url(database));
  url.username = user;
  url.password = password;
  return url.href;
}

test("an owner who is no superuser, as managed PostgreSQL gives, suffices; the processes' role can use what it makes", async () => {
  await run(
    cluster.url("postgres"),
    "CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'one'",
    "CREATE DATABASE managed OWNER landlord",
  );
  const ownerUrl = as("landlord", "one");
  const appUrl = as("signet_app", "two");
  expect((await migrate({ ownerUrl, appUrl, masterKeyCheck: "key" })).applied.length).toBeGreaterThan(0);
  expect((await migrate({ ownerUrl, appUrl, masterKeyCheck: "key" })).applied).toEqual([]);
  await run(appUrl, "SELECT 1 FROM tenant", "SELECT 1 FROM instance");
  await expect(run(appUrl, "CREATE TABLE mine (id int)")).rejects.toThrow(/permission denied/);
});

test("a new master key's password is set, and an operator's own is left alone", async () => {
  const ownerUrl = as("landlord", "one");
  await migrate({ ownerUrl });
  await run(as("signet_app", "two"), "SELECT 1");
  await migrate({ ownerUrl, appUrl: as("signet_app", "three") });
  await run(as("signet_app", "three"), "SELECT 1");
  await expect(run(as("signet_app", "two"), "SELECT 1")).rejects.toThrow(/password authentication failed/);
});

/** A row of a table as it is now: what must not be null and is not given is something of its type. References are not held. */
async function fill(table: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const given = JSON.stringify(values).replaceAll("'", "''");
  await run(
    cluster.url("grown"),
    "SET session_replication_role = replica",
    `DO $$ DECLARE v_columns text; v_values text; BEGIN
       SELECT string_agg(quote_ident(c.column_name), ','),
              string_agg(CASE WHEN g.value IS NOT NULL THEN format('%L::%s', g.value, c.udt_name)
                WHEN c.data_type = 'USER-DEFINED' THEN format('(enum_range(NULL::%s))[1]', c.udt_name)
                WHEN c.udt_name = 'uuid' THEN 'gen_random_uuid()' WHEN c.udt_name = 'timestamptz' THEN 'now()'
                WHEN c.udt_name = 'bytea' THEN 'uuid_send(gen_random_uuid())' WHEN c.udt_name = 'jsonb' THEN 'jsonb_build_object()' WHEN c.udt_name = 'text' THEN 'gen_random_uuid()::text' ELSE '1' END, ',')
         INTO v_columns, v_values
         FROM information_schema.columns c
         LEFT JOIN jsonb_each_text('${given}') g ON g.key = c.column_name
        WHERE c.table_schema = 'public' AND c.table_name = '${table}'
          AND (g.value IS NOT NULL OR c.is_nullable = 'NO' AND c.column_default IS NULL);
       EXECUTE format('INSERT INTO ${table} (%s) VALUES (%s)', v_columns, v_values);
     END $$`,
  );
}

test("rules published before there was a device proof ask for none, in every tenant, and nothing else of them changes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "signet-grown-"));
  try {
    await run(cluster.url("postgres"), "CREATE DATABASE grown OWNER landlord");
    const ownerUrl = as("landlord", "one", "grown");
    const before = readdirSync(join(PRISMA_FOLDER, "migrations")).filter(
      (name) => name < "20261124102200_device_proof",
    );
    for (const name of [...before, "migration_lock.toml"])
      cpSync(join(PRISMA_FOLDER, "migrations", name), join(folder, "migrations", name), { recursive: true });
    expect((await migrate({ ownerUrl, folder })).applied).toEqual(before);

    const rules = { seats: 5, meters: { credits: { overdraft: 2 } } };
    for (let tenant = 0; tenant < 2; tenant++) {
      const tenant_id = crypto.randomUUID();
      await fill("policy", { tenant_id, draft: rules });
      await fill("policy", { tenant_id });
      await fill("policy_version", { tenant_id, rules });
      await fill("policy_version", { tenant_id, rules: { ...rules, deviceProofRequired: true } });
      await fill("license", { tenant_id, effective: rules, activations_max: 3, activations_ceiling: 3 });
    }
    const after = await migrate({ ownerUrl });
    expect(after.applied[0]).toBe("20261124102200_device_proof");

    const [off, on] = [
      { ...rules, deviceProofRequired: false },
      { ...rules, deviceProofRequired: true },
    ];
    const found = (table: string, column: string) =>
      run(cluster.url("grown"), `SELECT ${column} AS value FROM ${table} ORDER BY ${column} NULLS LAST`);
    const twice = (...values: unknown[]) => values.flatMap((value) => [{ value }, { value }]);
    expect(await found("policy", "draft")).toEqual(twice(off, null));
    expect(await found("policy_version", "rules")).toEqual(twice(off, on));
    expect(await found("license", "effective")).toEqual(twice(off));
    // Isolation was only lifted for as long as that took.
    await expect(run(ownerUrl, "SELECT * FROM policy")).rejects.toThrow(/tenant/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
