import type { Actor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { refuseBeyondTrial } from "../domain/trial.ts";
import type { Clock } from "../platform/clock.ts";
import { recordAudit } from "./audit.ts";
import * as store from "./license-batch-store.ts";
import type { BulkChange } from "./license-bulk-input.ts";
import type { Tx } from "./ports.ts";
import { findTrial } from "./trial-store.ts";

interface BatchRequest {
  readonly id: string;
  readonly requestHash: Buffer<ArrayBuffer>;
  readonly copy: number;
  readonly fileName: string | null;
  /** What is done to licenses that are there; without it they are issued. */
  readonly change?: BulkChange;
}

interface Rows {
  readonly total: number;
  insert(tx: Tx, batchId: string): Promise<void>;
}

/**
 * Writes a batch down once; whoever asks for the same again gets the one that is there, whatever has become of its licenses since.
 * Throws `idempotency_conflict` where its id is that of another, `forbidden` beyond a trial's limits, and what `prepare` throws.
 */
export async function beginBatch(
  tx: Tx,
  actor: Actor,
  clock: Clock,
  request: BatchRequest,
  prepare: () => Promise<Rows>,
): Promise<string> {
  const { tenantId } = actor;
  const { id, requestHash, copy, fileName, change } = request;
  const there = await store.findBatchOf(tx, tenantId, requestHash, copy);
  if (there !== null) return there.id;
  const rows = await prepare();
  const createdAt = clock.now();
  const inserted = await store.insertBatch(tx, {
    ...request,
    tenantId,
    total: rows.total,
    createdAt,
    createdBy: actor.kind === "user" ? actor.userId : null,
    steppedAt: createdAt,
  });
  if (!inserted) {
    const meanwhile = await store.findBatchOf(tx, tenantId, requestHash, copy);
    if (meanwhile !== null) return meanwhile.id;
    throw new SignetError(
      "idempotency_conflict",
      "This form has begun something else already, though its answer was lost. Look at the list of licenses; to go on, reload the page.",
    );
  }
  if (change === undefined) refuseBeyondTrial(await findTrial(tx, tenantId), createdAt, rows.total);
  await rows.insert(tx, id);
  await recordAudit(tx, actor, clock, {
    action: change === undefined ? "license_batch.begun" : "license_batch.change_begun",
    subjectKind: "licenseBatch",
    subjectId: id,
    before: null,
    after: { ...(change === undefined ? { fileName } : change), licenses: rows.total },
  });
  return id;
}
