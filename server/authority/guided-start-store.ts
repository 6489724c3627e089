import type { FirstUse } from "../domain/guided-start.ts";
import { FIRST_USES } from "../domain/guided-start.ts";
import type { Tx } from "./ports.ts";

/** How far the tenant's start has come; nobody else goes on with it until the transaction ends. */
export async function lockStart(tx: Tx, tenantId: string) {
  await tx.$executeRaw`INSERT INTO guided_start (tenant_id) VALUES (${tenantId}::uuid) ON CONFLICT DO NOTHING`;
  await tx.$queryRaw`SELECT 1 FROM guided_start WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  return tx.guidedStart.findUniqueOrThrow({ where: { tenantId } });
}

type Progress = Awaited<ReturnType<typeof lockStart>>;

export async function updateStart(
  tx: Tx,
  tenantId: string,
  data: Partial<Omit<Progress, "tenantId">>,
): Promise<void> {
  await tx.guidedStart.update({ where: { tenantId }, data });
}

/** With all that it made. */
export function findStart(tx: Tx, tenantId: string) {
  return tx.guidedStart.findUnique({
    where: { tenantId },
    include: {
      product: { include: { features: true, meters: true } },
      policy: { include: { versions: { orderBy: { number: "desc" }, take: 1 } } },
      license: { include: { customer: { select: { id: true, name: true } }, policyVersion: true } },
    },
  });
}

export function listCodes(tx: Tx, tenantId: string) {
  return tx.product.findMany({ where: { tenantId }, select: { code: true, keyPrefix: true } });
}

export function findPolicyByCode(tx: Tx, tenantId: string, productId: string, code: string) {
  return tx.policy.findUnique({ where: { tenantId_productId_code: { tenantId, productId, code } } });
}

export function findCustomerByName(tx: Tx, tenantId: string, name: string) {
  return tx.customer.findUnique({ where: { tenantId_name: { tenantId, name } } });
}

/** When a program first used the license, and which device it was. */
export async function findFirstUse(tx: Tx, tenantId: string, licenseId: string) {
  const event = await tx.runtimeEvent.findFirst({
    where: { tenantId, licenseId, outcome: "granted", operation: { in: [...FIRST_USES] } },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  if (event === null || !isFirstUse(event.operation)) return undefined;
  const device =
    event.activationId === null
      ? null
      : await tx.activation.findUnique({
          where: { tenantId_id: { tenantId, id: event.activationId } },
          select: { name: true, platform: true },
        });
  return { ...event, operation: event.operation, device };
}

export function findLatestRefusal(tx: Tx, tenantId: string, licenseId: string) {
  return tx.runtimeEvent.findFirst({
    where: { tenantId, licenseId, outcome: "denied" },
    orderBy: [{ at: "desc" }, { id: "desc" }],
  });
}

function isFirstUse(operation: string): operation is FirstUse {
  return FIRST_USES.some((each) => each === operation);
}
