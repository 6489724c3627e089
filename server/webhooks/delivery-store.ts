import { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

/** Endpoints that something is due to, the longest waiting first. */
export async function dueEndpoints(tx: Tx, tenantId: string, now: Date): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT d.endpoint_id AS id
      FROM webhook_delivery d
      JOIN webhook_endpoint w ON w.tenant_id = d.tenant_id AND w.id = d.endpoint_id AND w.disabled_at IS NULL
                             AND w.removed_at IS NULL
     WHERE d.tenant_id = ${tenantId}::uuid AND d.next_attempt_at <= ${now}::timestamptz
       AND (d.claimed_until IS NULL OR d.claimed_until <= ${now}::timestamptz)
     GROUP BY d.endpoint_id ORDER BY min(d.next_attempt_at)`;
  return rows.map(({ id }) => id);
}

export interface Claim {
  readonly id: string;
  readonly endpointId: string;
  /** Of the attempt that this claim is for. */
  readonly attempts: number;
  readonly attemptsBefore: number;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly version: number;
    readonly at: Date;
    readonly data: unknown;
    readonly correlationId: string;
  };
}

/**
 * Takes the next delivery that is due to an endpoint, or the one named, for nobody else to send until `until`. Each claim
 * is an attempt: one whose worker dies is counted, because it may have been sent.
 */
export async function claimDelivery(
  tx: Tx,
  tenantId: string,
  which: { readonly endpointId: string } | { readonly id: string },
  at: { readonly now: Date; readonly until: Date },
): Promise<Claim | undefined> {
  const chosen =
    "id" in which
      ? Prisma.sql`d.id = ${which.id}::uuid`
      : Prisma.sql`d.endpoint_id = ${which.endpointId}::uuid`;
  const [claimed] = await tx.$queryRaw<{ id: string }[]>`
    UPDATE webhook_delivery SET attempts = attempts + 1, claimed_until = ${at.until}::timestamptz
     WHERE tenant_id = ${tenantId}::uuid AND id = (
       SELECT d.id FROM webhook_delivery d
         JOIN webhook_endpoint w ON w.tenant_id = d.tenant_id AND w.id = d.endpoint_id AND w.disabled_at IS NULL
                                AND w.removed_at IS NULL
        WHERE d.tenant_id = ${tenantId}::uuid AND ${chosen} AND d.next_attempt_at <= ${at.now}::timestamptz
          AND (d.claimed_until IS NULL OR d.claimed_until <= ${at.now}::timestamptz)
        ORDER BY d.next_attempt_at LIMIT 1 FOR NO KEY UPDATE OF d SKIP LOCKED)
    RETURNING id`;
  if (claimed === undefined) return undefined;
  const { id } = claimed;
  return tx.webhookDelivery.findUniqueOrThrow({
    where: { tenantId_id: { tenantId, id } },
    select: {
      id: true,
      endpointId: true,
      attempts: true,
      attemptsBefore: true,
      event: { omit: { tenantId: true } },
    },
  });
}

/** A delivery of its own, to an endpoint whether or not it asked for such events. */
export async function insertDelivery(
  tx: Tx,
  delivery: {
    readonly tenantId: string;
    readonly id: string;
    readonly endpointId: string;
    readonly event: { readonly id: string; readonly type: string };
    readonly now: Date;
  },
): Promise<void> {
  const { tenantId, id, endpointId, event, now } = delivery;
  const of = { eventId: event.id, eventType: event.type };
  await tx.webhookDelivery.create({
    data: { tenantId, id, endpointId, ...of, createdAt: now, nextAttemptAt: now },
  });
}

export async function insertAttempt(tx: Tx, data: Prisma.WebhookAttemptUncheckedCreateInput): Promise<void> {
  await tx.webhookAttempt.create({ data });
}

/** What an attempt came to; one that another attempt has followed since says nothing about the delivery any more. */
export async function endAttempt(
  tx: Tx,
  tenantId: string,
  { id, attempts }: { readonly id: string; readonly attempts: number },
  outcome: {
    readonly status: "pending" | "delivered" | "failed";
    readonly nextAttemptAt: Date | null;
    readonly endedAt: Date | null;
  },
): Promise<void> {
  const unlessFollowed = outcome.status === "delivered" ? {} : { attempts };
  await tx.webhookDelivery.updateMany({
    where: { tenantId, id, status: "pending", ...unlessFollowed },
    data: { ...outcome, claimedUntil: null },
  });
}

export interface DeliveryQuery {
  readonly endpointId: string;
  readonly status?: "pending" | "delivered" | "failed" | undefined;
  readonly type?: string | undefined;
  readonly before?: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
}

const LAST_ATTEMPT = { orderBy: { number: "desc" }, take: 1 } as const;

/** Newest first, each with its last attempt; one row more than a page. */
export function listDeliveries(tx: Tx, tenantId: string, query: DeliveryQuery) {
  const { endpointId, status, type, before, limit } = query;
  const older = before && {
    OR: [{ createdAt: { lt: before.at } }, { createdAt: before.at, id: { lt: before.id } }],
  };
  return tx.webhookDelivery.findMany({
    where: {
      tenantId,
      endpointId,
      ...(status === undefined ? {} : { status }),
      ...(type === undefined ? {} : { eventType: type }),
      ...older,
    },
    include: { attemptRows: LAST_ATTEMPT },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
}

/** With the event and every attempt, oldest first. */
export function findDelivery(tx: Tx, tenantId: string, id: string) {
  return tx.webhookDelivery.findUnique({
    where: { tenantId_id: { tenantId, id }, endpoint: { removedAt: null } },
    include: {
      event: true,
      endpoint: { omit: { secretCipher: true, previousSecretCipher: true } },
      attemptRows: { orderBy: { number: "asc" } },
    },
  });
}

/** Sends one anew from now on, whatever became of it; the schedule begins again. */
export async function reviveDelivery(tx: Tx, tenantId: string, id: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE webhook_delivery SET status = 'pending', next_attempt_at = ${now}, ended_at = NULL, attempts_before = attempts
     WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid`;
}

