import { createHash } from "node:crypto";
import type { Actor } from "../domain/actor.ts";
import { csvOf } from "../domain/csv.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { beyondTrial } from "../domain/trial.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import { newUuid } from "../platform/ids.ts";
import { type Author, recordAudit, recordAudits } from "./audit.ts";
import { userNames } from "./audit-store.ts";
import { importReport } from "./import-report.ts";
import { beginBatch } from "./license-batch-begin.ts";
import type { CheckImport, ImportLicenses, IssueManyLicenses, RowPlan } from "./license-batch-input.ts";
import { issueRows } from "./license-batch-steps.ts";
import * as store from "./license-batch-store.ts";
import { createBulkChanges } from "./license-bulk.ts";
import { bulkChange } from "./license-bulk-input.ts";
import { changeRows } from "./license-bulk-steps.ts";
import { readImport } from "./license-import.ts";
import { planGrant } from "./license-issue.ts";
import { openWith } from "./license-keys.ts";
import { present } from "./missing.ts";
import type { SeatChanges, Trust, Tx, Vault } from "./ports.ts";
import { findTrial } from "./trial-store.ts";

/** Licenses issued or changed in one transaction: short enough that nobody waits long for the tenant's state, which it locks. */
const ROWS_AT_ONCE = 500;
const RESULTS_AT_ONCE = 1_000;
const LISTED_MAX = 10;
/** A batch that nobody has gone on with for so long is finished by the worker. */
const LEFT_AFTER_MS = 60_000;

type Batch = NonNullable<Awaited<ReturnType<typeof store.findBatch>>>;

export type LicenseBatches = ReturnType<typeof createLicenseBatches>;

/**
 * Many licenses issued or changed by one request. What is asked for is written down first, whole or not at all; then each step does the
 * next rows and says so in the same transaction. So it may stop anywhere and be gone on with by anybody, and nothing is done twice.
 */
