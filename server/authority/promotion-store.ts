import type { Tx } from "./ports.ts";

export async function findMode(tx: Tx, tenantId: string) {
  const { mode } = await tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { mode: true } });
  return mode;
}

/** Nobody else promotes it until the transaction ends. */
export async function lockMode(tx: Tx, tenantId: string) {
  await tx.$executeRaw`SELECT 1 FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
  return findMode(tx, tenantId);
}

export async function setProduction(tx: Tx, tenantId: string): Promise<void> {
  await tx.tenant.update({ where: { id: tenantId }, data: { mode: "production" } });
}

export function countAdmins(tx: Tx, tenantId: string): Promise<number> {
  return tx.membership.count({ where: { tenantId, role: { in: ["owner", "admin"] } } });
}

export async function hasWorkingWebhook(tx: Tx, tenantId: string): Promise<boolean> {
  const working = await tx.webhookEndpoint.findFirst({
    where: {
      tenantId,
      removedAt: null,
      disabledAt: null,
      failingSince: null,
      deliveries: { some: { status: "delivered" } },
    },
    select: { id: true },
  });
  return working !== null;
}

/** Of a product that is sold. */
export async function hasPublishedPolicy(tx: Tx, tenantId: string): Promise<boolean> {
  const published = await tx.policyVersion.findFirst({
    where: { tenantId, policy: { archivedAt: null, product: { lab: false, archivedAt: null } } },
    select: { id: true },
  });
  return published !== null;
}

export function countEndedRuns(tx: Tx, tenantId: string): Promise<number> {
  return tx.labRun.count({ where: { tenantId, endedAt: { not: null } } });
}

export async function forgetLabRuns(tx: Tx, tenantId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`SELECT forget_lab_runs(${tenantId}::uuid) AS count`;
  return row?.count ?? 0;
}
