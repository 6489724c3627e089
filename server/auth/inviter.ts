import type { Tx } from "../authority/ports.ts";

/** Who invited somebody, with whose they are as of now: "Nia Brandt of Northwind". A colleague is one of the customer itself. */
export async function inviterOf(
  tx: Tx,
  {
    tenantId,
    customerId,
    userId,
  }: { readonly tenantId: string; readonly customerId: string; readonly userId: string },
): Promise<string> {
  const colleague = await tx.customerMember.findUnique({
    where: { tenantId_customerId_userId: { tenantId, customerId, userId } },
    select: { user: { select: { name: true } }, customer: { select: { name: true } } },
  });
  if (colleague !== null) return `${colleague.user.name} of ${colleague.customer.name}`;
  const { name, memberships } = await tx.user.findUniqueOrThrow({
    where: { id: userId },
    select: {
      name: true,
      memberships: { where: { tenantId }, select: { tenant: { select: { name: true } } } },
    },
  });
  const vendor = memberships.at(0)?.tenant;
  return vendor === undefined ? name : `${name} of ${vendor.name}`;
}
