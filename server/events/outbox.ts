import type { Prisma } from "#prisma/generated/client.ts";
import type { HappenedEvent } from "#server/domain/event-catalogue.ts";
import { newCorrelationId } from "#server/platform/ids.ts";
import { currentCorrelationId } from "#server/platform/log.ts";

type Tx = Prisma.TransactionClient;

/** An event; by default under the correlation id of what is being done now. */
export type Recorded = HappenedEvent & { readonly correlationId?: string };

/**
 * Writes events into the outbox, and their deliveries to the endpoints that want them, in the transaction of what they tell
 * of: if that is rolled back they never were, and if it commits they are sent. Returns how many were not there yet.
 */
export async function recordEvents(
  tx: Tx,
  tenantId: string,
  now: Date,
  events: readonly Recorded[],
): Promise<number> {
  if (events.length === 0) return 0;
  const correlationId = currentCorrelationId() ?? newCorrelationId();
  const written = JSON.stringify(events.map((event) => ({ correlationId, ...event })));
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT record_events(${tenantId}::uuid, ${now}::timestamptz, ${written}::jsonb) AS count`;
  return row?.count ?? 0;
}