export interface Replayable {
  /** Those that were given up. */
  readonly failed: number;
  /** Events that it wants and was never sent: while it was disabled, or had not asked for them. */
  readonly missed: number;
}

/** What an endpoint has not got of the events since a time. */
export async function countReplayable(
  tx: Tx,
  tenantId: string,
  endpoint: { readonly id: string; readonly events: readonly string[] },
  since: Date,
): Promise<Replayable> {
  const [counts] = await tx.$queryRaw<Replayable[]>`
    SELECT (SELECT count(*)::integer FROM webhook_delivery d
             WHERE d.tenant_id = ${tenantId}::uuid AND d.endpoint_id = ${endpoint.id}::uuid AND d.status = 'failed'
               AND d.created_at >= ${since}::timestamptz) AS failed,
           (SELECT count(*)::integer FROM domain_event e WHERE ${missedBy(tenantId, endpoint, since)}) AS missed`;
  if (counts === undefined) throw new Error("Two counts are one row.");
  return counts;
}

/** Sends all of that, up to `limit` of each kind; returns how many. */
export async function replay(
  tx: Tx,
  tenantId: string,
  endpoint: { readonly id: string; readonly events: readonly string[] },
  at: { readonly since: Date; readonly now: Date; readonly limit: number },
): Promise<Replayable> {
  const failed = await tx.$executeRaw`
    UPDATE webhook_delivery SET status = 'pending', next_attempt_at = ${at.now}, ended_at = NULL, attempts_before = attempts
     WHERE tenant_id = ${tenantId}::uuid AND id = ANY (ARRAY(
       SELECT d.id FROM webhook_delivery d
        WHERE d.tenant_id = ${tenantId}::uuid AND d.endpoint_id = ${endpoint.id}::uuid AND d.status = 'failed'
          AND d.created_at >= ${at.since}::timestamptz
        ORDER BY d.created_at, d.id LIMIT ${at.limit}))`;
  const missed = await tx.$executeRaw`
    INSERT INTO webhook_delivery (tenant_id, id, endpoint_id, event_id, event_type, created_at, next_attempt_at)
    SELECT e.tenant_id, gen_random_uuid(), ${endpoint.id}::uuid, e.id, e.type, ${at.now}, ${at.now}
      FROM domain_event e WHERE ${missedBy(tenantId, endpoint, at.since)}
     ORDER BY e.at LIMIT ${at.limit}
    ON CONFLICT DO NOTHING`;
  return { failed, missed };
}

function missedBy(
  tenantId: string,
  { id, events }: { readonly id: string; readonly events: readonly string[] },
  since: Date,
): Prisma.Sql {
  return Prisma.sql`
    e.tenant_id = ${tenantId}::uuid AND e.at >= ${since}::timestamptz AND e.type <> 'webhook.test'
    AND (e.type = ANY (${events}::text[]) OR '*' = ANY (${events}::text[]))
    AND NOT EXISTS (SELECT FROM webhook_delivery d
                     WHERE d.tenant_id = e.tenant_id AND d.endpoint_id = ${id}::uuid AND d.event_id = e.id)`;
}
