import { Prisma } from "#prisma/generated/client.ts";
import type { LicenseStatus } from "../domain/license-state.ts";
import { likeLiteral } from "./like.ts";
import type { Tx } from "./ports.ts";
import { beginsWith } from "./search-terms.ts";

export interface LicenseHit {
  readonly id: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly note: string;
  readonly status: LicenseStatus;
  readonly customerName: string;
  readonly productName: string;
}

/** Licenses by id, newest first. */
export function readLicenses(tx: Tx, tenantId: string, ids: readonly string[], now: Date, limit: number) {
  return tx.$queryRaw<LicenseHit[]>`
    SELECT l.id, p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", l.note, c.name AS "customerName", p.name AS "productName",
           license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS status
      FROM license l
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
     WHERE l.tenant_id = ${tenantId}::uuid AND l.id = ANY (${ids}::uuid[])
     ORDER BY l.issued_at DESC, l.id DESC LIMIT ${limit}`;
}

export async function findByKeyHash(tx: Tx, tenantId: string, keyHash: Buffer<ArrayBuffer>) {
  const license = await tx.license.findUnique({
    where: { tenantId_keyHash: { tenantId, keyHash } },
    select: { id: true },
  });
  return license === null ? [] : [license.id];
}

/** Whose key's last five characters begin with these. */
export async function findByKeyHint(tx: Tx, tenantId: string, hint: string, limit: number) {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM license
     WHERE tenant_id = ${tenantId}::uuid AND ${beginsWith(Prisma.sql`key_hint COLLATE "C"`, hint)}
     ORDER BY key_hint COLLATE "C" LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

export function readCustomers(tx: Tx, tenantId: string, ids: readonly string[]) {
  return tx.customer.findMany({
    where: { tenantId, id: { in: [...ids] } },
    select: { id: true, name: true, email: true, archivedAt: true },
  });
}

/** Customers whose people have this address. */
export function findCustomersOfPerson(tx: Tx, tenantId: string, email: string, limit: number) {
  return tx.customerMember.findMany({
    where: { tenantId, user: { email } },
    select: { customerId: true },
    take: limit,
  });
}

export interface DeviceHit {
  readonly id: string;
  readonly name: string;
  readonly platform: string;
  readonly active: boolean;
  readonly licenseId: string;
  readonly customerName: string;
}

/** Devices whose name or fingerprint begins with a text, or that have this id. */
export function findDevices(
  tx: Tx,
  tenantId: string,
  by: { readonly name: string } | { readonly fingerprint: string } | { readonly id: string },
  limit: number,
): Promise<DeviceHit[]> {
  const fits =
    "id" in by
      ? Prisma.sql`id = ${by.id}::uuid`
      : "name" in by
        ? beginsWith(Prisma.sql`search_name`, by.name.toLowerCase())
        : beginsWith(Prisma.sql`fingerprint COLLATE "C"`, by.fingerprint);
  return tx.$queryRaw<DeviceHit[]>`
    SELECT a.id, a.name, a.platform, a.live_fingerprint IS NOT NULL AS active, l.id AS "licenseId", c.name AS "customerName"
      FROM (SELECT * FROM activation WHERE tenant_id = ${tenantId}::uuid AND ${fits} LIMIT ${limit}) AS a
      JOIN license l ON l.tenant_id = ${tenantId}::uuid AND l.id = a.license_id
      JOIN customer c ON c.tenant_id = ${tenantId}::uuid AND c.id = l.customer_id`;
}

/** Products and policies, of which a tenant has few. */
export async function findCatalog(tx: Tx, tenantId: string, text: string, limit: number) {
  const contains = { contains: likeLiteral(text), mode: "insensitive" } as const;
  const named = { tenantId, OR: [{ name: contains }, { code: contains }] };
  const select = { id: true, name: true, code: true, archivedAt: true } as const;
  const [products, policies] = [
    await tx.product.findMany({ where: named, select, take: limit }),
    await tx.policy.findMany({
      where: named,
      select: { ...select, product: { select: { name: true } } },
      take: limit,
    }),
  ];
  return { products, policies };
}

/** How many decisions and changes a request left, looked at far enough to tell whether there is any. */
export async function isRequest(tx: Tx, tenantId: string, correlationId: string, inAudit: boolean) {
  const where = { tenantId, correlationId };
  const select = { correlationId: true } as const;
  if ((await tx.runtimeEvent.findFirst({ where, select })) !== null) return true;
  if ((await tx.ledgerEntry.findFirst({ where, select })) !== null) return true;
  return inAudit && (await tx.auditEvent.findFirst({ where, select })) !== null;
}

/** The license that something with an id of its own belongs to; undefined when there is no such thing. */
export async function ownerOf(
  tx: Tx,
  tenantId: string,
  kind: "pool" | "lease" | "account" | "grant",
  id: string,
): Promise<string | undefined> {
  const where = { tenantId_id: { tenantId, id } };
  switch (kind) {
    case "pool":
      return (await tx.pool.findUnique({ where }))?.licenseId;
    case "lease":
      return (await tx.lease.findUnique({ where, select: { pool: true } }))?.pool.licenseId;
    case "account":
      return (await tx.account.findUnique({ where }))?.licenseId;
    case "grant":
      return (await tx.grant.findUnique({ where, select: { account: true } }))?.account.licenseId;
  }
}

export async function policyOfVersion(tx: Tx, tenantId: string, id: string): Promise<string | undefined> {
  return (await tx.policyVersion.findUnique({ where: { tenantId_id: { tenantId, id } } }))?.policyId;
}

export function readProducts(tx: Tx, tenantId: string, id: string) {
  return tx.product.findMany({
    where: { tenantId, id },
    select: { id: true, name: true, code: true, archivedAt: true },
  });
}

export function readPolicies(tx: Tx, tenantId: string, id: string) {
  return tx.policy.findMany({
    where: { tenantId, id },
    select: { id: true, name: true, code: true, archivedAt: true, product: { select: { name: true } } },
  });
}

export async function isTicket(tx: Tx, tenantId: string, id: string): Promise<boolean> {
  return (
    (await tx.ticket.findUnique({ where: { tenantId_id: { tenantId, id } }, select: { id: true } })) !== null
  );
}

export function readApiKeys(tx: Tx, tenantId: string, text: string, limit: number) {
  const contains = { contains: likeLiteral(text), mode: "insensitive" } as const;
  return tx.apiKey.findMany({
    where: { tenantId, name: contains },
    select: { id: true, name: true, hint: true, revokedAt: true },
    take: limit,
  });
}

/** Staff, of whom a tenant has few. */
export function findStaff(tx: Tx, tenantId: string, text: string, limit: number) {
  const contains = { contains: likeLiteral(text), mode: "insensitive" } as const;
  return tx.membership.findMany({
    where: { tenantId, user: { OR: [{ name: contains }, { email: contains }] } },
    select: { role: true, user: { select: { id: true, name: true, email: true } } },
    take: limit,
  });
}
