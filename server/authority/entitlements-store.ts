import type { Tx } from "./ports.ts";

/**
 * Brings what licenses' effective policies promise into the rows the runtime plane works on: the seats of their pools.
 * For the transaction that issued or changed them.
 */
export async function applyEntitlements(
  tx: Tx,
  tenantId: string,
  licenseIds: readonly string[],
  now: Date,
): Promise<void> {
  await tx.$executeRaw`SELECT resize_pools(${tenantId}::uuid, ${licenseIds}::uuid[], ${now}::timestamptz)`;
}
