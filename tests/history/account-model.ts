import type { Model } from "./linearize.ts";

export type AccountAsked =
  | {
      readonly kind: "record";
      readonly account: number;
      readonly events: readonly { readonly id: string; readonly amount: number }[];
    }
  | { readonly kind: "issue"; readonly account: number; readonly id: string; readonly amount: number }
  | { readonly kind: "settle"; readonly account: number; readonly id: string; readonly used: number }
  | { readonly kind: "void"; readonly account: number; readonly id: string }
  | { readonly kind: "grant" | "adjust"; readonly account: number; readonly amount: number }
  | {
      readonly kind: "refund";
      readonly account: number;
      readonly amount: number;
      readonly event: string;
    };

export interface Account {
  readonly entries: number;
  readonly granted: number;
  readonly reserved: number;
  readonly spent: number;
}

interface Charge {
  readonly account: number;
  readonly amount: number;
  readonly answer: string;
  readonly refunded: boolean;
}

interface Ticket {
  readonly account: number;
  readonly amount: number;
  readonly expiresMs: number;
  readonly balance: number;
  readonly end:
    | { readonly status: "settled" | "voided" | "expired"; readonly used: number; readonly balance: number }
    | undefined;
}

/** Two accounts of one tenant, whose ids are the tenant's. */
export interface AccountsState {
  readonly accounts: readonly Account[];
  readonly events: Readonly<Record<string, Charge>>;
  readonly tickets: Readonly<Record<string, Ticket>>;
}

export interface AccountRules {
  readonly overdraft: number;
  readonly ticketTtlMs: number;
}

type Decided = readonly [answer: string, state: AccountsState];

/** Credits as they should be kept at `nowMs`; every answer, as text, and every entry follows from what came before. */
export function accountsModel(
  rules: AccountRules,
  nowMs: number,
): Model<AccountsState, AccountAsked, string> {
  function decide(state: AccountsState, asked: AccountAsked): Decided {
    switch (asked.kind) {
      case "record":
        return record(state, asked.account, asked.events);
      case "issue":
        return issue(state, asked);
      case "settle":
      case "void":
        return end(state, asked);
      case "grant": {
        const next = write(state, asked.account, { granted: asked.amount });
        return [line(next, asked.account), next];
      }
      case "adjust": {
        if (asked.amount < 0 && asked.amount < -available(state, asked.account)) {
          return ["insufficient_credits", state];
        }
        const change = asked.amount > 0 ? { granted: asked.amount } : { spent: -asked.amount };
        const next = write(state, asked.account, change);
        return [line(next, asked.account), next];
      }
      case "refund": {
        const charge = state.events[asked.event];
        if (charge?.account !== asked.account || charge.refunded || charge.amount < asked.amount) {
          return ["not_found", state];
        }
        const next = write(state, asked.account, { spent: -asked.amount });
        const events = { ...next.events, [asked.event]: { ...charge, refunded: true } };
        return [line(next, asked.account), { ...next, events }];
      }
    }
  }

  const available = (state: AccountsState, index: number) => balance(state, index) + rules.overdraft;

  function record(
    before: AccountsState,
    account: number,
    events: readonly { readonly id: string; readonly amount: number }[],
  ): Decided {
    let state = before;
    const answers = events.map(({ id, amount }) => {
      const known = state.events[id];
      if (known !== undefined) {
        const isSame = known.account === account && known.amount === amount;
        return isSame ? `duplicate ${known.answer}` : "idempotency_conflict";
      }
      if (amount > available(state, account)) return "insufficient_credits";
      const next = write(state, account, { spent: amount });
      const answer = line(next, account);
      state = { ...next, events: { ...next.events, [id]: { account, amount, answer, refunded: false } } };
      return `accepted ${answer}`;
    });
    return [answers.join(", "), state];
  }

  function issue(state: AccountsState, { account, id, amount }: AccountAsked & { kind: "issue" }): Decided {
    const known = state.tickets[id];
    if (known !== undefined) {
      const isSame = known.account === account && known.amount === amount;
      return [isSame ? `replayed ${known.balance}` : "idempotency_conflict", state];
    }
    if (amount > available(state, account)) return ["insufficient_credits", state];
    const next = write(state, account, { reserved: amount });
    const issued = {
      account,
      amount,
      expiresMs: nowMs + rules.ticketTtlMs,
      balance: balance(next, account),
      end: undefined,
    };
    return [`issued ${issued.balance}`, { ...next, tickets: { ...next.tickets, [id]: issued } }];
  }

  function end(state: AccountsState, asked: AccountAsked & { kind: "settle" | "void" }): Decided {
    const ticket = state.tickets[asked.id];
    if (ticket?.account !== asked.account) return ["ticket_not_found", state];
    const used = asked.kind === "settle" ? asked.used : 0;
    if (ticket.end !== undefined) {
      const { status, balance: then } = ticket.end;
      const isSame =
        asked.kind === "settle" ? status === "settled" && ticket.end.used === used : status === "voided";
      return [isSame ? `replayed ${then}` : `ticket_${status}`, state];
    }
    if (ticket.expiresMs < nowMs) return ["ticket_expired", close(state, asked.id, ticket, "expired", 0)];
    if (used > ticket.amount) return ["ticket_amount_exceeded", state];
    const status = asked.kind === "settle" ? "settled" : "voided";
    const next = close(state, asked.id, ticket, status, used);
    return [`ended ${balance(next, asked.account)}`, next];
  }

  return {
    next(state, asked, answer) {
      const [expected, next] = decide(state, asked);
      return answer === undefined || answer === expected ? [next] : [];
    },
    key: ({ accounts }) => JSON.stringify(accounts),
  };
}

/** What the sweep does: pending tickets whose time is over give their credits back. */
export function expireTickets(state: AccountsState, nowMs: number): AccountsState {
  let next = state;
  for (const [id, ticket] of Object.entries(state.tickets)) {
    if (ticket.end === undefined && ticket.expiresMs < nowMs) next = close(next, id, ticket, "expired", 0);
  }
  return next;
}

function close(
  state: AccountsState,
  id: string,
  ticket: Ticket,
  status: "settled" | "voided" | "expired",
  used: number,
): AccountsState {
  const { account, amount } = ticket;
  // What was used moves first, then the rest comes back: a line each.
  const charged = status === "settled" ? write(state, account, { reserved: -used, spent: used }) : state;
  const next = amount > used ? write(charged, account, { reserved: used - amount }) : charged;
  const ended = { ...ticket, end: { status, used, balance: balance(next, account) } };
  return { ...next, tickets: { ...next.tickets, [id]: ended } };
}

function write(
  state: AccountsState,
  index: number,
  change: { readonly granted?: number; readonly reserved?: number; readonly spent?: number },
): AccountsState {
  const accounts = state.accounts.map((account, place) =>
    place === index
      ? {
          entries: account.entries + 1,
          granted: account.granted + (change.granted ?? 0),
          reserved: account.reserved + (change.reserved ?? 0),
          spent: account.spent + (change.spent ?? 0),
        }
      : account,
  );
  return { ...state, accounts };
}

function balance({ accounts }: AccountsState, index: number): number {
  const account = accounts[index];
  if (account === undefined) throw new Error(`There is no account ${index}.`);
  return account.granted - account.reserved - account.spent;
}

function line(state: AccountsState, index: number): string {
  return `${state.accounts[index]?.entries} ${balance(state, index)}`;
}
