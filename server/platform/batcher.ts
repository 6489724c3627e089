import { AsyncLocalStorage } from "node:async_hooks";
import { SignetError } from "../domain/errors.ts";
import { isTransactionConflict, passingFailure } from "./database-errors.ts";

export interface BatcherOptions<Item, Result> {
  /** Names the path in errors. */
  readonly name: string;
  /** One transaction for all items of one tenant, resolved after COMMIT: the result of each item, in the items' order. */
  readonly flush: (tenantId: string, items: readonly Item[]) => Promise<readonly Result[]>;
  readonly itemsPerFlushMax?: number;
  /** Flushes under way at once, over all tenants; one tenant has at most one. */
  readonly flushesInFlightMax: number;
  /** Items waiting, over all tenants; one more is refused. */
  readonly queuedMax: number;
}

export interface Batcher<Item, Result> {
  /**
   * Resolves with the item's own result once it is committed. Rejects with `overloaded` when too much is waiting or the
   * database is short of something (nothing was done), with `outcome_unknown` when the connection broke, or with what
   * `flush` throws for this item alone.
   */
  submit(tenantId: string, item: Item): Promise<Result>;
  /** Resolves once nothing is waiting or under way. */
  idle(): Promise<void>;
}

interface Entry<Item, Result> {
  readonly item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const RETRY_AFTER_SECONDS = 1;

/**
 * Coalesces concurrent submissions of a tenant into few flushes. The first flushes at once; while it is under way the next
 * batch gathers, so the batch grows with the load and a lone request waits for nobody. Tenants take turns.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { name, flush, itemsPerFlushMax = 512, flushesInFlightMax, queuedMax } = options;
  // A batch belongs to no single request, so it must not run, and log, as the one that happened to start it.
  const outsideAnyRequest = AsyncLocalStorage.snapshot();
  const waiting = new Map<string, Entry<Item, Result>[]>();
  const flushing = new Set<string>();
  /** Tenants that may flush now, next one first. */
  const turns: string[] = [];
  const idlers: (() => void)[] = [];
  let queued = 0;

  function submit(tenantId: string, item: Item): Promise<Result> {
    if (queued >= queuedMax) return Promise.reject(overloaded(`${name}: ${queued} requests are waiting`));
    return new Promise((resolve, reject) => {
      const entry = { item, resolve, reject };
      const lane = waiting.get(tenantId);
      queued++;
      if (lane !== undefined) {
        lane.push(entry);
        return;
      }
      waiting.set(tenantId, [entry]);
      if (!flushing.has(tenantId)) turns.push(tenantId);
      startFlushes();
    });
  }

  function startFlushes(): void {
    while (flushing.size < flushesInFlightMax) {
      const tenantId = turns.shift();
      if (tenantId === undefined) return;
      const batch = takeBatch(tenantId);
      flushing.add(tenantId);
      outsideAnyRequest(() => void settle(tenantId, batch).then(() => endFlush(tenantId)));
    }
  }

  function takeBatch(tenantId: string): Entry<Item, Result>[] {
    const lane = waiting.get(tenantId) ?? [];
    const batch = lane.splice(0, itemsPerFlushMax);
    if (lane.length === 0) waiting.delete(tenantId);
    queued -= batch.length;
    return batch;
  }

  function endFlush(tenantId: string): void {
    flushing.delete(tenantId);
    if (waiting.has(tenantId)) turns.push(tenantId);
    startFlushes();
    if (flushing.size === 0) for (const wake of idlers.splice(0)) wake();
  }

  /** Never rejects: every entry of the batch is told its own end. */
  async function settle(tenantId: string, batch: readonly Entry<Item, Result>[]): Promise<void> {
    const items = batch.map((entry) => entry.item);
    let results: readonly Result[];
    try {
      results = await flushTwiceAtMost(tenantId, items);
    } catch (error) {
      return settleFailed(tenantId, batch, error);
    }
    // What was committed cannot be told apart here, so nothing is run again.
    if (results.length !== batch.length) {
      return rejectAll(batch, new Error(`${name}: ${results.length} results for ${batch.length} items`));
    }
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
  }

  /** A batch that another transaction only got in the way of has no item at fault, so it is tried once more whole. */
  async function flushTwiceAtMost(tenantId: string, items: readonly Item[]): Promise<readonly Result[]> {
    try {
      return await flush(tenantId, items);
    } catch (error) {
      if (!isTransactionConflict(error)) throw error;
      return flush(tenantId, items);
    }
  }

  /** Halves a failed batch until the item at fault stands alone: a few flushes more, whatever the batch's size. */
  async function settleFailed(
    tenantId: string,
    batch: readonly Entry<Item, Result>[],
    error: unknown,
  ): Promise<void> {
    const passing = passingFailure(error, true);
    if (passing !== undefined) return rejectAll(batch, passing);
    if (batch.length === 1) return rejectAll(batch, error);
    const middle = Math.ceil(batch.length / 2);
    await settle(tenantId, batch.slice(0, middle));
    await settle(tenantId, batch.slice(middle));
  }

  return {
    submit,
    idle: () => (flushing.size === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  };
}

function rejectAll(batch: readonly { reject(error: unknown): void }[], error: unknown): void {
  for (const entry of batch) entry.reject(error);
}

function overloaded(cause: unknown): SignetError {
  return new SignetError("overloaded", undefined, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}
