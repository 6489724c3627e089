import type { Client, Pool } from "pg";

/** Licenses stored by one statement. */
const STEP = 100_000;

/**
 * Fills a tenant with copies of one of its licenses, up to `count` more, as fast as PostgreSQL takes them: without foreign
 * keys' triggers, and with the indexes built at the end. Stops early once `secondsMax` have passed; returns how many there
 * now are.
 */
export async function fillLicenses(
  owner: Pool,
  tenantId: string,
  count: number,
  secondsMax: number,
): Promise<number> {
  const client = await owner.connect();
  try {
    await client.query("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'");
    const rebuild = await dropIndexes(client);
    const endMs = performance.now() + secondsMax * 1000;
    let stored = 0;
    while (stored < count && performance.now() < endMs) {
      const step = Math.min(STEP, count - stored);
      await client.query(copies(await columnsOf(client)), [tenantId, stored, stored + step - 1]);
      stored += step;
    }
    for (const statement of rebuild) await client.query(statement);
    await client.query("VACUUM (ANALYZE) license");
    const { rows } = await client.query<{ licenses: number }>(
      "SELECT count(*)::integer AS licenses FROM license",
    );
    return rows[0]?.licenses ?? 0;
  } finally {
    client.release(true);
  }
}

/** What differs from copy to copy: what must be unique, and the time they were issued. */
const OWN: Readonly<Record<string, string>> = {
  id: "('02000000-' || lpad(to_hex(n >> 16), 4, '0') || '-7' || lpad(to_hex((n >> 4) & 4095), 3, '0') || '-8000-' || lpad(to_hex(n & 15), 12, '0'))::uuid",
  key_hash: "sha256(int8send(n))",
  status_index: "1000000 + n::integer",
  issued_at: "l.issued_at - n * interval '1 second'",
};

function copies(columns: readonly string[]): string {
  const values = columns.map((column) => OWN[column] ?? `l.${column}`);
  return `INSERT INTO license (${columns.join(", ")}) SELECT ${values.join(", ")}
            FROM (SELECT * FROM license WHERE tenant_id = $1 ORDER BY id LIMIT 1) l, generate_series($2::bigint, $3::bigint) AS n`;
}

async function columnsOf(client: Pick<Client, "query">): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = 'license'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
  );
  return rows.map(({ name }) => name);
}

/** Drops the indexes of the licenses that no constraint needs; returns what makes them again. */
async function dropIndexes(client: Pick<Client, "query">): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE indrelid = 'license'::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}
