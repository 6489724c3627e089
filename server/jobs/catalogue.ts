import { z } from "zod";
import type { Retries } from "../platform/queue.ts";

/** A kind of background job. Its rows say whether work is left, so that running it twice changes nothing. */
interface Job<Payload> extends Retries {
  readonly payload: z.ZodType<Payload>;
  /** Sent by itself this often, in milliseconds, with an empty payload; undefined: only when asked for. */
  readonly everyMs?: number;
  /** Run at once, in each worker process. */
  readonly concurrency: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const catalogue = {
  /** Announces the leases that have run out, and frees their seats for the eye. */
  "lease-expiry": job({
    payload: z.strictObject({}),
    everyMs: 15 * SECOND_MS,
    attempts: 2,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Announces the tickets that have run out, and gives their credits back. */
  "ticket-expiry": job({
    payload: z.strictObject({}),
    everyMs: 15 * SECOND_MS,
    attempts: 2,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Expires credits and begins periods on the accounts that nobody uses. */
  "credit-expiry": job({
    payload: z.strictObject({}),
    everyMs: 5 * MINUTE_MS,
    attempts: 3,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Announces the changes of license status that time has brought about. */
  "license-transitions": job({
    payload: z.strictObject({}),
    everyMs: MINUTE_MS,
    attempts: 3,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Writes into the outbox what the runtime plane has decided since. */
  "event-relay": job({
    payload: z.strictObject({}),
    everyMs: 10 * SECOND_MS,
    attempts: 2,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Sends the webhooks that are due. A few runs at once, so that slow endpoints in one hold up no other. */
  "webhook-delivery": job({
    payload: z.strictObject({}),
    everyMs: 5 * SECOND_MS,
    attempts: 2,
    backoffMs: 5 * SECOND_MS,
    concurrency: 4,
  }),
  /** Sends the mails that are due: often, because somebody may be waiting for a link. */
  "mail-delivery": job({
    payload: z.strictObject({}),
    everyMs: 5 * SECOND_MS,
    attempts: 2,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Writes the mails that tell a vendor's staff once a day what its customers' licenses lack. */
  "staff-digest": job({
    payload: z.strictObject({}),
    everyMs: 15 * MINUTE_MS,
    attempts: 3,
    backoffMs: 10 * SECOND_MS,
    concurrency: 1,
  }),
  /** Goes on with the imports that somebody began and left. */
  "license-batches": job({
    payload: z.strictObject({}),
    everyMs: MINUTE_MS,
    attempts: 3,
    backoffMs: 10 * SECOND_MS,
    concurrency: 1,
  }),
  /** Counts the licenses of tenants that have too many to count whenever somebody looks. */
  "license-tally": job({
    payload: z.strictObject({}),
    everyMs: 5 * MINUTE_MS,
    attempts: 2,
    backoffMs: 10 * SECOND_MS,
    concurrency: 1,
  }),
  /** Computes the figures of the hours that are not final yet. */
  "analytics-rollup": job({
    payload: z.strictObject({}),
    everyMs: 5 * MINUTE_MS,
    attempts: 3,
    backoffMs: 10 * SECOND_MS,
    concurrency: 1,
  }),
  /** Adds up again what balances, seats and counts are projections of; what disagrees is an incident. */
  reconciliation: job({
    payload: z.strictObject({}),
    everyMs: HOUR_MS,
    attempts: 3,
    backoffMs: 30 * SECOND_MS,
    concurrency: 1,
  }),
  /** Signs where every tenant's audit chain ends: twice a minute, so that no entry stays unsealed for longer than one. */
  "audit-checkpoint": job({
    payload: z.strictObject({}),
    everyMs: 30 * SECOND_MS,
    attempts: 2,
    backoffMs: 5 * SECOND_MS,
    concurrency: 1,
  }),
  /** Deletes what is kept for a time only. */
  retention: job({
    payload: z.strictObject({}),
    everyMs: HOUR_MS,
    attempts: 3,
    backoffMs: 30 * SECOND_MS,
    concurrency: 1,
  }),
  /** Computes what an operator's monitoring reads of all tenants together. */
  "health-figures": job({
    payload: z.strictObject({}),
    everyMs: 5 * MINUTE_MS,
    attempts: 2,
    backoffMs: 10 * SECOND_MS,
    concurrency: 1,
  }),
  /** Signs a new trust bundle for each tenant whose own has passed half its life. */
  "trust-refresh": job({
    payload: z.strictObject({}),
    everyMs: HOUR_MS,
    attempts: 5,
    backoffMs: 30 * SECOND_MS,
    concurrency: 1,
  }),
};

function job<Payload>(definition: Job<Payload>): Job<Payload> {
  return definition;
}

type Payloads = {
  [Name in keyof typeof catalogue]: (typeof catalogue)[Name] extends Job<infer Payload> ? Payload : never;
};

export type JobName = keyof typeof catalogue;
export type JobPayload<Name extends JobName> = Payloads[Name];

/** Every job there is, by name. */
export const JOBS: { readonly [Name in JobName]: Job<Payloads[Name]> } = catalogue;

export const JOB_NAMES = Object.keys(catalogue).filter((name): name is JobName => name in catalogue);
