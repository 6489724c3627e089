import type { Prisma } from "#prisma/generated/client.ts";
import type { Database } from "#server/platform/database.ts";

type Tx = Prisma.TransactionClient;

interface RowsRead {
  /** Of tables that were read from begin to end. */
  readonly scanned: number;
  /** Found by an index. */
  readonly fetched: number;
}

/** How many rows of the tables `work` reads in this transaction. */
export async function rowsReadBy<T>(
  tx: Tx,
  tables: readonly string[],
  work: () => Promise<T>,
): Promise<RowsRead & { readonly answer: T }> {
  const before = await soFar(tx, tables);
  const answer = await work();
  const after = await soFar(tx, tables);
  return { scanned: after.scanned - before.scanned, fetched: after.fetched - before.fetched, answer };
}

/** PostgreSQL's own count, which goes on over the transactions of a connection. */
async function soFar(tx: Tx, tables: readonly string[]): Promise<RowsRead> {
  const [row] = await tx.$queryRaw<RowsRead[]>`
    SELECT sum(seq_tup_read)::integer AS scanned, sum(idx_tup_fetch)::integer AS fetched
      FROM pg_stat_xact_user_tables WHERE relname = ANY (${tables}::text[])`;
  if (row === undefined) throw new Error("An aggregate answers with one row.");
  return row;
}

/** A database that adds up what is read of some tables in its tenants' transactions. */
export function countingReads(database: Database, tables: readonly string[]) {
  let sum: RowsRead = { scanned: 0, fetched: 0 };
  const counting: Database = {
    ...database,
    withTenant: (tenantId, work) =>
      database.withTenant(tenantId, async (tx) => {
        const { answer, scanned, fetched } = await rowsReadBy(tx, tables, () => work(tx));
        sum = { scanned: sum.scanned + scanned, fetched: sum.fetched + fetched };
        return answer;
      }),
  };
  return {
    database: counting,
    /** What `work` reads through this database. */
    async readBy<T>(work: () => Promise<T>): Promise<RowsRead & { readonly answer: T }> {
      sum = { scanned: 0, fetched: 0 };
      const answer = await work();
      return { ...sum, answer };
    },
  };
}
