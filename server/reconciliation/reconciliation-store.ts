import { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** What is compared with what it is a projection of, each by a function in prisma/sql. */
export const SWEEPS = ["accounts", "pools", "licenses"] as const;
export type Sweep = (typeof SWEEPS)[number];

const FUNCTIONS: Record<Sweep, Prisma.Sql> = {
  accounts: Prisma.raw("reconcile_accounts"),
  pools: Prisma.raw("reconcile_pools"),
  licenses: Prisma.raw("reconcile_licenses"),
};

/** A disagreement, when it is first seen. */
export interface Drift {
  readonly kind: string;
  readonly subject: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface Step {
  readonly lastId: string | null;
  readonly checked: number;
  readonly begun: readonly Drift[];
}

/** Compares the next rows after `afterId`: as many as have about `rows` rows behind them. */
export async function compareNext(
  tx: Tx,
  tenantId: string,
  sweep: Sweep,
  at: { readonly now: Date; readonly afterId: string | null; readonly rows: number },
): Promise<Step> {
  const [step] = await tx.$queryRaw<Step[]>`
    SELECT last_id::text AS "lastId", checked, begun
      FROM ${FUNCTIONS[sweep]}(${tenantId}::uuid, ${at.now}::timestamptz, ${at.afterId}::uuid, ${at.rows}::integer)`;
  if (step === undefined) throw new Error(`reconcile_${sweep} answered nothing.`);
  return step;
}

export async function readCursor(tx: Tx, tenantId: string, sweep: string): Promise<string | null> {
  const cursor = await tx.sweepCursor.findUnique({ where: { tenantId_sweep: { tenantId, sweep } } });
  return cursor?.afterId ?? null;
}

export async function writeCursor(
  tx: Tx,
  tenantId: string,
  sweep: string,
  at: { readonly afterId: string | null; readonly updatedAt: Date },
): Promise<void> {
  await tx.sweepCursor.upsert({
    where: { tenantId_sweep: { tenantId, sweep } },
    create: { tenantId, sweep, ...at },
    update: at,
  });
}
