import type { MeterRules } from "#server/domain/policy.ts";

/**
 * What tickets, usage and grants should do, one thing after the other, as plainly as it can be said: no batch, no lock, and
 * every debit burnt from its grants at once. The SQL functions are held to it. Plain data, so that it can be cloned.
 */
export interface UsageModel {
  nowMs: number;
  readonly accounts: ModelAccount[];
  /** By id, whatever account took it. */
  readonly events: Record<
    string,
    { account: number; amount: number; atMs: number; answer: Line; refunded: boolean }
  >;
  readonly tickets: Record<string, ModelTicket>;
}

interface Line {
  readonly entry: number;
  readonly balance: number;
}

interface ModelGrant {
  readonly amount: number;
  remaining: number;
  readonly priority: number;
  readonly expiresMs: number;
  /** In order of creation. */
  readonly number: number;
}

interface ModelTicket {
  readonly account: number;
  readonly amount: number;
  readonly expiresMs: number;
  readonly answer: Line;
  /** In order of issue. */
  readonly number: number;
  lapsing: number;
  end: { status: "settled" | "voided" | "expired"; used: number; answer: Line } | undefined;
  refunded: boolean;
}

export interface ModelAccount {
  readonly rules: MeterRules;
  entries: number;
  granted: number;
  reserved: number;
  spent: number;
  grants: ModelGrant[];
  /** Given back to no grant in particular. */
  loose: number;
  /** Spent beyond all grants. */
  debt: number;
  periods: number[];
}

export function createModel(nowMs: number, rules: readonly MeterRules[]): UsageModel {
  const accounts = rules.map(
    (each): ModelAccount => ({
      rules: each,
      entries: 0,
      granted: 0,
      reserved: 0,
      spent: 0,
      grants: [],
      loose: 0,
      debt: 0,
      periods: [],
    }),
  );
  const model: UsageModel = { nowMs, accounts, events: {}, tickets: {} };
  for (const index of accounts.keys()) renew(model, index);
  return model;
}

export function balanceOf({ granted, reserved, spent }: ModelAccount): number {
  return granted - reserved - spent;
}

export function inBurnOrder(grants: readonly ModelGrant[]): ModelGrant[] {
  return grants.toSorted(
    (a, b) => a.priority - b.priority || compare(a.expiresMs, b.expiresMs) || a.number - b.number,
  );
}

/** Does what time has made due: expires grants, gives the credits of the period. */
export function renew(model: UsageModel, index: number): void {
  const account = at(model.accounts, index);
  const pending = Object.values(model.tickets)
    .filter((ticket) => ticket.account === index && ticket.end === undefined)
    .toSorted((a, b) => a.number - b.number);
  let before = account.loose;
  let held = 0;
  const wanted = sum(pending.map((ticket) => ticket.amount - ticket.lapsing));
  for (const grant of inBurnOrder(account.grants)) {
    const { remaining } = grant;
    if (grant.expiresMs <= model.nowMs && remaining > 0) {
      const kept = Math.min(remaining, Math.max(0, wanted - before));
      held += kept;
      grant.remaining = 0;
      if (remaining > kept) write(account, { granted: kept - remaining });
    }
    before += remaining;
  }
  for (const ticket of pending) {
    const part = Math.min(held, ticket.amount - ticket.lapsing);
    ticket.lapsing += part;
    held -= part;
  }
  const { period, periodCredits } = account.rules;
  if (periodCredits === 0 || period === "none") return;
  const now = new Date(model.nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const [begins, ends] =
    period === "day"
      ? [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)]
      : period === "month"
        ? [Date.UTC(year, month), Date.UTC(year, month + 1)]
        : [Date.UTC(year, 0), Date.UTC(year + 1, 0)];
  if (account.periods.includes(begins)) return;
  account.periods.push(begins);
  grant(account, periodCredits, 100, ends);
}

function grant(account: ModelAccount, amount: number, priority: number, expiresMs: number): Line {
  const paid = Math.min(account.debt, amount);
  account.debt -= paid;
  account.grants.push({
    amount,
    remaining: amount - paid,
    priority,
    expiresMs,
    number: account.grants.length,
  });
  return write(account, { granted: amount });
}

/** Burns credits: those given back first, then the grants in their order, then the overdraft. */
function burn(account: ModelAccount, amount: number): void {
  let left = amount - Math.min(account.loose, amount);
  account.loose -= amount - left;
  for (const each of inBurnOrder(account.grants)) {
    const part = Math.min(each.remaining, left);
    each.remaining -= part;
    left -= part;
  }
  account.debt += left;
}

function giveBack(account: ModelAccount, amount: number): void {
  const paid = Math.min(account.debt, amount);
  account.debt -= paid;
  account.loose += amount - paid;
}

function write(account: ModelAccount, change: { granted?: number; reserved?: number; spent?: number }): Line {
  account.granted += change.granted ?? 0;
  account.reserved += change.reserved ?? 0;
  account.spent += change.spent ?? 0;
  account.entries++;
  return { entry: account.entries, balance: balanceOf(account) };
}

