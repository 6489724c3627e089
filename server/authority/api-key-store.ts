import type { Prisma } from "#prisma/generated/client.ts";
import type { Tx } from "./ports.ts";

export function listApiKeys(tx: Tx, tenantId: string) {
  return tx.apiKey.findMany({ where: { tenantId }, omit: { hash: true }, orderBy: { createdAt: "desc" } });
}

/** The key, which nobody else rotates or revokes until the transaction ends. */
export async function lockApiKey(tx: Tx, tenantId: string, id: string) {
  await tx.$queryRaw`
    SELECT id FROM api_key WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
  return tx.apiKey.findUnique({ where: { tenantId_id: { tenantId, id } }, omit: { hash: true } });
}

export async function insertApiKey(tx: Tx, data: Prisma.ApiKeyUncheckedCreateInput): Promise<void> {
  await tx.apiKey.create({ data });
}

export async function updateApiKey(
  tx: Tx,
  tenantId: string,
  id: string,
  data: { readonly expiresAt?: Date; readonly revokedAt?: Date },
): Promise<void> {
  await tx.apiKey.update({ where: { tenantId_id: { tenantId, id } }, data });
}
