import { Prisma } from "#prisma/generated/client.ts";
import type { LEDGER_KINDS, TICKET_STATUSES } from "../domain/ledger.ts";
import type { Tx } from "./ports.ts";

export type LedgerKind = (typeof LEDGER_KINDS)[number];

export interface AccountRow {
  readonly accountId: string;
  readonly licenseId: string;
  readonly keyPrefix: string;
  readonly keyHint: string;
  readonly issuedAt: Date;
  readonly customerId: string;
  readonly customerName: string;
  readonly productId: string;
  readonly productName: string;
  /** Meter code. */
  readonly meter: string;
  readonly meterName: string;
  readonly unit: string;
  readonly granted: bigint;
  readonly reserved: bigint;
  readonly spent: bigint;
  readonly overdraft: bigint;
}

/** Where a page of accounts begins: after this meter of this license. */
export type AccountPosition = readonly [issuedAt: Date, licenseId: string, meter: string];

interface AccountQuery {
  readonly licenseId?: string | undefined;
  readonly productId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly meter?: string | undefined;
  readonly after?: AccountPosition | undefined;
  readonly limit: number;
}

/** Of the newest license first, then by meter. */
export function listAccounts(tx: Tx, tenantId: string, query: AccountQuery): Promise<AccountRow[]> {
  const { licenseId, productId, customerId, meter, after, limit } = query;
  return accounts(
    tx,
    [
      Prisma.sql`l.tenant_id = ${tenantId}::uuid`,
      ...(licenseId === undefined ? [Prisma.sql`NOT p.lab`] : [Prisma.sql`l.id = ${licenseId}::uuid`]),
      ...(productId === undefined ? [] : [Prisma.sql`l.product_id = ${productId}::uuid`]),
      ...(customerId === undefined ? [] : [Prisma.sql`l.customer_id = ${customerId}::uuid`]),
      ...(meter === undefined ? [] : [Prisma.sql`m.code = ${meter}`]),
      // The first comparison is one that the index of licenses by age can begin at.
      ...(after === undefined
        ? []
        : [
            Prisma.sql`(l.issued_at, l.id) <= (${after[0]}::timestamptz, ${after[1]}::uuid)`,
            Prisma.sql`NOT (l.id = ${after[1]}::uuid AND m.code <= ${after[2]})`,
          ]),
    ],
    limit,
  );
}

/** The meters that balances are told by, each code once: several products may have one of it. */
export async function listMeters(tx: Tx, tenantId: string): Promise<{ code: string; name: string }[]> {
  return tx.meter.findMany({
    where: { tenantId },
    select: { code: true, name: true },
    distinct: ["code"],
    orderBy: [{ code: "asc" }, { createdAt: "asc" }],
  });
}

export async function findAccount(tx: Tx, tenantId: string, id: string): Promise<AccountRow | undefined> {
  const [account] = await accounts(
    tx,
    [Prisma.sql`l.tenant_id = ${tenantId}::uuid`, Prisma.sql`a.id = ${id}::uuid`],
    1,
  );
  return account;
}

function accounts(tx: Tx, conditions: Prisma.Sql[], limit: number): Promise<AccountRow[]> {
  return tx.$queryRaw<AccountRow[]>`
    SELECT a.id AS "accountId", l.id AS "licenseId", p.key_prefix AS "keyPrefix", l.key_hint AS "keyHint",
           l.issued_at AS "issuedAt", c.id AS "customerId", c.name AS "customerName", p.id AS "productId",
           p.name AS "productName", m.code AS meter, m.name AS "meterName", m.unit, a.granted, a.reserved, a.spent,
           coalesce((l.effective->'meters'->m.code->>'overdraft')::bigint, 0) AS overdraft
      FROM license l
      JOIN account a ON a.tenant_id = l.tenant_id AND a.license_id = l.id
      JOIN meter m ON m.tenant_id = a.tenant_id AND m.id = a.meter_id
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
      JOIN product p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
     WHERE ${Prisma.join(conditions, " AND ")}
     ORDER BY l.issued_at DESC, l.id DESC, m.code LIMIT ${limit}`;
}

