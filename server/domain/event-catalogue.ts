import type { z } from "zod";
import * as payload from "./event-payloads.ts";

/** What others may be told of. Each type says when it happens, and what it tells, with an example. */

interface EventKind<Data> {
  /** Of what it tells; raised when a receiver written for the one before would misunderstand. */
  readonly version: number;
  /** When it happens, in a sentence. */
  readonly when: string;
  readonly data: z.ZodType<Data>;
  readonly example: Data;
}

function kind<Data>(
  when: string,
  data: z.ZodType<Data>,
  example: NoInfer<Data>,
  version = 1,
): EventKind<Data> {
  return { version, when, data, example };
}

const license = payload.EXAMPLE_LICENSE;
const activation = {
  id: "act_01jdezvz4nes7v2b6c9q3m5xkt",
  name: "RENDER-04",
  platform: "linux-x64",
  appVersion: "4.2.0",
  offline: false,
};
const aYearOn = "2027-11-24T10:15:00.000Z";
const atTwo = "2026-11-24T14:03:12.000Z";

const kinds = {
  "license.created": kind("A license was issued.", payload.license, { license }),
  "license.updated": kind(
    "A license's terms or note were changed, or it was moved to another version of its policy.",
    payload.licenseUpdated,
    { license, changed: "terms" },
  ),
  "license.suspended": kind(
    "Somebody suspended a license; it refuses everything until it is reinstated.",
    payload.licenseWithReason,
    { license: { ...license, status: "suspended" }, reason: "Invoice 2031 is overdue" },
  ),
  "license.reinstated": kind("A suspended license may be used again.", payload.licenseWithReason, {
    license,
    reason: "Paid",
  }),
  "license.renewed": kind("A license's end was moved.", payload.license, { license }),
  "license.transferred": kind(
    "A license was given to another customer, with its key and its balances; its devices went on or were deactivated.",
    payload.licenseTransferred,
    {
      license,
      previousCustomer: { id: "cus_01jdezv6c0e8kt4r2m7w5x9ybn", name: "Contoso" },
      devicesDeactivated: 3,
      reason: "Sold with the studio",
    },
  ),
  "license.revoked": kind("A license was ended for ever.", payload.licenseWithReason, {
    license: { ...license, status: "revoked" },
    reason: "Refunded",
  }),
  "license.expiring": kind(
    "A license ends within 30 days, within 7 or within one; told once for each, and anew when its end is moved.",
    payload.licenseExpiring,
    { license: { ...license, expiresAt: aYearOn }, daysLeft: 7 },
  ),
  "license.grace_started": kind(
    "A license has ended and goes on in its grace period, saying so.",
    payload.license,
    { license: { ...license, status: "grace" } },
  ),
  "license.expired": kind("A license has ended, with its grace period.", payload.license, {
    license: { ...license, status: "expired" },
  }),
  "activation.created": kind("A device was activated that was not before.", payload.activation, {
    license,
    activation,
  }),
  "activation.deactivated": kind("A device gave its place back, or it was taken.", payload.activation, {
    license,
    activation,
  }),
  "pool.exhausted": kind(
    "A seat was asked for and none was free; told once an hour for each license, however many were refused.",
    payload.poolExhausted,
    { license, firstRefusedAt: atTwo },
  ),
  "credits.low": kind(
    "Less is left on a meter than a tenth of what was last granted; told once for each grant.",
    payload.creditsLow,
    { license, meter: "render-minutes", balance: 84, lastGranted: 1000 },
  ),
  "credits.exhausted": kind(
    "Credits were asked for and too few were left; told once an hour for each license and meter.",
    payload.creditsExhausted,
    { license, meter: "render-minutes", balance: 0, firstRefusedAt: atTwo },
  ),
  "customer.created": kind("A customer was added.", payload.customer, { customer: license.customer }),
  "policy.published": kind(
    "A version of a policy was published; licenses are issued under it.",
    payload.policyPublished,
    {
      policy: { ...license.policy, name: "Studio" },
    },
  ),
  "key.rotated": kind("Another key signs from now on; the trust bundle says so.", payload.key, {
    use: "activation",
    kid: "Zk3xO0cQmPq6TtTq",
    trustSeq: 42,
  }),
  "key.compromised": kind(
    "A key was given up as compromised; nothing it signed is believed any more.",
    payload.key,
    {
      use: "activation",
      kid: "Zk3xO0cQmPq6TtTq",
      trustSeq: 43,
    },
  ),
  "incident.noted": kind(
    "Records that must agree do not: a balance and its ledger, seats and their leases. Nothing is repaired by itself.",
    payload.incident,
    {
      kind: "ledger_sums",
      subject: { kind: "account", id: "acc_01jdezw2v9fq0y3t7h5r8k1mns" },
      expected: { spent: 120 },
      actual: { spent: 119 },
    },
  ),
  "webhook.test": kind(
    "Somebody pressed “Send a test” on an endpoint; only that one gets it.",
    payload.test,
    {
      sentBy: "Olive Owner",
    },
  ),
};

type Kinds = typeof kinds;
export type EventType = keyof Kinds;
export type EventData<Type extends EventType> = Kinds[Type] extends EventKind<infer Data> ? Data : never;

/** Every type of event there is, in the order in which people are shown them. */
export const EVENTS: { readonly [Type in EventType]: EventKind<EventData<Type>> } = kinds;

export const EVENT_TYPES = Object.keys(kinds).filter((type): type is EventType => type in kinds);

/** Those an endpoint may ask for: a test is sent to the one it is asked of. */
export const SUBSCRIBABLE = EVENT_TYPES.filter((type) => type !== "webhook.test");

/** Asks for every event, also those there will be. */
export const ALL_EVENTS = "*";

export type Subscription = typeof ALL_EVENTS | (typeof SUBSCRIBABLE)[number];

/** Those of the texts that can be asked for, each once. */
export function asSubscriptions(texts: readonly string[]): Subscription[] {
  return texts.includes(ALL_EVENTS) ? [ALL_EVENTS] : SUBSCRIBABLE.filter((type) => texts.includes(type));
}

/** An event that happened, on its way into the outbox. */
export interface HappenedEvent {
  /** As stored; one that is in the outbox already is not told again. */
  readonly id: string;
  readonly type: EventType;
  readonly version: number;
  readonly at: Date;
  readonly data: unknown;
}

/** Puts an event together. Throws when it tells something other than what its type says. */
export function happened<Type extends EventType>(
  type: Type,
  data: EventData<Type>,
  { id, at }: { readonly id: string; readonly at: Date },
): HappenedEvent {
  const { version, data: schema } = EVENTS[type];
  return { id, type, version, at, data: schema.parse(data) };
}

/** What is sent: Standard Webhooks' `type`, `timestamp` and `data`, and what ties it to the rest. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly timestamp: string;
  readonly tenant: string;
  readonly correlationId: string;
  readonly data: unknown;
}
