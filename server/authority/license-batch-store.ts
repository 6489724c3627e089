import { Prisma } from "#prisma/generated/client.ts";
import type { RowPlan } from "./license-batch-input.ts";
import type { ChangeRow } from "./license-bulk-input.ts";
import type { Tx } from "./ports.ts";

/** False when there is a batch of this request already, or the other of two who ask at once has made it. */
export async function insertBatch(tx: Tx, data: Prisma.LicenseBatchUncheckedCreateInput): Promise<boolean> {
  const { count } = await tx.licenseBatch.createMany({ data, skipDuplicates: true });
  return count > 0;
}

export async function insertRows(
  tx: Tx,
  tenantId: string,
  batchId: string,
  rows: readonly { readonly line: number; readonly plan: RowPlan }[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO license_batch_row (tenant_id, batch_id, row, line, plan)
    SELECT ${tenantId}::uuid, ${batchId}::uuid, i.row, i.line, i.plan
      FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS (line integer, plan jsonb))
           WITH ORDINALITY AS i (line, plan, row)`;
}

export async function insertSameRows(
  tx: Tx,
  tenantId: string,
  batchId: string,
  count: number,
  plan: RowPlan,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO license_batch_row (tenant_id, batch_id, row, line, plan)
    SELECT ${tenantId}::uuid, ${batchId}::uuid, n, n, ${JSON.stringify(plan)}::jsonb FROM generate_series(1, ${count}::integer) AS n`;
}

/** Licenses to be changed, in this order. */
export async function insertChangeRows(
  tx: Tx,
  tenantId: string,
  batchId: string,
  rows: readonly ChangeRow[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO license_batch_row (tenant_id, batch_id, row, line, plan)
    SELECT ${tenantId}::uuid, ${batchId}::uuid, i.nth, i.nth, i.plan
      FROM jsonb_array_elements(${JSON.stringify(rows)}::jsonb) WITH ORDINALITY AS i (plan, nth)`;
}

export function findBatch(tx: Tx, tenantId: string, id: string) {
  return tx.licenseBatch.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

export function findBatchOf(tx: Tx, tenantId: string, requestHash: Buffer<ArrayBuffer>, copy: number) {
  return tx.licenseBatch.findUnique({
    where: { tenantId_requestHash_copy: { tenantId, requestHash, copy } },
  });
}

/** The last batch that was made of just this request. */
export function findLastCopy(tx: Tx, tenantId: string, requestHash: Buffer<ArrayBuffer>) {
  return tx.licenseBatch.findFirst({ where: { tenantId, requestHash }, orderBy: { copy: "desc" } });
}

/** The batch, which nobody else goes on with until the transaction ends; null while somebody else does. */
export async function lockBatch(tx: Tx, tenantId: string, id: string) {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM license_batch WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE SKIP LOCKED`;
  return locked.length === 0 ? null : findBatch(tx, tenantId, id);
}

/** The next rows of a batch that are not done yet. */
export function nextRows(tx: Tx, tenantId: string, batchId: string, done: number, limit: number) {
  return tx.licenseBatchRow.findMany({
    where: { tenantId, batchId, row: { gt: done } },
    orderBy: { row: "asc" },
    take: limit,
    select: { row: true, plan: true },
  });
}

/** Throws where one of them is done already: then all that was issued for them goes with the transaction. */
export async function finishRows(
  tx: Tx,
  tenantId: string,
  batchId: string,
  rows: readonly {
    readonly row: number;
    readonly licenseId: string | null;
    readonly refusal: string | null;
  }[],
): Promise<void> {
  const count = await tx.$executeRaw`
    UPDATE license_batch_row r SET plan = NULL, license_id = i."licenseId", refusal = i.refusal
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS i (row integer, "licenseId" uuid, refusal text)
     WHERE r.tenant_id = ${tenantId}::uuid AND r.batch_id = ${batchId}::uuid AND r.row = i.row
       AND r.plan IS NOT NULL`;
  if (count !== rows.length) throw new Error("A row of a batch was done by somebody else.");
}

export function updateBatch(tx: Tx, tenantId: string, id: string, data: Prisma.LicenseBatchUpdateInput) {
  return tx.licenseBatch.update({ where: { tenantId_id: { tenantId, id } }, data });
}

/** Those that licenses were issued by, newest first. */
export function listBatches(tx: Tx, tenantId: string, limit: number) {
  return tx.licenseBatch.findMany({
    where: { tenantId, change: { equals: Prisma.DbNull } },
    orderBy: { createdAt: "desc" },
    take: limit,
  });
}

/** Those that nobody has gone on with since. */
export function listLeft(tx: Tx, tenantId: string, since: Date) {
  return tx.licenseBatch.findMany({
    where: { tenantId, finishedAt: null, steppedAt: { lt: since } },
    orderBy: { steppedAt: "asc" },
  });
}

export interface ResultRow {
  readonly row: number;
  readonly line: number;
  readonly refusal: string | null;
  readonly licenseId: string | null;
  readonly keyCipher: Uint8Array | null;
  readonly customerName: string | null;
}

/** What became of the rows after this one, as far as they are done. */
export function listResults(tx: Tx, tenantId: string, batchId: string, after: number, limit: number) {
  return tx.$queryRaw<ResultRow[]>`
    SELECT r.row, r.line, r.refusal, r.license_id AS "licenseId", l.key_cipher AS "keyCipher", c.name AS "customerName"
      FROM license_batch_row r
      LEFT JOIN license l ON l.tenant_id = r.tenant_id AND l.id = r.license_id
      LEFT JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
     WHERE r.tenant_id = ${tenantId}::uuid AND r.batch_id = ${batchId}::uuid AND r.row > ${after} AND r.plan IS NULL
     ORDER BY r.row LIMIT ${limit}`;
}

export interface RefusedRow {
  readonly licenseId: string;
  readonly keyHint: string;
  readonly customerName: string;
  readonly refusal: string;
}

/** The licenses that a batch was to change and could not. */
export function listRefused(tx: Tx, tenantId: string, batchId: string, limit: number) {
  return tx.$queryRaw<RefusedRow[]>`
    SELECT r.license_id AS "licenseId", l.key_hint AS "keyHint", c.name AS "customerName", r.refusal
      FROM license_batch_row r
      JOIN license l ON l.tenant_id = r.tenant_id AND l.id = r.license_id
      JOIN customer c ON c.tenant_id = l.tenant_id AND c.id = l.customer_id
     WHERE r.tenant_id = ${tenantId}::uuid AND r.batch_id = ${batchId}::uuid AND r.refusal IS NOT NULL
     ORDER BY r.row LIMIT ${limit}`;
}
