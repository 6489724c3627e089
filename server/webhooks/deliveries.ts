import { recordAudit } from "../authority/audit.ts";
import type { Vault } from "../authority/ports.ts";
import { publicId } from "../domain/ids.ts";
import { hasFailedTooLong, nextAttemptAt, retryAfterMs } from "../domain/webhook-schedule.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { eachTenant } from "../platform/each-tenant.ts";
import * as store from "./delivery-store.ts";
import { findEndpoint, lockEndpoint, updateEndpoint } from "./endpoint-store.ts";
import { bodyOf, headersOf } from "./request.ts";
import { openSecret } from "./secrets.ts";
import { isTaken, type Outcome } from "./sender.ts";

/** Longer than a request may take: from then on its worker must have died. */
const CLAIM_MS = 60_000;
/** Requests under way at once: to one endpoint, and endpoints in one run. */
const LANES = 4;
const ENDPOINTS_AT_ONCE = 16;
/** After this a run begins nothing more, so that a slow endpoint holds no other up; the next run goes on. */
const RUN_MS = 20_000;
const GONE = 410;

export type Deliverer = ReturnType<typeof createDeliverer>;
type Counts = { delivered: number; failed: number };
type Endpoint = NonNullable<Awaited<ReturnType<typeof findEndpoint>>>;

/** Sends what is due. A delivery's row says whether it still is, so that no worker has to know of any other. */
export function createDeliverer(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  send: (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Outcome>;
}) {
  const { database, clock, vault, send } = deps;

  async function secretsOf(tenantId: string, endpoint: Endpoint, now: Date): Promise<string[]> {
    const { secretCipher, previousSecretCipher, previousSecretEndsAt } = endpoint;
    const cipher = await vault.cipher(tenantId);
    const isOverlapping = previousSecretEndsAt !== null && previousSecretEndsAt > now;
    const sealed = [secretCipher, ...(isOverlapping && previousSecretCipher ? [previousSecretCipher] : [])];
    return sealed.map((each) => openSecret(cipher, each));
  }

  /** The attempt, and what follows from it, in one transaction. */
  async function record(tenantId: string, claim: store.Claim, outcome: Outcome): Promise<void> {
    const { at, durationMs, status, error, response, retryAfter } = outcome;
    const { id, attempts, attemptsBefore, endpointId } = claim;
    await database.withTenant(tenantId, async (tx) => {
      // The endpoint first, as whoever disables it does.
      const endpoint = await lockEndpoint(tx, tenantId, endpointId);
      const now = clock.now();
      const attempt = { tenantId, deliveryId: id, number: attempts };
      await store.insertAttempt(tx, { ...attempt, at, durationMs, status, error, response });
      const asked = retryAfterMs(retryAfter, now);
      const next = nextAttemptAt(attempts - attemptsBefore, now, spreadOf(id, attempts), asked);
      const taken = isTaken(outcome);
      await store.endAttempt(tx, tenantId, claim, {
        status: taken ? "delivered" : next === undefined ? "failed" : "pending",
        nextAttemptAt: taken ? null : (next ?? null),
        endedAt: taken || next === undefined ? now : null,
      });
      if (endpoint === null) return;
      const failingSince = taken ? null : (endpoint.failingSince ?? now);
      if (failingSince?.getTime() !== endpoint.failingSince?.getTime())
        await updateEndpoint(tx, tenantId, endpointId, { failingSince });
      const gone = status === GONE;
      if (endpoint.disabledAt !== null || (!gone && !hasFailedTooLong(failingSince, now))) return;
      const disabledReason = gone ? "gone" : "failing";
      await updateEndpoint(tx, tenantId, endpointId, { disabledAt: now, disabledReason });
      await recordAudit(tx, { kind: "system", tenantId }, clock, {
        action: "webhook_endpoint.disabled",
        subjectKind: "webhookEndpoint",
        subjectId: endpointId,
        before: { disabledAt: null },
        after: { disabledAt: now, disabledReason, delivery: publicId("webhookDelivery", id) },
      });
    });
  }

  /** Sends one delivery that is due; undefined where none is. */
  async function sendNext(
    tenantId: string,
    which: { readonly endpointId: string } | { readonly id: string },
  ): Promise<Outcome | undefined> {
    const now = clock.now();
    const until = new Date(now.getTime() + CLAIM_MS);
    const claimed = await database.withTenant(tenantId, async (tx) => {
      const claim = await store.claimDelivery(tx, tenantId, which, { now, until });
      const endpoint = claim && (await findEndpoint(tx, tenantId, claim.endpointId));
      return claim && endpoint ? { claim, endpoint } : undefined;
    });
    if (claimed === undefined) return undefined;
    const { claim, endpoint } = claimed;
    const body = bodyOf(tenantId, claim.event);
    const secrets = await secretsOf(tenantId, endpoint, now);
    const headers = headersOf(publicId("domainEvent", claim.event.id), body, secrets, now);
    const outcome = await send(endpoint.url, headers, body);
    await record(tenantId, claim, outcome);
    return outcome;
  }

  async function drain(tenantId: string, endpointId: string, counts: Counts, untilMs: number): Promise<void> {
    await inLanes(LANES, async () => {
      while (clock.monotonicMs() < untilMs) {
        const outcome = await sendNext(tenantId, { endpointId });
        if (outcome === undefined) return;
        if (isTaken(outcome)) counts.delivered++;
        else counts.failed++;
      }
    });
  }

  return {
    /** Sends one at once, if it is due and nobody is sending it. */
    sendNow: (tenantId: string, id: string) => sendNext(tenantId, { id }),

    /** Sends what is due, of all tenants, side by side. Run twice, it sends nothing twice that was taken. */
    async deliverDue(): Promise<Counts> {
      const counts = { delivered: 0, failed: 0 };
      const untilMs = clock.monotonicMs() + RUN_MS;
      const waiting: { tenantId: string; endpointId: string }[] = [];
      await eachTenant(database, async (tenantId) => {
        const due = await database.withTenant(tenantId, (tx) =>
          store.dueEndpoints(tx, tenantId, clock.now()),
        );
        waiting.push(...due.map((endpointId) => ({ tenantId, endpointId })));
      });
      const failures: unknown[] = [];
      await inLanes(ENDPOINTS_AT_ONCE, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { tenantId, endpointId } = next;
          await drain(tenantId, endpointId, counts, untilMs).catch((error) => failures.push(error));
        }
      });
      if (failures.length > 0)
        throw new AggregateError(failures, `${failures.length} endpoints could not be sent to.`);
      return counts;
    },
  };
}

/** `work`, so many times side by side. */
async function inLanes(lanes: number, work: () => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: lanes }, work));
  for (const lane of ended) if (lane.status === "rejected") throw lane.reason;
}

/** From 0 to 1, by what is random in the delivery's id: those that failed together are tried again apart. */
function spreadOf(id: string, attempt: number): number {
  const digits = id.replaceAll("-", "");
  const at = (attempt * 4) % (digits.length - 4);
  return Number.parseInt(digits.slice(at, at + 4), 16) / 0xffff;
}
