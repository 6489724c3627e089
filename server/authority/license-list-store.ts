import { Prisma } from "#prisma/generated/client.ts";
import type { LicenseStatus } from "../domain/license-state.ts";
import type { Position } from "./page.ts";
import type { Tx } from "./ports.ts";
import { findByWords } from "./search-terms.ts";

export interface LicenseRow {
  readonly id: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly note: string;
  readonly status: LicenseStatus;
  readonly issuedAt: Date;
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
  readonly activationCount: number;
  readonly activationsMax: number | null;
  readonly customerId: string;
  readonly customerName: string;
  readonly productId: string;
  readonly productCode: string;
  readonly productName: string;
  readonly policyId: string;
  readonly policyCode: string;
  readonly policyName: string;
  readonly policyVersion: number;
}

/** What a search text turned out to be. */
export type LicenseSearch =
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "key"; readonly keyHash: Buffer<ArrayBuffer> }
  | {
      readonly kind: "text";
      readonly hint: string;
      readonly customerIds: readonly string[];
      readonly noteIds: readonly string[];
    };

/** Customers, and licenses by their notes, that one search text may stand for. */
const SEARCHED_MAX = 200;

/** What a text that is no id and no key may mean: a key's last characters, words of a customer's name, or of a note. */
export async function textSearch(tx: Tx, tenantId: string, text: string): Promise<LicenseSearch> {
  return {
    kind: "text",
    hint: text.toUpperCase(),
    customerIds: await findByWords(tx, tenantId, "customer", text, SEARCHED_MAX),
    noteIds: await findByWords(tx, tenantId, "license", text, SEARCHED_MAX),
  };
}

export interface LicenseQuery {
  readonly status?: LicenseStatus | undefined;
  readonly productId?: string | undefined;
  readonly policyId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly search?: LicenseSearch | undefined;
  readonly before?: Position | undefined;
  readonly limit: number;
}

/** Newest first; one row more than a page, to tell whether there is a next. */
export function listLicenses(
  tx: Tx,
  tenantId: string,
  query: LicenseQuery,
  now: Date,
): Promise<LicenseRow[]> {
  return tx.$queryRaw<LicenseRow[]>`
    SELECT l.id, p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", l.note,
           license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS status,
           l.issued_at AS "issuedAt", l.valid_from AS "validFrom", l.expires_at AS "expiresAt", l.grace_until AS "graceUntil",
           l.activation_count AS "activationCount", l.activations_max AS "activationsMax",
           c.id AS "customerId", c.name AS "customerName", p.id AS "productId", p.code AS "productCode",
           p.name AS "productName", o.id AS "policyId", o.code AS "policyCode", o.name AS "policyName", v.number AS "policyVersion"
      FROM license l
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
      JOIN policy o ON o.tenant_id = l.tenant_id AND o.id = l.policy_id
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id
     WHERE ${Prisma.join(conditions(tenantId, query, now), " AND ")}
     ORDER BY l.issued_at DESC, l.id DESC
     LIMIT ${query.limit + 1}`;
}

function conditions(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql[] {
  const { status, productId, policyId, customerId, search, before } = query;
  return [
    Prisma.sql`l.tenant_id = ${tenantId}::uuid`,
    ...(productId === undefined ? [] : [Prisma.sql`l.product_id = ${productId}::uuid`]),
    ...(policyId === undefined ? [] : [Prisma.sql`l.policy_id = ${policyId}::uuid`]),
    ...(customerId === undefined ? [] : [Prisma.sql`l.customer_id = ${customerId}::uuid`]),
    ...(status === undefined ? [] : [hasStatus(status, now)]),
    ...(search === undefined ? [] : [matches(search)]),
    ...(before === undefined
      ? []
      : [Prisma.sql`(l.issued_at, l.id) < (${before.at}::timestamptz, ${before.id}::uuid)`]),
  ];
}

/** The status as conditions on the columns, so that the index on `expires_at` can serve them; the function could not. */
function hasStatus(status: LicenseStatus, now: Date): Prisma.Sql {
  const usable = Prisma.sql`l.revoked_at IS NULL AND l.suspended_at IS NULL`;
  const begun = Prisma.sql`${usable} AND l.valid_from <= ${now}::timestamptz`;
  switch (status) {
    case "revoked":
      return Prisma.sql`l.revoked_at IS NOT NULL`;
    case "suspended":
      return Prisma.sql`l.revoked_at IS NULL AND l.suspended_at IS NOT NULL`;
    case "pending":
      return Prisma.sql`${usable} AND (l.valid_from IS NULL OR l.valid_from > ${now}::timestamptz)`;
    case "active":
      return Prisma.sql`${begun} AND (l.expires_at IS NULL OR l.expires_at > ${now}::timestamptz)`;
    case "grace":
      return Prisma.sql`${begun} AND l.expires_at <= ${now}::timestamptz AND l.grace_until > ${now}::timestamptz`;
    case "expired":
      return Prisma.sql`${begun} AND l.expires_at <= ${now}::timestamptz AND l.grace_until <= ${now}::timestamptz`;
  }
}

function matches(search: LicenseSearch): Prisma.Sql {
  switch (search.kind) {
    case "id":
      return Prisma.sql`l.id = ${search.id}::uuid`;
    case "key":
      return Prisma.sql`l.key_hash = ${search.keyHash}`;
    case "text":
      return Prisma.sql`(
        l.key_hint COLLATE "C" = ${search.hint}
        OR l.customer_id = ANY (${search.customerIds}::uuid[])
        OR l.id = ANY (${search.noteIds}::uuid[]))`;
  }
}
