import type { Prisma } from "#prisma/generated/client.ts";

export interface Horizon {
  readonly now: Date;
  /** What is stamped before this is committed, or never will be. */
  readonly safe: Date;
}

/**
 * How far the past is settled. What a transaction writes is stamped no earlier than the transaction began, so that what is
 * not yet committed lies after the begin of the oldest one running; the processes' role sees all of its own. It must be
 * asked in a transaction before the one that then reads: one that ends in between is seen by the latter.
 */
export async function readHorizon(
  tx: Pick<Prisma.TransactionClient, "$queryRaw">,
  marginMs: number,
): Promise<Horizon> {
  const [horizon] = await tx.$queryRaw<Horizon[]>`
    SELECT statement_timestamp() AS now,
           date_trunc('milliseconds', least(min(xact_start), statement_timestamp()))
             - make_interval(secs => ${marginMs / 1000}::double precision) AS safe
      FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user`;
  if (horizon === undefined) throw new Error("An aggregate answers with one row.");
  return horizon;
}
