import type { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** Where the tenant's figures are final until; before the first run, where its first event was. */
export async function beginAt(tx: Tx, tenantId: string, safe: Date): Promise<Date> {
  await tx.$executeRaw`
    INSERT INTO rollup_watermark (tenant_id, complete_until)
    SELECT ${tenantId}::uuid, least(min(at), ${safe}::timestamptz) FROM runtime_event WHERE tenant_id = ${tenantId}::uuid
    ON CONFLICT (tenant_id) DO NOTHING`;
  const watermark = await tx.rollupWatermark.findUniqueOrThrow({ where: { tenantId } });
  return watermark.completeUntil;
}

export async function rollUpHour(tx: Tx, tenantId: string, hour: Date, safe: Date): Promise<void> {
  await tx.$executeRaw`SELECT roll_up_hour(${tenantId}::uuid, ${hour}::timestamptz, ${safe}::timestamptz)`;
}

/** Counts the trials again of which some may have been converted since the figures were final until `since`. */
export async function rollUpTrials(tx: Tx, tenantId: string, since: Date): Promise<void> {
  await tx.$executeRaw`SELECT roll_up_trials(${tenantId}::uuid, ${since}::timestamptz)`;
}
