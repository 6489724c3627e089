import type { Pool, QueryResultRow } from "pg";
import type { Clock } from "./clock.ts";

/**
 * One SQL function of prisma/sql/ as a batch call: `f(tenant, now, items as JSON)`, a named prepared statement, one row
 * an item, in the items' order. Resolves after COMMIT.
 */
export function hotFunction<Item, Row extends QueryResultRow>(pool: Pool, clock: Clock, name: string) {
  const text = `SELECT * FROM ${name}($1, $2, $3)`;
  return async (tenantId: string, items: readonly Item[]): Promise<Row[]> => {
    const values = [tenantId, clock.forDatabase(), JSON.stringify(items)];
    const { rows } = await pool.query<Row>({ name, text, values });
    return rows;
  };
}

/**
 * The same, for callers who carry a token: `f(tenant, now, items as JSON, proven seq)` is undone when the keys that verified
 * them are no longer those in force.
 */
export function provenFunction<Item, Row extends QueryResultRow>(pool: Pool, clock: Clock, name: string) {
  const text = `SELECT * FROM ${name}($1, $2, $3, $4)`;
  return async (tenantId: string, items: readonly Item[], provenSeq?: number): Promise<Row[]> => {
    const values = [tenantId, clock.forDatabase(), JSON.stringify(items), provenSeq ?? null];
    const { rows } = await pool.query<Row>({ name, text, values });
    return rows;
  };
}
