import type { Prisma } from "#prisma/generated/client.ts";

type Tx = Prisma.TransactionClient;

export interface Manager {
  readonly customerId: string;
  readonly userId: string;
  readonly email: string;
}

/** The managers of customers that are not archived. */
export async function managersOf(
  tx: Tx,
  tenantId: string,
  customerIds: readonly string[],
): Promise<Manager[]> {
  const members = await tx.customerMember.findMany({
    where: {
      tenantId,
      customerId: { in: [...customerIds] },
      role: "manager",
      customer: { archivedAt: null },
    },
    select: { customerId: true, userId: true, user: { select: { email: true } } },
    orderBy: { createdAt: "asc" },
  });
  return members.map(({ user, ...member }) => ({ ...member, email: user.email }));
}

/** The codes of the scenario lab's own. */
export async function labProducts(tx: Tx, tenantId: string): Promise<ReadonlySet<string>> {
  const products = await tx.product.findMany({ where: { tenantId, lab: true }, select: { code: true } });
  return new Set(products.map(({ code }) => code));
}

/** By code. */
export async function productNames(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const products = await tx.product.findMany({ where: { tenantId }, select: { code: true, name: true } });
  return new Map(products.map(({ code, name }) => [code, name]));
}

/** By the product's code and the meter's own, with a slash between. */
export async function meterNames(tx: Tx, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const meters = await tx.meter.findMany({
    where: { tenantId },
    select: { code: true, name: true, product: { select: { code: true } } },
  });
  return new Map(meters.map(({ code, name, product }) => [`${product.code}/${code}`, name]));
}
