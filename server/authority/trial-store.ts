import type { Trial } from "../domain/trial.ts";
import type { Tx } from "./ports.ts";

/** A trial's limits and what it has issued; undefined: nothing is limited. Exact while the tenant's state is locked. */
export async function findTrial(tx: Tx, tenantId: string): Promise<Trial | undefined> {
  const { trialLicenses, trialEndsAt } = await tx.tenant.findUniqueOrThrow({
    where: { id: tenantId },
    select: { trialLicenses: true, trialEndsAt: true },
  });
  if (trialLicenses === null || trialEndsAt === null) return undefined;
  const [row] = await tx.$queryRaw<{ issued: number }[]>`
    SELECT count(*)::integer AS issued FROM license
     WHERE tenant_id = ${tenantId}::uuid
       AND product_id <> ALL (ARRAY(SELECT id FROM product WHERE tenant_id = ${tenantId}::uuid AND lab))`;
  return { licensesMax: trialLicenses, issued: row?.issued ?? 0, endsAt: trialEndsAt };
}

/** The same; nobody else issues until the transaction ends. */
export async function lockTrial(tx: Tx, tenantId: string): Promise<Trial | undefined> {
  await tx.$executeRaw`SELECT 1 FROM tenant_state WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
  return findTrial(tx, tenantId);
}
