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
  /** Without an index of its own: for the licenses of one customer. */
  readonly anyStatus?: readonly LicenseStatus[] | undefined;
  readonly endsBefore?: Date | undefined;
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
  const page = Prisma.sql`ORDER BY issued_at DESC, id DESC LIMIT ${query.limit + 1}`;
  const filters = filtersOf(tenantId, query, now);
  const pages = sourcesOf(tenantId, query.status, now).map(
    (source) => Prisma.sql`(SELECT * FROM ${source} AND ${Prisma.join(filters, " AND ")} ${page})`,
  );
  return tx.$queryRaw<LicenseRow[]>`
    SELECT l.id, p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint", l.note,
           license_status(l.valid_from, l.expires_at, l.grace_until, l.suspended_at, l.revoked_at, ${now}::timestamptz) AS status,
           l.issued_at AS "issuedAt", l.valid_from AS "validFrom", l.expires_at AS "expiresAt", l.grace_until AS "graceUntil",
           l.activation_count AS "activationCount", l.activations_max AS "activationsMax",
           c.id AS "customerId", c.name AS "customerName", p.id AS "productId", p.code AS "productCode",
           p.name AS "productName", o.id AS "policyId", o.code AS "policyCode", o.name AS "policyName", v.number AS "policyVersion"
      FROM (SELECT * FROM (${Prisma.join(pages, " UNION ALL ")}) AS found ${page}) AS l
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
      JOIN policy o ON o.tenant_id = l.tenant_id AND o.id = l.policy_id
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id
     ORDER BY l.issued_at DESC, l.id DESC`;
}

function filtersOf(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql[] {
  const { anyStatus, endsBefore, productId, policyId, customerId, search, before } = query;
  return [
    Prisma.sql`tenant_id = ${tenantId}::uuid`,
    // What the scenario lab issued is found by whoever knows it, and in nobody's way. Asked row by row: of a list of products the
    // planner would guess that it leaves next to nothing, and read all licenses for a page.
    ...(productId === undefined && search?.kind !== "id" && search?.kind !== "key"
      ? [
          Prisma.sql`NOT (SELECT p.lab FROM product p WHERE p.tenant_id = ${tenantId}::uuid AND p.id = product_id)`,
        ]
      : []),
    ...(productId === undefined ? [] : [Prisma.sql`product_id = ${productId}::uuid`]),
    ...(policyId === undefined ? [] : [Prisma.sql`policy_id = ${policyId}::uuid`]),
    ...(customerId === undefined ? [] : [Prisma.sql`customer_id = ${customerId}::uuid`]),
    ...(anyStatus === undefined
      ? []
      : [
          Prisma.sql`license_status(valid_from, expires_at, grace_until, suspended_at, revoked_at, ${now}::timestamptz)
                     = ANY (${[...anyStatus]}::license_status[])`,
        ]),
    ...(endsBefore === undefined ? [] : [Prisma.sql`expires_at <= ${endsBefore}::timestamptz`]),
    ...(search === undefined ? [] : [matches(search)]),
    ...(before === undefined
      ? []
      : [Prisma.sql`(issued_at, id) < (${before.at}::timestamptz, ${before.id}::uuid)`]),
  ];
}

/**
 * The licenses of a status, from an index each: those announced as such whose announcement still holds, and those that have
 * become so since the worker last looked. Of the latter, which are few, OFFSET 0 keeps the planner from looking for them among
 * all licenses by their age.
 */
function sourcesOf(tenantId: string, status: LicenseStatus | undefined, now: Date): Prisma.Sql[] {
  if (status === undefined) return [Prisma.sql`license WHERE true`];
  const at = Prisma.sql`${now}::timestamptz`;
  const wanted = Prisma.sql`${status}::license_status`;
  return [
    Prisma.sql`license WHERE announced_status = ${wanted} AND (transition_due_at IS NULL OR transition_due_at > ${at})`,
    Prisma.sql`(
      SELECT * FROM license WHERE tenant_id = ${tenantId}::uuid AND transition_due_at <= ${at} OFFSET 0) AS due
       WHERE license_status(valid_from, expires_at, grace_until, suspended_at, revoked_at, ${at}) = ${wanted}`,
  ];
}

function matches(search: LicenseSearch): Prisma.Sql {
  switch (search.kind) {
    case "id":
      return Prisma.sql`id = ${search.id}::uuid`;
    case "key":
      return Prisma.sql`key_hash = ${search.keyHash}`;
    case "text":
      return Prisma.sql`(
        key_hint COLLATE "C" = ${search.hint}
        OR customer_id = ANY (${search.customerIds}::uuid[])
        OR id = ANY (${search.noteIds}::uuid[]))`;
  }
}
