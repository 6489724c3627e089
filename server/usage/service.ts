import type { UsageEventAnswer } from "#sdk/wire.ts";
import { type Decision, type DecisionRow, type Denied, refusalOf } from "#server/domain/decision.ts";
import type { Proof } from "#server/domain/proof.ts";
import { type Announcer, announced } from "#server/platform/announcer.ts";
import type { Database } from "#server/platform/database.ts";
import { eachTenant } from "#server/platform/each-tenant.ts";
import { newUuid } from "#server/platform/ids.ts";
import { createProvenBatcher, whileProven } from "#server/trust/proven-batcher.ts";
import type { Trust } from "#server/trust/service.ts";
import { type Caller, ticketClaims, ticketReceiptClaims, usageReceiptClaims } from "./tokens.ts";
import type { UsageAnswer, UsageEventInput } from "./usage-batch.ts";
import type { BalanceRow, EndItem, UsageStore } from "./usage-store.ts";

export interface TicketGrant {
  readonly ticketId: string;
  readonly meter: string;
  readonly amount: number;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** Granted - reserved - spent once it was issued. */
  readonly balance: number;
  /** It was asked for before: this is the first answer again. */
  readonly replayed: boolean;
  readonly token: string;
  readonly trustSeq: number;
}

export interface TicketEnd {
  readonly ticketId: string;
  readonly status: "settled" | "voided";
  readonly meter: string;
  readonly amount: number;
  readonly used: number;
  readonly endedAt: Date;
  readonly balance: number;
  readonly replayed: boolean;
  readonly receipt: string;
  readonly trustSeq: number;
}

export interface RecordedUsage {
  /** One an event, in the order of the request. */
  readonly events: readonly UsageEventAnswer[];
  /** Every event was answered before. */
  readonly replayed: boolean;
  readonly trustSeq: number;
  /** Signs the receipt; costs more than the charge itself, so only who wants one asks for it. */
  receipt(): Promise<string>;
}

export interface Balance extends BalanceRow {
  /** Balance + overdraft: what may still be spent or reserved. */
  readonly available: number;
}

const FLUSHES_IN_FLIGHT_MAX = 4;
const QUEUED_MAX = 10_000;
/** Requests of more events than this queue apart, so that a debit never waits behind thousands of events. */
const FEW_EVENTS = 8;
/** Small enough that, under load, the answers of one batch are handed out while the database decides the next. */
const FEW_REQUESTS_AT_ONCE = 128;
const BULK_REQUESTS_AT_ONCE = 4;
const BULK_QUEUED_MAX = 200;
/** Tickets or accounts that one transaction of a sweep ends or renews. */
const SWEPT_AT_ONCE = 500;

export type Usage = ReturnType<typeof createUsage>;

