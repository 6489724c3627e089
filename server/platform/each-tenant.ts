import type { Database } from "./database.ts";

const READ_AT_ONCE = 500;

/**
 * Runs `work` for every tenant, one after the other. A tenant's failure keeps no other one waiting: the rest is done, then
 * all failures are thrown together, so that the job is run again.
 */
export async function eachTenant(
  database: Pick<Database, "prisma">,
  work: (tenantId: string) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const tenants = await database.prisma.tenant.findMany({
      where: { id: { gt: after } },
      select: { id: true },
      orderBy: { id: "asc" },
      take: READ_AT_ONCE,
    });
    for (const { id } of tenants) {
      after = id;
      try {
        await work(id);
      } catch (cause) {
        failures.push(new Error(`Tenant ${id} could not be done.`, { cause }));
      }
    }
    if (tenants.length < READ_AT_ONCE) break;
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} tenants could not be done.`);
}