export function createLicenseBatches(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  trust: Pick<Trust, "publish">;
  seatChanges: SeatChanges;
  /** Licenses a step issues or changes. */
  rowsAtOnce?: number;
}) {
  const { database, clock, vault, trust, seatChanges, rowsAtOnce = ROWS_AT_ONCE } = deps;

  /** Does the next rows, under the name of who began; while somebody else does, only says how far it is. */
  async function step({ tenantId }: { readonly tenantId: string }, id: string): Promise<Batch> {
    const cipher = await vault.cipher(tenantId);
    const { after, changed } = await database.withTenant(tenantId, async (tx) => {
      const batch = await store.lockBatch(tx, tenantId, id);
      if (batch === null) return { after: present(await store.findBatch(tx, tenantId, id), "batch") };
      if (batch.finishedAt !== null) return { after: batch };
      const { createdBy, createdAt: startsAt } = batch;
      const rows = await store.nextRows(tx, tenantId, id, batch.done, rowsAtOnce);
      const about = { tenantId, batchId: id, startsAt, cipher, clock, trust };
      const result = await (batch.change === null
        ? issueRows(tx, about, rows)
        : changeRows(tx, { ...about, change: bulkChange.parse(batch.change) }, rows));
      await store.finishRows(tx, tenantId, id, result.rows);
      const done = batch.done + rows.length;
      const now = clock.now();
      const after = await store.updateBatch(tx, tenantId, id, {
        done,
        refused: { increment: result.rows.filter(({ refusal }) => refusal !== null).length },
        customersCreated: { increment: result.customersCreated },
        steppedAt: now,
        finishedAt: done === batch.total ? now : null,
      });
      const author: Author =
        createdBy === null ? { kind: "system", tenantId } : { kind: "user", userId: createdBy, tenantId };
      await recordAudits(tx, author, clock, result.entries);
      return { after, changed: result.changed };
    });
    for (const licenseId of changed ?? []) seatChanges.announce(tenantId, licenseId);
    return after;
  }

  /** To its end, or to where somebody else has taken it up. */
  async function goOn(batch: Batch): Promise<Batch> {
    const next = await step(batch, batch.id);
    return next.finishedAt !== null || next.done === batch.done ? next : goOn(next);
  }

  return {
    /** What importing a file would make, and each row of it that is not right; changes nothing. */
    async check(actor: Actor, request: CheckImport) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const now = clock.now();
        const read = await readImport(tx, tenantId, request, now);
        const last = await store.findLastCopy(tx, tenantId, read.requestHash);
        const trial = await findTrial(tx, tenantId);
        return { ...importReport(read, last), beyondTrial: beyondTrial(trial, now, read.planned.length) };
      });
    },

    /** Begins an import; `step` issues it. Throws `invalid_request` when a row is not right and is not to be left out. */
    async importFile(actor: Actor, request: ImportLicenses): Promise<{ id: string }> {
      const { tenantId } = actor;
      const { copy, fileName, leaveOutBad } = request;
      return database.withTenant(tenantId, async (tx) => {
        const { planned, problems, requestHash } = await readImport(tx, tenantId, request, clock.now());
        if (problems.length > 0 && !leaveOutBad) {
          const lines = new Set(problems.map(({ line }) => line)).size;
          throw new SignetError(
            "invalid_request",
            `${lines.toLocaleString("en")} rows are not right, so nothing was issued; check the file again.`,
          );
        }
        if (planned.length === 0)
          throw new SignetError("invalid_request", "There is no row to issue a license for.");
        const rows = {
          total: planned.length,
          insert: (_: Tx, id: string) => store.insertRows(tx, tenantId, id, planned),
        };
        const batch = { id: newUuid(), requestHash, copy, fileName };
        return { id: await beginBatch(tx, actor, clock, batch, async () => rows) };
      });
    },

    /** Begins to issue many of the same; throws as issuing one does, `idempotency_conflict` only where they are others. */
    async issueMany(actor: Actor, request: IssueManyLicenses): Promise<{ id: string }> {
      const { tenantId } = actor;
      const { count, requestId: id } = request;
      // A form that is sent again is the same text, so that nothing need be sorted.
      const requestHash = createHash("sha256")
        .update(JSON.stringify({ issueMany: request }))
        .digest();
      return database.withTenant(tenantId, async (tx) => {
        const { customerId, version, note, overrides } = await planGrant(tx, tenantId, request, clock.now());
        const plan: RowPlan = {
          customer: { id: customerId },
          versionId: version.id,
          note,
          overrides,
          startsAt: request.startsAt?.toISOString() ?? null,
          expiresAt: null,
        };
        const rows = {
          total: count,
          insert: () => store.insertSameRows(tx, tenantId, id, count, plan),
        };
        const batch = { id, requestHash, copy: 0, fileName: null };
        return { id: await beginBatch(tx, actor, clock, batch, async () => rows) };
      });
    },

    ...createBulkChanges(deps),

    /** Does the next few hundred; to be asked again until `finishedAt` is there. */
    step: (actor: Actor, id: string) => step(actor, id),

    async get(actor: Actor, id: string) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const batch = present(await store.findBatch(tx, tenantId, id), "batch");
        const [named] = await withNames(tx, [batch]);
        return present(named, "batch");
      });
    },

    /** The last few that licenses were issued by. */
    async list(actor: Actor) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) =>
        withNames(tx, await store.listBatches(tx, tenantId, LISTED_MAX)),
      );
    },

    /** The keys, row by row, as CSV; who had them is in the audit log before the first is read. */
    async *keys(actor: Actor, id: string): AsyncGenerator<string> {
      const { tenantId } = actor;
      const cipher = await vault.cipher(tenantId);
      await database.withTenant(tenantId, async (tx) => {
        const { change } = present(await store.findBatch(tx, tenantId, id), "batch");
        // Whoever changed licenses has not seen their keys, and gets none.
        if (change !== null) throw new SignetError("not_found", "No licenses were issued by this.");
        await recordAudit(tx, actor, clock, {
          action: "license_batch.keys_revealed",
          subjectKind: "licenseBatch",
          subjectId: id,
          before: null,
          after: null,
        });
      });
      yield csvOf([["line", "license", "key", "customer", "problem"]]);
      let after = 0;
      for (;;) {
        const rows = await database.withTenant(tenantId, (tx) =>
          store.listResults(tx, tenantId, id, after, RESULTS_AT_ONCE),
        );
        yield csvOf(
          rows.map(({ line, licenseId, keyCipher, customerName, refusal }) => [
            line,
            licenseId === null ? "" : publicId("license", licenseId),
            keyCipher === null ? "" : openWith(cipher, keyCipher),
            customerName ?? "",
            refusal ?? "",
          ]),
        );
        if (rows.length < RESULTS_AT_ONCE) return;
        after = rows.at(-1)?.row ?? after;
      }
    },

    /** Finishes what was begun and left, because a browser was closed or a server died; says how many there were. */
    async finishLeft(): Promise<{ finished: number }> {
      let finished = 0;
      await eachTenant(database, async (tenantId) => {
        const since = new Date(clock.now().getTime() - LEFT_AFTER_MS);
        const left = await database.withTenant(tenantId, (tx) => store.listLeft(tx, tenantId, since));
        for (const batch of left) {
          const end = await goOn(batch);
          finished += end.finishedAt === null ? 0 : 1;
        }
      });
      return { finished };
    },
  };
}

async function withNames(tx: Tx, batches: readonly Batch[]) {
  const names = await userNames(
    tx,
    batches.flatMap(({ createdBy }) => createdBy ?? []),
  );
  return batches.map((batch) => ({
    ...batch,
    createdByName: batch.createdBy === null ? null : (names.get(batch.createdBy) ?? null),
  }));
}
