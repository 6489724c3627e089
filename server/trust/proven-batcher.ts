import type { Proof } from "#server/domain/proof.ts";
import { type Batcher, type BatcherOptions, createBatcher } from "#server/platform/batcher.ts";

export interface ProvenBatcherOptions<Item, Row> extends Omit<BatcherOptions<Item, Row>, "flush"> {
  /** Fails, undone, when the keys in force are newer than `provenSeq`, which every caller was verified by at least. */
  readonly flush: (
    tenantId: string,
    items: readonly Item[],
    provenSeq: number | undefined,
  ) => Promise<readonly Row[]>;
}

export interface ProvenBatcher<Item, Row> extends Pick<Batcher<Item, Row>, "idle"> {
  /** As a batcher's; an item without a proof acts for nobody who carries a token. */
  submit(tenantId: string, item: Item, proof: Proof | undefined): Promise<Row>;
}

interface Proven<Item> {
  readonly item: Item;
  readonly proof: Proof | undefined;
}

/** Not decided: its proof is older than the keys in force. */
class Outdated {
  readonly trustSeq: number;
  constructor(trustSeq: number) {
    this.trustSeq = trustSeq;
  }
}

/**
 * A batcher whose items are decided only while the keys that verified their callers are in force. A process learns of a new
 * bundle from its next answer; without this, the request before that would still be done for the bearer of a token signed by
 * a compromised key. It costs a comparison a batch: the functions read the tenant's `trust_seq` anyway.
 */
export function createProvenBatcher<Item, Row>(
  options: ProvenBatcherOptions<Item, Row>,
): ProvenBatcher<Item, Row> {
  const { flush, ...bounds } = options;
  const batcher = createBatcher<Proven<Item>, Row | Outdated>({ ...bounds, flush: flushProven });

  async function flushProven(
    tenantId: string,
    entries: readonly Proven<Item>[],
  ): Promise<(Row | Outdated)[]> {
    const items = entries.map((entry) => entry.item);
    try {
      return [...(await flush(tenantId, items, oldestSeq(entries)))];
    } catch (error) {
      const inForce = trustSeqInForce(error);
      if (inForce === undefined) throw error;
      const current = entries.filter(({ proof }) => !isOlder(proof, inForce));
      const rows = current.length === 0 ? [] : await flushProven(tenantId, current);
      const answers = rows.values();
      return entries.map(({ proof }) => (isOlder(proof, inForce) ? new Outdated(inForce) : nextOf(answers)));
    }
  }

  return {
    async submit(tenantId, item, proof) {
      let current = proof;
      for (;;) {
        const answer = await batcher.submit(tenantId, { item, proof: current });
        if (!(answer instanceof Outdated)) return answer;
        current = await current?.renew(answer.trustSeq);
      }
    },
    idle: () => batcher.idle(),
  };
}

/** One call as `createProvenBatcher` makes it, by itself. */
export async function whileProven<Value>(
  proof: Proof | undefined,
  call: (provenSeq: number | undefined) => Promise<Value>,
): Promise<Value> {
  try {
    return await call(proof?.trustSeq);
  } catch (error) {
    const inForce = trustSeqInForce(error);
    if (inForce === undefined || proof === undefined) throw error;
    return whileProven(await proof.renew(inForce), call);
  }
}

/** SQLSTATE of refuse_old_proof (prisma/sql). */
const OLD_PROOF = "SG001";

/** The `seq` of the bundle in force, where that is why the database refused. */
function trustSeqInForce(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== OLD_PROOF) return undefined;
  return "detail" in error ? Number(error.detail) : undefined;
}

function oldestSeq(entries: readonly Proven<unknown>[]): number | undefined {
  let oldest: number | undefined;
  for (const { proof } of entries)
    if (proof !== undefined && (oldest === undefined || proof.trustSeq < oldest)) oldest = proof.trustSeq;
  return oldest;
}

function isOlder(proof: Proof | undefined, trustSeq: number): boolean {
  return proof !== undefined && proof.trustSeq < trustSeq;
}

function nextOf<Value>(values: Iterator<Value>): Value {
  const next = values.next();
  if (next.done) throw new Error("A batch was answered with fewer rows than it had items.");
  return next.value;
}