const text = (word: string, line?: Line) =>
  line === undefined ? word : `${word} ${line.entry} ${line.balance}`;

export function record(model: UsageModel, index: number, id: string, amount: number, atMs: number): string {
  const account = at(model.accounts, index);
  const known = model.events[id];
  if (known !== undefined) {
    const isSame = known.account === index && known.amount === amount && known.atMs === atMs;
    return isSame ? text("duplicate", known.answer) : "idempotency_conflict";
  }
  if (amount > balanceOf(account) + account.rules.overdraft) return "insufficient_credits";
  burn(account, amount);
  const answer = write(account, { spent: amount });
  model.events[id] = { account: index, amount, atMs, answer, refunded: false };
  return text("accepted", answer);
}

export function issue(model: UsageModel, index: number, id: string, amount: number): string {
  const account = at(model.accounts, index);
  const known = model.tickets[id];
  if (known !== undefined) {
    const isSame = known.account === index && known.amount === amount;
    return isSame ? text("replayed", known.answer) : "idempotency_conflict";
  }
  const { ticketAmountMax, overdraft, ticketTtlSeconds } = account.rules;
  if (ticketAmountMax !== null && amount > ticketAmountMax) return "ticket_amount_exceeded";
  if (amount > balanceOf(account) + overdraft) return "insufficient_credits";
  const answer = write(account, { reserved: amount });
  model.tickets[id] = {
    account: index,
    amount,
    expiresMs: model.nowMs + ticketTtlSeconds * 1000,
    answer,
    number: Object.keys(model.tickets).length,
    lapsing: 0,
    end: undefined,
    refunded: false,
  };
  return text("issued", answer);
}

/** Settles with `used`, or voids where it is undefined. */
export function end(model: UsageModel, index: number, id: string, used: number | undefined): string {
  const ticket = model.tickets[id];
  if (ticket === undefined || ticket.account !== index) return "ticket_not_found";
  if (ticket.end === undefined) {
    if (ticket.expiresMs < model.nowMs) close(model, ticket, "expired", 0);
    else if (used === undefined) return text("ended", close(model, ticket, "voided", 0));
    else if (used > ticket.amount) return "ticket_amount_exceeded";
    else return text("ended", close(model, ticket, "settled", used));
    return "ticket_expired";
  }
  const { status, answer } = ticket.end;
  if (status === "expired") return "ticket_expired";
  if (status === "voided") return used === undefined ? text("replayed", answer) : "ticket_voided";
  return used === ticket.end.used ? text("replayed", answer) : "ticket_settled";
}

function close(
  model: UsageModel,
  ticket: ModelTicket,
  status: "settled" | "voided" | "expired",
  used: number,
): Line {
  const account = at(model.accounts, ticket.account);
  const { amount, lapsing } = ticket;
  let answer: Line = { entry: 0, balance: 0 };
  if (status === "settled") answer = write(account, { reserved: -used, spent: used });
  if (amount > used) answer = write(account, { reserved: used - amount });
  if (lapsing > used) answer = write(account, { granted: used - lapsing });
  burn(account, Math.max(0, used - lapsing));
  ticket.end = { status, used, answer };
  return answer;
}

export function expireTickets(model: UsageModel): void {
  const due = Object.values(model.tickets).filter(
    (ticket) => ticket.end === undefined && ticket.expiresMs < model.nowMs,
  );
  for (const index of new Set(due.map((ticket) => ticket.account))) renew(model, index);
  for (const ticket of due) close(model, ticket, "expired", 0);
}

export function addGrant(
  model: UsageModel,
  index: number,
  amount: number,
  priority: number,
  expiresMs: number,
) {
  return grant(at(model.accounts, index), amount, priority, expiresMs);
}

/** Undefined when refused. */
export function refund(
  model: UsageModel,
  index: number,
  of: { eventId: string } | { ticketId: string },
  amount: number,
): Line | undefined {
  const event = "eventId" in of ? model.events[of.eventId] : undefined;
  const ticket = "ticketId" in of ? model.tickets[of.ticketId] : undefined;
  const cost = event?.amount ?? (ticket?.end?.status === "settled" ? ticket.end.used : 0);
  const charge = event ?? ticket;
  if (charge === undefined || charge.account !== index || charge.refunded || cost < amount) return undefined;
  charge.refunded = true;
  giveBack(at(model.accounts, index), amount);
  return write(at(model.accounts, index), { spent: -amount });
}

/** Undefined when refused. */
export function adjust(model: UsageModel, index: number, amount: number): Line | undefined {
  const account = at(model.accounts, index);
  if (amount < 0 && balanceOf(account) + amount < -account.rules.overdraft) return undefined;
  if (amount > 0) giveBack(account, amount);
  else burn(account, -amount);
  return write(account, amount > 0 ? { granted: amount } : { spent: -amount });
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new Error(`There is no account ${index}.`);
  return value;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
