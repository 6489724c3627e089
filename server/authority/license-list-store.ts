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
      /** More customers or notes may fit than are looked through. */
      readonly isCut: boolean;
    };

/** Customers, and licenses by their notes, that one search text may stand for. */
const SEARCHED_MAX = 200;

/** What a text that is no id and no key may mean: a key's last characters, words of a customer's name, or of a note. */
export async function textSearch(tx: Tx, tenantId: string, text: string): Promise<LicenseSearch> {
  const customers = await findByWords(tx, tenantId, "customer", text, SEARCHED_MAX);
  const notes = await findByWords(tx, tenantId, "license", text, SEARCHED_MAX);
  return {
    kind: "text",
    hint: text.toUpperCase(),
    customerIds: customers.ids,
    noteIds: notes.ids,
    isCut: customers.isCut || notes.isCut,
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
  /** These, and no others; not beside a search. */
  readonly ids?: readonly string[] | undefined;
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
      FROM (${found(tenantId, query, now)}) AS page
      JOIN license l ON l.tenant_id = ${tenantId}::uuid AND l.id = page.id
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
      JOIN policy o ON o.tenant_id = l.tenant_id AND o.id = l.policy_id
      JOIN policy_version v ON v.tenant_id = l.tenant_id AND v.id = l.policy_version_id
     ORDER BY l.issued_at DESC, l.id DESC`;
}

/** The ids alone, newest first; one more than `limit` where there are more. */
export async function listLicenseIds(
  tx: Tx,
  tenantId: string,
  query: LicenseQuery,
  now: Date,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>(found(tenantId, query, now));
  return rows.map(({ id }) => id);
}

/** Which licenses are meant, found and put in order by what indexes hold. UNION, because a search may find one twice. */
function found(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql {
  const pages = sourcesOf(tenantId, query, now).map((page) => Prisma.sql`(${page})`);
  return Prisma.sql`
    SELECT id, issued_at FROM (${Prisma.join(pages, " UNION ")}) AS found ${newest(query.limit + 1)}`;
}

function newest(limit: number): Prisma.Sql {
  return Prisma.sql`ORDER BY issued_at DESC, id DESC LIMIT ${limit}`;
}

function filtersOf(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql[] {
  const { anyStatus, endsBefore, productId, policyId, customerId, search, ids, before } = query;
  return [
    Prisma.sql`tenant_id = ${tenantId}::uuid`,
    // What the scenario lab issued is found by whoever knows it, and in nobody's way. Asked row by row: of a list of products the
    // planner would guess that it leaves next to nothing, and read all licenses for a page.
    ...(productId === undefined && ids === undefined && search?.kind !== "id" && search?.kind !== "key"
      ? [
          Prisma.sql`NOT (SELECT p.lab FROM product p WHERE p.tenant_id = ${tenantId}::uuid AND p.id = product_id)`,
        ]
      : []),
    ...(productId === undefined ? [] : [Prisma.sql`product_id = ${productId}::uuid`]),
    ...(policyId === undefined ? [] : [Prisma.sql`policy_id = ${policyId}::uuid`]),
    ...(customerId === undefined ? [] : [Prisma.sql`customer_id = ${customerId}::uuid`]),
    ...(anyStatus === undefined ? [] : [isOneOf(anyStatus, now)]),
    ...(endsBefore === undefined ? [] : [Prisma.sql`expires_at <= ${endsBefore}::timestamptz`]),
    ...(before === undefined
      ? []
      : [Prisma.sql`(issued_at, id) < (${before.at}::timestamptz, ${before.id}::uuid)`]),
  ];
}

function sourcesOf(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql[] {
  const { search, ids } = query;
  switch (search?.kind) {
    case "text":
      return textSources(tenantId, query, search, now);
    case "key":
      return [namedSource(tenantId, query, Prisma.sql`key_hash = ${search.keyHash}`, now)];
    case "id":
      return [namedSource(tenantId, query, Prisma.sql`id = ${search.id}::uuid`, now)];
    case undefined:
      return ids === undefined
        ? statusSources(tenantId, query, now)
        : [namedSource(tenantId, query, Prisma.sql`id = ANY (${[...ids]}::uuid[])`, now)];
  }
}

/** Those that are named one by one; OFFSET 0 keeps the planner from looking for them among all by their age. */
function namedSource(tenantId: string, query: LicenseQuery, named: Prisma.Sql, now: Date): Prisma.Sql {
  return Prisma.sql`SELECT id, issued_at FROM (
    SELECT * FROM license WHERE tenant_id = ${tenantId}::uuid AND ${named} OFFSET 0) AS named
     WHERE ${hasStatus(query.status, now)} ${pageOf(tenantId, query, now)}`;
}

/**
 * The licenses of a status, from an index each: those announced as such whose announcement still holds, and those that have
 * become so since the worker last looked. Of the latter, which are few, OFFSET 0 does the same.
 */
function statusSources(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql[] {
  const { status } = query;
  const page = pageOf(tenantId, query, now);
  if (status === undefined) return [Prisma.sql`SELECT id, issued_at FROM license WHERE true ${page}`];
  const at = Prisma.sql`${now}::timestamptz`;
  return [
    Prisma.sql`SELECT id, issued_at FROM license
      WHERE announced_status = ${status}::license_status AND (transition_due_at IS NULL OR transition_due_at > ${at}) ${page}`,
    Prisma.sql`SELECT id, issued_at FROM (
      SELECT * FROM license WHERE tenant_id = ${tenantId}::uuid AND transition_due_at <= ${at} OFFSET 0) AS due
       WHERE ${hasStatus(status, now)} ${page}`,
  ];
}

function pageOf(tenantId: string, query: LicenseQuery, now: Date): Prisma.Sql {
  return Prisma.sql`AND ${Prisma.join(filtersOf(tenantId, query, now), " AND ")} ${newest(query.limit + 1)}`;
}

/**
 * What a text may stand for, from an index each. Among the newest licenses of many customers are those of no more customers than
 * are asked for, so that of all others only the newest one is looked at, however many each has.
 */
function textSources(
  tenantId: string,
  query: LicenseQuery,
  { hint, noteIds, customerIds }: Extract<LicenseSearch, { kind: "text" }>,
  now: Date,
): Prisma.Sql[] {
  const { status, limit } = query;
  const filters = Prisma.join([...filtersOf(tenantId, query, now), hasStatus(status, now)], " AND ");
  const of = (which: Prisma.Sql, most: number) => Prisma.sql`
    SELECT id, issued_at FROM license WHERE ${which} AND ${filters} ${newest(most)}`;
  return [
    of(Prisma.sql`key_hint COLLATE "C" = ${hint}`, limit + 1),
    ...(noteIds.length === 0 ? [] : [of(Prisma.sql`id = ANY (${noteIds}::uuid[])`, limit + 1)]),
    ...(customerIds.length === 0
      ? []
      : [
          Prisma.sql`
            SELECT f.id, f.issued_at FROM (
              SELECT c.id AS customer FROM unnest(${customerIds}::uuid[]) AS c (id)
               CROSS JOIN LATERAL (${of(Prisma.sql`customer_id = c.id`, 1)}) AS latest
               ORDER BY latest.issued_at DESC, latest.id DESC LIMIT ${limit + 1}) AS recent
             CROSS JOIN LATERAL (${of(Prisma.sql`customer_id = recent.customer`, limit + 1)}) AS f`,
        ]),
  ];
}

function hasStatus(status: LicenseStatus | undefined, now: Date): Prisma.Sql {
  return status === undefined ? Prisma.sql`true` : isOneOf([status], now);
}

function isOneOf(statuses: readonly LicenseStatus[], now: Date): Prisma.Sql {
  return Prisma.sql`license_status(valid_from, expires_at, grace_until, suspended_at, revoked_at, ${now}::timestamptz)
                    = ANY (${[...statuses]}::license_status[])`;
}
