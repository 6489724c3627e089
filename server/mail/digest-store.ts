import type { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** Leaves events to the next digest, in the transaction that tells of them. One that is left to it already changes nothing. */
export async function keepForDigest(
  tx: Tx,
  tenantId: string,
  events: readonly { readonly id: string; readonly at: Date }[],
): Promise<void> {
  await tx.staffNotice.createMany({
    data: events.map(({ id, at }) => ({ tenantId, eventId: id, at })),
    skipDuplicates: true,
  });
}

/** Whether something waits to be told of, and no digest was made on this day. */
export async function isDigestDue(tx: Tx, tenantId: string, day: Date): Promise<boolean> {
  const waiting = await tx.staffNotice.findFirst({ where: { tenantId, toldOn: null }, select: { at: true } });
  if (waiting === null) return false;
  const made = await tx.staffNotice.findFirst({ where: { tenantId, toldOn: day }, select: { at: true } });
  return made === null;
}

/** One digest at a time, until the transaction ends. */
export async function lockDigest(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM tenant_state WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
}

/** Takes what waits, all of it, for the digest of this day; of so many events, the newest, what they tell. */
export async function takeForDigest(tx: Tx, tenantId: string, day: Date, limit: number) {
  const taken = await tx.$queryRaw<{ id: string }[]>`
    UPDATE staff_notice SET told_on = ${day}::date WHERE tenant_id = ${tenantId}::uuid AND told_on IS NULL
    RETURNING event_id AS id`;
  return tx.$queryRaw<{ id: string; type: string; at: Date; data: unknown }[]>`
    SELECT id, type, at, data FROM domain_event
     WHERE tenant_id = ${tenantId}::uuid AND id = ANY (${taken.map(({ id }) => id)}::uuid[])
     ORDER BY at DESC, id LIMIT ${limit}`;
}
