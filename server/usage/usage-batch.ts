import type { UsageEventAnswer } from "#sdk/wire.ts";
import type { Credential } from "#server/domain/credential.ts";
import type { Denied } from "#server/domain/decision.ts";

/** Something used, as a caller reports it. */
export interface UsageEventInput {
  /** Made by the client; takes effect once per tenant, forever. */
  readonly id: string;
  readonly meter: string;
  /** Whole number from 1 on, in the meter's unit. */
  readonly amount: number;
  readonly occurredAt: Date;
}

/** One request as it enters a batch. */
export interface UsageItem {
  readonly event_id: string;
  readonly correlation_id: string;
  readonly license_id: string;
  readonly activation_id: string | null;
  /** Of a vendor's backend. */
  readonly credential?: Credential | null;
  /** At least one. */
  readonly events: readonly UsageEventInput[];
}

/** The one row that record_usage answers a batch with. */
export interface UsageBatchRow {
  readonly decided_at: Date;
  readonly trust_seq: number;
  /** One element a caller; null as a whole where nobody is refused. */
  readonly refusals: readonly (Omit<Denied, "outcome"> | null)[] | null;
  readonly products: readonly (string | null)[];
  readonly accounts: readonly (string | null)[];
  /** One element an event. */
  readonly outcomes: readonly number[];
  readonly entries: readonly number[];
  readonly balances: readonly number[];
}

/** What one account was charged by one request. */
export interface Charge {
  readonly accountId: string;
  readonly meter: string;
  readonly amount: number;
  /** The last ledger entry the request wrote, and the balance after it. */
  readonly entry: number;
  readonly balance: number;
}

/** A request's own part of a batch's answer. */
export interface UsageAnswer {
  readonly decidedAt: Date;
  readonly trustSeq: number;
  readonly product: string;
  /** The request as a whole was refused; nothing of it took effect. */
  readonly refusal: Denied | undefined;
  readonly events: readonly UsageEventAnswer[];
  readonly charges: readonly Charge[];
}

/** Columns of a batch, as PostgreSQL reads them: the parameters of record_usage after tenant and time. */
export interface UsageColumns {
  readonly parameters: readonly (string | null)[];
  /** Which caller each event belongs to, counted from 1 as in SQL. */
  readonly callerOfEvent: readonly number[];
}

/** Flattens requests into columns; callers and repeated ids are told apart here, so that SQL compares only numbers. */
export function usageColumns(items: readonly UsageItem[]): UsageColumns {
  const callers = new Map<string, number>();
  const slotOf = new Map<string, number>();
  const [licenses, activations, meters, slots]: [string[], (string | null)[], string[], number[]] = [
    [],
    [],
    [],
    [],
  ];
  // Null as a whole where only devices ask, as in most batches.
  const credentials: string[] = [];
  let hasCredentials = false;
  const firstOfId = new Map<string, number>();
  const [requestCallers, sizes, eventIds, requestCorrelations]: [number[], number[], string[], string[]] = [
    [],
    [],
    [],
    [],
  ];
  const callerOfEvent: number[] = [];
  const [ids, firsts, amounts, occurred, correlations]: [string[], number[], number[], number[], string[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  for (const item of items) {
    const credential = item.credential ? JSON.stringify(item.credential) : null;
    const who = `${item.license_id} ${item.activation_id ?? ""} ${credential ?? ""} `;
    const correlation = quoted(item.correlation_id);
    for (const event of item.events) {
      const key = who + event.meter;
      let caller = callers.get(key);
      if (caller === undefined) {
        caller = licenses.push(item.license_id);
        activations.push(item.activation_id);
        credentials.push(credential === null ? "NULL" : quoted(credential));
        hasCredentials ||= credential !== null;
        meters.push(quoted(event.meter));
        callers.set(key, caller);
        const account = `${item.license_id} ${event.meter}`;
        const slot = slotOf.get(account) ?? caller;
        slotOf.set(account, slot);
        slots.push(slot);
      }
      const place = callerOfEvent.push(caller);
      const first = firstOfId.get(event.id) ?? place;
      if (first === place) firstOfId.set(event.id, place);
      firsts.push(first);
      ids.push(quoted(event.id));
      amounts.push(event.amount);
      occurred.push(event.occurredAt.getTime());
      correlations.push(correlation);
    }
    requestCallers.push(callerOfEvent[callerOfEvent.length - item.events.length] ?? 0);
    sizes.push(item.events.length);
    eventIds.push(item.event_id);
    requestCorrelations.push(correlation);
  }
  const isRepeated = firstOfId.size < ids.length;
  return {
    callerOfEvent,
    parameters: [
      array(licenses),
      array(activations.map((id) => id ?? "NULL")),
      array(meters),
      array(slots),
      array(requestCallers),
      array(sizes),
      array(eventIds),
      array(requestCorrelations),
      array(callerOfEvent),
      array(ids),
      isRepeated ? array(firsts) : null,
      array(amounts),
      array(occurred),
      array(correlations),
      hasCredentials ? array(credentials) : null,
    ],
  };
}

/** An array as PostgreSQL writes it; built here because the driver's way of doing it costs more than the charge itself. */
function array(elements: readonly (string | number)[]): string {
  return `{${elements.join(",")}}`;
}

function quoted(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `"${text}"`;
}

const ACCEPTED = 0;
const DUPLICATE = 1;
const EVENT_CODES: Readonly<
  Record<number, "idempotency_conflict" | "insufficient_credits" | "meter_not_entitled">
> = { 2: "idempotency_conflict", 3: "insufficient_credits", 4: "meter_not_entitled" };

/** Gives each request its own part of the answer. */
export function usageAnswers(
  items: readonly UsageItem[],
  { callerOfEvent }: UsageColumns,
  row: UsageBatchRow,
): UsageAnswer[] {
  let at = 0;
  return items.map((item) => {
    const start = at;
    at += item.events.length;
    const caller = (callerOfEvent[start] ?? 0) - 1;
    const common = {
      decidedAt: row.decided_at,
      trustSeq: row.trust_seq,
      product: row.products[caller] ?? "",
    };
    const refusal = row.refusals?.[caller];
    if (refusal !== null && refusal !== undefined)
      return { ...common, refusal: { outcome: "denied", ...refusal }, events: [], charges: [] };
    const charges = new Map<string, Charge>();
    const events = item.events.map(({ id, meter, amount }, index): UsageEventAnswer => {
      const place = start + index;
      const outcome = row.outcomes[place] ?? -1;
      const entry = row.entries[place] ?? 0;
      const balance = row.balances[place] ?? 0;
      if (outcome === DUPLICATE) return { id, outcome: "duplicate", entry, balance };
      if (outcome !== ACCEPTED) {
        const code = EVENT_CODES[outcome];
        if (code === undefined) throw new Error(`record_usage answered ${outcome}, which means nothing.`);
        return { id, outcome: "denied", code };
      }
      const accountId = row.accounts[(callerOfEvent[place] ?? 0) - 1] ?? "";
      const before = charges.get(meter)?.amount ?? 0;
      charges.set(meter, { accountId, meter, amount: before + amount, entry, balance });
      return { id, outcome: "accepted", entry, balance };
    });
    return { ...common, refusal: undefined, events, charges: [...charges.values()] };
  });
}
