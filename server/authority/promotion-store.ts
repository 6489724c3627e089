import type { Tx } from "./ports.ts";

/** Nobody else promotes it until the transaction ends. */
export function lockTenant(tx: Tx, tenantId: string) {
  return tx.$executeRaw`SELECT 1 FROM tenant WHERE id = ${tenantId}::uuid FOR UPDATE`;
}

export function findTenant(tx: Tx, tenantId: string) {
  const select = { mode: true, trialLicenses: true, trialEndsAt: true };
  return tx.tenant.findUniqueOrThrow({ where: { id: tenantId }, select });
}

type TenantStanding = Awaited<ReturnType<typeof findTenant>>;

export async function updateTenant(tx: Tx, tenantId: string, standing: TenantStanding): Promise<void> {
  await tx.tenant.update({ where: { id: tenantId }, data: standing });
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
