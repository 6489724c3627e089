import type { Prisma } from "#prisma/generated/client.ts";
import type { Position } from "./page.ts";
import type { Tx } from "./ports.ts";
import { findByWords } from "./search-terms.ts";

/** A customer's licenses are counted up to here. */
export const LICENSE_COUNT_CAP = 1_000;
/** Customers that one search text may stand for. */
const SEARCHED_MAX = 1_000;

/** Newest first; one row more than a page, to tell whether there is a next. */
export async function listCustomers(
  tx: Tx,
  tenantId: string,
  query: {
    readonly search?: string | undefined;
    readonly archived: boolean;
    readonly before?: Position | undefined;
    readonly limit: number;
  },
) {
  const { search, archived, before, limit } = query;
  const conditions: Prisma.CustomerWhereInput[] = [];
  if (search) {
    const { ids } = await findByWords(tx, tenantId, "customer", search, SEARCHED_MAX);
    conditions.push({ id: { in: ids } });
  }
  if (before !== undefined) {
    conditions.push({
      OR: [{ createdAt: { lt: before.at } }, { createdAt: before.at, id: { lt: before.id } }],
    });
  }
  return tx.customer.findMany({
    where: { tenantId, lab: false, archivedAt: archived ? { not: null } : null, AND: conditions },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit + 1,
  });
}

/** Licenses up to the cap, and the devices on these. */
export function countLicenses(tx: Tx, tenantId: string, customerIds: readonly string[]) {
  return tx.$queryRaw<{ customerId: string; licenses: number; devices: number }[]>`
    SELECT c.id AS "customerId", counted.licenses, counted.devices
      FROM unnest(${customerIds}::uuid[]) AS c (id)
     CROSS JOIN LATERAL (
       SELECT count(*)::integer AS licenses, coalesce(sum(activation_count), 0)::integer AS devices
         FROM (SELECT activation_count FROM license l
                WHERE l.tenant_id = ${tenantId}::uuid AND l.customer_id = c.id
                LIMIT ${LICENSE_COUNT_CAP}) AS capped) AS counted`;
}

export function findCustomer(tx: Tx, tenantId: string, id: string) {
  return tx.customer.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

/**
 * The customer, which nobody else renames or archives until the transaction ends. To be asked before the tenant's state is locked:
 * whoever changes a customer locks it first and records that last.
 */
export async function holdCustomer(tx: Tx, tenantId: string, id: string) {
  await tx.$queryRaw`
    SELECT id FROM customer WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR SHARE`;
  return findCustomer(tx, tenantId, id);
}

/** Those of these names or ids. */
export function findCustomersNamed(
  tx: Tx,
  tenantId: string,
  names: readonly string[],
  ids: readonly string[] = [],
) {
  return tx.$queryRaw<{ id: string; name: string; archivedAt: Date | null }[]>`
    SELECT id, name, archived_at AS "archivedAt" FROM customer
     WHERE tenant_id = ${tenantId}::uuid AND (name = ANY (${names}) OR id = ANY (${ids}::uuid[]))`;
}

/** Several customers at once, held as `holdCustomer` holds one. */
export function holdCustomers(tx: Tx, tenantId: string, ids: readonly string[]) {
  return tx.$queryRaw<{ id: string; archivedAt: Date | null }[]>`
    SELECT id, archived_at AS "archivedAt" FROM customer
     WHERE tenant_id = ${tenantId}::uuid AND id = ANY (${ids}::uuid[]) ORDER BY id FOR SHARE`;
}

/** Adds those whose names are not taken; whoever adds one of them at once is waited for. */
export async function insertMissingCustomers(
  tx: Tx,
  tenantId: string,
  createdAt: Date,
  customers: readonly { readonly id: string; readonly name: string; readonly email: string | null }[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO customer (tenant_id, id, name, email, created_at)
    SELECT ${tenantId}::uuid, i.id, i.name, i.email, ${createdAt}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(customers)}::jsonb) AS i (id uuid, name text, email text)
     ORDER BY i.name COLLATE "C"
    ON CONFLICT (tenant_id, name) DO NOTHING`;
}

export function findCustomerWithMembers(tx: Tx, tenantId: string, id: string) {
  return tx.customer.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: {
      members: {
        orderBy: { createdAt: "asc" },
        include: { user: { select: { name: true, email: true } } },
      },
    },
  });
}

export async function insertCustomer(tx: Tx, data: Prisma.CustomerUncheckedCreateInput): Promise<void> {
  await tx.customer.create({ data });
}

export async function updateCustomer(
  tx: Tx,
  tenantId: string,
  id: string,
  data: Prisma.CustomerUncheckedUpdateInput,
): Promise<void> {
  await tx.customer.update({ where: { tenantId_id: { tenantId, id } }, data });
}

/** Longest-standing first. */
export function listMembers(tx: Tx, tenantId: string, customerId: string) {
  return tx.customerMember.findMany({
    where: { tenantId, customerId },
    orderBy: { createdAt: "asc" },
    include: { user: { select: { name: true, email: true } } },
  });
}

/** Until the transaction ends nobody else changes who of them is what. */
export async function lockMembers(tx: Tx, tenantId: string, customerId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT user_id FROM customer_member
     WHERE tenant_id = ${tenantId}::uuid AND customer_id = ${customerId}::uuid ORDER BY user_id FOR UPDATE`;
}

export function findMember(tx: Tx, tenantId: string, customerId: string, userId: string) {
  return tx.customerMember.findUnique({
    where: { tenantId_customerId_userId: { tenantId, customerId, userId } },
  });
}

/** Who can sign in for the customer. */
export function countPeople(tx: Tx, tenantId: string, customerId: string): Promise<number> {
  return tx.customerMember.count({ where: { tenantId, customerId } });
}

/** False when the person belongs to the customer already. */
export async function insertMember(
  tx: Tx,
  data: Prisma.CustomerMemberUncheckedCreateInput,
): Promise<boolean> {
  const { count } = await tx.customerMember.createMany({ data, skipDuplicates: true });
  return count > 0;
}

export async function deleteMember(
  tx: Tx,
  tenantId: string,
  customerId: string,
  userId: string,
): Promise<void> {
  await tx.customerMember.delete({
    where: { tenantId_customerId_userId: { tenantId, customerId, userId } },
  });
}
