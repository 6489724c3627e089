import { z } from "zod";
import { SignetError } from "#server/domain/errors.ts";
import { identityOf, isFinalStatus, type KeyedRequest } from "#server/domain/idempotency-key.ts";
import { passingFailure } from "#server/platform/database-errors.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { Logger } from "#server/platform/log.ts";
import type { Vault } from "#server/trust/vault.ts";
import type { IdempotencyStore, TakenKey } from "./idempotency-store.ts";

const answerSchema = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

/** An answer as it went over the wire. */
export type KeptAnswer = z.output<typeof answerSchema>;

const KEPT_SECONDS = 24 * 60 * 60;
/** Longer than the database lets any statement take. A server that died holds a key no longer than this. */
const LEASE_SECONDS = 30;
const RETRY_AFTER_SECONDS = 1;

/**
 * Lets a request with an `Idempotency-Key` take effect once and answers it alike for a day. Taking over from a server that died
 * half-way is safe, because each operation that takes a key is idempotent by nature: the key only makes the answers equal.
 */
export function createIdempotency(deps: { store: IdempotencyStore; vault: Vault; log: Logger }) {
  const { store, vault, log } = deps;

  async function take(tenantId: string, key: Parameters<IdempotencyStore["take"]>[1]): Promise<TakenKey> {
    try {
      return await store.take(tenantId, key);
    } catch (cause) {
      // Nothing was done yet, whatever became of the key.
      throw passingFailure(cause, false) ?? cause;
    }
  }

  return {
    /**
     * The answer of `work`, or the one it gave before. Throws `idempotency_conflict` when the caller used the key for something
     * else, and `request_in_progress` while the same request is being worked on.
     */
    async once(
      tenantId: string,
      request: KeyedRequest,
      work: () => Promise<KeptAnswer>,
    ): Promise<{ readonly answer: KeptAnswer; readonly replayed: boolean }> {
      const cipher = await vault.cipher(tenantId);
      const attempt = newUuid();
      const identity = identityOf(request);
      const purpose = `idempotency/${identity.hash.toString("hex")}`;
      const limits = { leaseSeconds: LEASE_SECONDS, keptSeconds: KEPT_SECONDS };
      const taken = await take(tenantId, { ...identity, ...limits, attempt });
      if (taken.outcome === "conflict") throw new SignetError("idempotency_conflict");
      if (taken.outcome === "in_progress") {
        throw new SignetError("request_in_progress", undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
      }
      if (taken.answer_cipher !== null) {
        const kept = cipher.decrypt(purpose, taken.answer_cipher).toString();
        return { answer: answerSchema.parse(JSON.parse(kept)), replayed: true };
      }
      const answer = await work();
      const { status, headers, body } = answer;
      const kept = isFinalStatus(status)
        ? cipher.encrypt(purpose, Buffer.from(JSON.stringify({ status, headers, body })))
        : null;
      try {
        await store.answer(tenantId, { hash: identity.hash, attempt }, kept);
      } catch (error) {
        // What was asked for is done; a retry does it again by itself once the lease is over.
        log.warn({ err: error }, "an answer could not be kept under its idempotency key");
      }
      return { answer, replayed: false };
    },
  };
}