/** The first entry recorded at or after a moment. Entries are numbered without a gap, so few of them are looked at. */
export async function entryAt(tx: Tx, tenantId: string, accountId: string, at: Date): Promise<bigint> {
  const [found] = await tx.$queryRaw<{ entry: bigint }[]>`
    WITH RECURSIVE search (low, high) AS (
      SELECT 1::bigint, a.entry_count + 1 FROM account a WHERE a.tenant_id = ${tenantId}::uuid AND a.id = ${accountId}::uuid
      UNION ALL
      SELECT CASE WHEN e.recorded_at < ${at}::timestamptz THEN e.entry + 1 ELSE s.low END,
             CASE WHEN e.recorded_at < ${at}::timestamptz THEN s.high ELSE e.entry END
        FROM search s
        JOIN ledger_entry e ON e.tenant_id = ${tenantId}::uuid AND e.account_id = ${accountId}::uuid
                           AND e.entry = (s.low + s.high) / 2
       WHERE s.low < s.high
    )
    SELECT low AS entry FROM search WHERE low = high`;
  return found?.entry ?? 1n;
}

export interface LedgerRow {
  readonly entry: bigint;
  readonly kind: LedgerKind;
  readonly granted: bigint;
  readonly reserved: bigint;
  readonly spent: bigint;
  readonly balance: bigint;
  readonly eventId: string | null;
  readonly reference: string | null;
  readonly reason: string;
  readonly correlationId: string;
  readonly occurredAt: Date | null;
  readonly recordedAt: Date;
  /** What the event or the ticket cost, and how much of that was given back; null for what is no charge. */
  readonly charged: bigint | null;
  readonly refunded: bigint | null;
}

/** Newest first, from `since` on and before `before`. */
export function listLedger(
  tx: Tx,
  tenantId: string,
  accountId: string,
  query: {
    readonly kind?: LedgerKind | undefined;
    readonly since: bigint;
    readonly before: bigint;
    readonly limit: number;
  },
): Promise<LedgerRow[]> {
  const { kind, since, before, limit } = query;
  return tx.$queryRaw<LedgerRow[]>`
    SELECT e.entry, e.kind::text AS kind, e.granted, e.reserved, e.spent, e.balance, e.event_id AS "eventId", e.reference, e.reason,
           e.correlation_id AS "correlationId", e.occurred_at AS "occurredAt", e.recorded_at AS "recordedAt",
           CASE e.kind WHEN 'debit' THEN e.spent WHEN 'settle' THEN t.used END AS charged,
           CASE e.kind WHEN 'debit' THEN coalesce(-r.spent, 0) WHEN 'settle' THEN t.refunded END AS refunded
      FROM (SELECT x.* FROM ledger_entry x
             WHERE x.tenant_id = ${tenantId}::uuid AND x.account_id = ${accountId}::uuid AND x.entry < ${before}
               AND x.entry >= ${since} ${kind === undefined ? Prisma.empty : Prisma.sql`AND x.kind = ${kind}::ledger_kind`}
             ORDER BY x.entry DESC LIMIT ${limit}) e
      LEFT JOIN ledger_entry r ON e.kind = 'debit' AND r.tenant_id = e.tenant_id AND r.event_id = e.event_id AND r.kind = 'refund'
      LEFT JOIN ticket t ON e.kind = 'settle' AND t.tenant_id = e.tenant_id AND t.id = e.reference
     ORDER BY e.entry DESC`;
}

/** Newest first. `before` is the time and the first entry of the last ticket of the page before. */
export function listTickets(
  tx: Tx,
  tenantId: string,
  accountId: string,
  query: {
    readonly status?: (typeof TICKET_STATUSES)[number] | undefined;
    readonly before?: { readonly at: Date; readonly entry: bigint } | undefined;
    readonly limit: number;
  },
) {
  const { status, before, limit } = query;
  return tx.ticket.findMany({
    where: {
      tenantId,
      accountId,
      ...(status === undefined ? {} : { status }),
      ...(before === undefined
        ? {}
        : {
            issuedAt: { lte: before.at },
            OR: [{ issuedAt: { lt: before.at } }, { issuedEntry: { lt: before.entry } }],
          }),
    },
    orderBy: [{ issuedAt: "desc" }, { issuedEntry: "desc" }],
    take: limit,
  });
}

export async function deviceNames(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const devices = await tx.activation.findMany({
    where: { tenantId, id: { in: [...new Set(ids)] } },
    select: { id: true, name: true },
  });
  return new Map(devices.map(({ id, name }) => [id, name]));
}

/** A usage event's own line of a kind: what it was charged, or given back. */
export function findEventEntry(
  tx: Tx,
  tenantId: string,
  eventId: string,
  kind: "debit" | "refund" | "adjust",
) {
  return tx.ledgerEntry.findUnique({ where: { tenantId_eventId_kind: { tenantId, eventId, kind } } });
}

export function findTicket(tx: Tx, tenantId: string, id: string) {
  return tx.ticket.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

export function findGrant(tx: Tx, tenantId: string, id: string) {
  return tx.grant.findUnique({ where: { tenantId_id: { tenantId, id } } });
}
