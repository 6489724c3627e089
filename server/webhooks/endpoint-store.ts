import type { Prisma, WebhookDisabledReason } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

const SECRETS = { secretCipher: true, previousSecretCipher: true } as const;

/** Newest first; without their secrets. */
export function listEndpoints(tx: Tx, tenantId: string) {
  return tx.webhookEndpoint.findMany({
    where: { tenantId, removedAt: null },
    omit: SECRETS,
    orderBy: { createdAt: "desc" },
  });
}

export function countEndpoints(tx: Tx, tenantId: string): Promise<number> {
  return tx.webhookEndpoint.count({ where: { tenantId, removedAt: null } });
}

export function findEndpoint(tx: Tx, tenantId: string, id: string) {
  return tx.webhookEndpoint.findUnique({
    where: { tenantId_id: { tenantId, id }, removedAt: null },
  });
}

/** The endpoint, which nobody else changes until the transaction ends. */
export async function lockEndpoint(tx: Tx, tenantId: string, id: string) {
  await tx.$queryRaw`
    SELECT id FROM webhook_endpoint WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
  return findEndpoint(tx, tenantId, id);
}

export async function insertEndpoint(
  tx: Tx,
  data: Prisma.WebhookEndpointUncheckedCreateInput,
): Promise<void> {
  await tx.webhookEndpoint.create({ data });
}

export async function updateEndpoint(
  tx: Tx,
  tenantId: string,
  id: string,
  data: {
    readonly url?: string;
    readonly description?: string;
    readonly events?: string[];
    readonly secretCipher?: Uint8Array<ArrayBuffer>;
    readonly secretMadeAt?: Date;
    readonly previousSecretCipher?: Uint8Array<ArrayBuffer> | null;
    readonly previousSecretEndsAt?: Date | null;
    readonly disabledAt?: Date | null;
    readonly disabledReason?: WebhookDisabledReason | null;
    readonly failingSince?: Date | null;
    readonly removedAt?: Date;
  },
): Promise<void> {
  await tx.webhookEndpoint.update({ where: { tenantId_id: { tenantId, id } }, data });
}

export interface EndpointHealth {
  readonly endpointId: string;
  /** Of the events since: how many came to which end. */
  readonly delivered: number;
  readonly failed: number;
  readonly pending: number;
  readonly lastDeliveredAt: Date | null;
}

/** What became of the events since a time, for each endpoint. */
export function readHealth(tx: Tx, tenantId: string, since: Date): Promise<EndpointHealth[]> {
  return tx.$queryRaw<EndpointHealth[]>`
    SELECT w.id AS "endpointId", d.delivered, d.failed, d.pending, d.last AS "lastDeliveredAt"
      FROM webhook_endpoint w
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE status = 'delivered')::integer AS delivered,
              count(*) FILTER (WHERE status = 'failed')::integer AS failed,
              count(*) FILTER (WHERE status = 'pending')::integer AS pending,
              max(ended_at) FILTER (WHERE status = 'delivered') AS last
         FROM webhook_delivery o
        WHERE o.tenant_id = w.tenant_id AND o.endpoint_id = w.id AND o.created_at >= ${since}::timestamptz) d
     WHERE w.tenant_id = ${tenantId}::uuid AND w.removed_at IS NULL`;
}
