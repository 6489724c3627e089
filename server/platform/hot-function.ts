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
