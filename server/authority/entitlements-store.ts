import type { Clock } from "../platform/clock.ts";
import type { Tx } from "./ports.ts";

/**
 * Brings what licenses' effective policies promise into the rows the runtime plane works on: the seats of their pools, and
 * the accounts of their meters with the credits of the period. For the transaction that issued or changed them.
 */
export async function applyEntitlements(
  tx: Tx,
  tenantId: string,
  licenseIds: readonly string[],
  clock: Clock,
): Promise<void> {
  const now = clock.forDatabase();
  await tx.$executeRaw`SELECT resize_pools(${tenantId}::uuid, ${licenseIds}::uuid[], ${now}::timestamptz)`;
  await tx.$executeRaw`SELECT open_accounts(${tenantId}::uuid, ${licenseIds}::uuid[], ${now}::timestamptz)`;
}