/** Credits: tickets and usage. Every decision is made in one SQL function a batch, and signed after it committed. */
export function createUsage(deps: {
  store: UsageStore;
  trust: Trust;
  database: Database;
  /** Told of the licenses whose credits were reserved or charged, or refused. */
  uses: Announcer;
}) {
  const { store, trust, database, uses } = deps;
  const line = { flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX, queuedMax: QUEUED_MAX };
  const recordingFew = createProvenBatcher({
    name: "usage",
    flush: store.record,
    itemsPerFlushMax: FEW_REQUESTS_AT_ONCE,
    ...line,
  });
  const recordingMany = createProvenBatcher({
    name: "usage in bulk",
    flush: store.record,
    itemsPerFlushMax: BULK_REQUESTS_AT_ONCE,
    flushesInFlightMax: FLUSHES_IN_FLIGHT_MAX,
    queuedMax: BULK_QUEUED_MAX,
  });
  const issuing = createProvenBatcher({
    name: "ticket",
    flush: announced(uses, store.issue, { refusals: true }),
    ...line,
  });
  const ending = createProvenBatcher({ name: "settle", flush: store.end, ...line });

  async function denied(tenantId: string, row: DecisionRow): Promise<Denied | undefined> {
    const refusal = refusalOf(row);
    if (refusal !== undefined) await trust.catchUp(tenantId, row.trust_seq);
    return refusal;
  }

  async function signReceipt(tenantId: string, answer: UsageAnswer, caller: Caller): Promise<string> {
    const { sign, expMax, seq } = await trust.signer(tenantId, "receipt", answer.trustSeq);
    return sign(usageReceiptClaims(answer, caller, { tenantId, trustSeq: seq, expMax }));
  }

  async function end(
    tenantId: string,
    request: Caller & { readonly ticketId: string },
    kind: "settle" | "void",
    used?: number,
  ): Promise<Decision<TicketEnd>> {
    const item: EndItem = { ...asked(request), id: request.ticketId, verb: kind, used };
    const row = await ending.submit(tenantId, item, request.proof);
    const refused = await denied(tenantId, row);
    if (refused !== undefined) return refused;
    const { ended_at: endedAt } = row;
    if (endedAt === null) throw new Error("The database ended a ticket without saying when.");
    const { sign, expMax, seq } = await trust.signer(tenantId, "receipt", row.trust_seq);
    const claims = ticketReceiptClaims(kind, { ...row, ended_at: endedAt }, request, request.ticketId, {
      tenantId,
      trustSeq: seq,
      expMax,
    });
    const { meter, amount, balance } = claims;
    return {
      outcome: "granted",
      value: {
        ticketId: request.ticketId,
        status: kind === "settle" ? "settled" : "voided",
        meter,
        amount,
        used: claims.used,
        endedAt,
        balance,
        replayed: row.replayed,
        receipt: sign(claims),
        trustSeq: seq,
      },
    };
  }

  async function sweep(step: (tenantId: string, limit: number) => Promise<number>): Promise<number> {
    let swept = 0;
    await eachTenant(database, async (tenantId) => {
      let count: number;
      do {
        count = await step(tenantId, SWEPT_AT_ONCE);
        swept += count;
      } while (count === SWEPT_AT_ONCE);
    });
    return swept;
  }

  return {
    /** Charges events, each by itself: accepted, duplicate or denied. The whole is denied only if the caller is. */
    async record(
      tenantId: string,
      request: Caller & { readonly events: readonly UsageEventInput[] },
    ): Promise<Decision<RecordedUsage>> {
      const door = request.events.length > FEW_EVENTS ? recordingMany : recordingFew;
      const item = { ...asked(request), events: request.events };
      const answer = await door.submit(tenantId, item, request.proof);
      uses.announce(tenantId, request.licenseId);
      if (answer.refusal !== undefined) {
        await trust.catchUp(tenantId, answer.trustSeq);
        return answer.refusal;
      }
      return {
        outcome: "granted",
        value: {
          events: answer.events,
          replayed: answer.events.every(({ outcome }) => outcome === "duplicate"),
          trustSeq: answer.trustSeq,
          receipt: () => signReceipt(tenantId, answer, request),
        },
      };
    },

    /** Reserves credits until the ticket is settled, voided or expires; `offlineUntil`: for use without a network until then. */
    async issue(
      tenantId: string,
      request: Caller & {
        readonly id: string;
        readonly meter: string;
        readonly amount: number;
        readonly offlineUntil?: Date;
      },
    ): Promise<Decision<TicketGrant>> {
      const { id, meter, amount, offlineUntil } = request;
      const item = { ...asked(request), id, meter, amount, offline_until: offlineUntil };
      const row = await issuing.submit(tenantId, item, request.proof);
      const refused = await denied(tenantId, row);
      if (refused !== undefined) return refused;
      const { expires_at: expiresAt } = row;
      if (expiresAt === null) throw new Error("The database issued a ticket without an end.");
      const { sign, expMax, seq } = await trust.signer(tenantId, "ticket", row.trust_seq);
      const signing = { tenantId, trustSeq: seq, expMax };
      const token = sign(ticketClaims({ ...row, expires_at: expiresAt }, request, { id, meter }, signing));
      return {
        outcome: "granted",
        value: {
          ticketId: id,
          meter,
          amount,
          issuedAt: row.issued_at,
          expiresAt,
          balance: Number(row.balance),
          replayed: row.replayed,
          token,
          trustSeq: seq,
        },
      };
    },

    /** Charges what was used of a ticket and returns the rest, once. */
    settle: (tenantId: string, request: Caller & { readonly ticketId: string; readonly used: number }) =>
      end(tenantId, request, "settle", request.used),

    /** Returns all of a ticket, once. */
    void: (tenantId: string, request: Caller & { readonly ticketId: string }) =>
      end(tenantId, request, "void"),

    /** Every meter of the license, sorted by code. A read: it leaves no event. */
    async balances(
      tenantId: string,
      request: { readonly licenseId: string; readonly activationId?: string; readonly proof?: Proof },
    ): Promise<Decision<{ readonly balances: readonly Balance[]; readonly trustSeq: number }>> {
      const { licenseId, activationId, proof } = request;
      const row = await whileProven(proof, (provenSeq) =>
        store.balances(tenantId, licenseId, activationId ?? null, provenSeq),
      );
      const refused = await denied(tenantId, row);
      if (refused !== undefined) return refused;
      const balances = row.balances.filter(({ entitled }) => entitled);
      return {
        outcome: "granted",
        value: {
          balances: balances.map((each) => ({ ...each, available: each.balance + each.overdraft })),
          trustSeq: row.trust_seq,
        },
      };
    },

    /** Announces tickets that time has ended, over all tenants, in bounded steps. Running it twice changes nothing. */
    expireTickets: async () => ({ expired: await sweep(store.expireTickets) }),

    /** Expires grants and begins periods where nobody came, over all tenants, in bounded steps. */
    expireCredits: async () => ({ renewed: await sweep(store.expireCredits) }),

    /** Resolves once every batch under way has committed. */
    async idle(): Promise<void> {
      await Promise.all([recordingFew.idle(), recordingMany.idle(), issuing.idle(), ending.idle()]);
    },
  };
}

function asked({ licenseId, activationId, credential, correlationId }: Caller) {
  return {
    license_id: licenseId,
    activation_id: activationId ?? null,
    credential: credential ?? null,
    event_id: newUuid(),
    correlation_id: correlationId,
  };
}
