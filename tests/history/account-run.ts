import { SignetError } from "#server/domain/errors.ts";
import type { Runtime, TestTenant } from "#server/testing/fixtures.ts";
import { createAccount, type TestAccount } from "#server/testing/usage.ts";
import {
  type Account,
  type AccountAsked,
  type AccountRules,
  type AccountsState,
  accountsModel,
  expireTickets,
} from "./account-model.ts";
import type { Dice } from "./dice.ts";
import { History, listed, type Tally, Violation, whole } from "./history.ts";
import { linearize } from "./linearize.ts";

const ACCOUNTS = 2;
const CLIENTS = 40;
const TICKET_TTL_MS = 600_000;
/** How many ids of this round and of those before it are asked for. */
const IDS_A_ROUND = 25;

/** Two accounts of one tenant, many clients, and what is known of them. */
export interface AccountRun {
  round(): Promise<Tally>;
  sweep(): Promise<void>;
}

export async function startAccounts(
  servers: readonly Runtime[],
  tenant: TestTenant,
  dice: Dice,
): Promise<AccountRun> {
  const [first] = servers;
  if (first === undefined) throw new Error("There is no server.");
  const { clock } = first;
  const rules: AccountRules = { overdraft: dice.between(0, 5), ticketTtlMs: TICKET_TTL_MS };
  const hands: TestAccount[] = [];
  for (let n = 0; n < ACCOUNTS; n++) {
    const meter = { overdraft: rules.overdraft, ticketTtlSeconds: TICKET_TTL_MS / 1000 };
    hands.push(await createAccount(first, tenant, meter));
  }
  const empty: Account = { entries: 0, granted: 0, reserved: 0, spent: 0 };
  let state: AccountsState = { accounts: hands.map(() => empty), events: {}, tickets: {} };
  let number = 0;

  function handOf(account: number): TestAccount {
    const hand = hands[account];
    if (hand === undefined) throw new Error(`There is no account ${account}.`);
    return hand;
  }

  async function ask(server: Runtime, asked: AccountAsked): Promise<string> {
    const hand = handOf(asked.account);
    const { tenantId } = tenant;
    if (asked.kind === "record") {
      const answers = await hand.record(asked.events, server);
      if (typeof answers === "string") return answers;
      return answers
        .map((each) =>
          each.outcome === "denied" ? each.code : `${each.outcome} ${each.entry} ${each.balance}`,
        )
        .join(", ");
    }
    if (asked.kind === "issue") {
      const answer = await hand.issue(asked.amount, asked.id, server);
      if (typeof answer === "string") return answer;
      return `${answer.replayed ? "replayed" : "issued"} ${answer.balance}`;
    }
    if (asked.kind === "settle" || asked.kind === "void") {
      const answer =
        asked.kind === "settle"
          ? await hand.settle(asked.id, asked.used, server)
          : await hand.void(asked.id, server);
      if (typeof answer === "string") return answer;
      return `${answer.replayed ? "replayed" : "ended"} ${answer.balance}`;
    }
    const about = { licenseId: hand.id, meter: "credits", reason: "history", correlationId: "cor_history" };
    const { database, credits } = server;
    const { amount } = asked;
    const changed = database.withTenant(tenantId, (tx) => {
      if (asked.kind === "adjust") return credits.adjust(tx, tenantId, { ...about, amount });
      if (asked.kind === "refund") {
        return credits.refund(tx, tenantId, { ...about, amount, of: { eventId: asked.event } });
      }
      const grant = { kind: "prepaid", priority: 100, expiresAt: null } as const;
      return credits.grant(tx, tenantId, { ...about, amount, ...grant });
    });
    return changed.then(
      ({ entry, balance }) => `${entry} ${balance}`,
      (error: unknown) => {
        if (error instanceof SignetError && error.code !== "outcome_unknown") return error.code;
        throw error;
      },
    );
  }

  /** Few ids and small amounts, so that the same id comes again, also with another amount or for the other account. */
  function choose(): AccountAsked {
    const account = dice.between(0, ACCOUNTS - 1);
    const id = (letter: string) =>
      `${letter}${dice.between(Math.max(0, number - 1) * IDS_A_ROUND, (number + 1) * IDS_A_ROUND)}`;
    const amount = dice.between(1, 4);
    const throwOf = dice.between(0, 99);
    if (throwOf < 45) {
      const events = Array.from({ length: dice.between(1, 3) }, () => ({
        id: id("e"),
        amount: dice.between(1, 3),
      }));
      return { kind: "record", account, events };
    }
    if (throwOf < 62) return { kind: "issue", account, id: id("t"), amount };
    if (throwOf < 78) return { kind: "settle", account, id: id("t"), used: dice.between(0, 4) };
    if (throwOf < 84) return { kind: "void", account, id: id("t") };
    if (throwOf < 90) return { kind: "grant", account, amount: dice.between(5, 40) };
    if (throwOf < 94) return { kind: "adjust", account, amount: dice.pick([-3, -1, 2]) };
    // Mostly of what was charged, so that some is asked back twice.
    const charged = Object.entries(state.events);
    const [event, charge] = charged.length > 0 && dice.chance(70) ? dice.pick(charged) : [id("e"), undefined];
    return { kind: "refund", account: charge?.account ?? account, event, amount: dice.between(1, 3) };
  }

  async function look(): Promise<string> {
    const seen = await Promise.all(hands.map((hand) => hand.account()));
    const counts = await Promise.all(
      hands.map((_, index) =>
        first?.database.withTenant(tenant.tenantId, (tx) =>
          tx.ledgerEntry.count({
            where: { tenantId: tenant.tenantId, accountId: seen[index]?.account ?? "" },
          }),
        ),
      ),
    );
    return JSON.stringify(
      seen.map(({ granted, reserved, spent }, index) => ({
        entries: counts[index],
        granted,
        reserved,
        spent,
      })),
    );
  }

  /** Each account's balance after each of its entries. */
  async function balances(): Promise<readonly (readonly number[])[]> {
    const found: number[][] = [];
    for (const hand of hands) {
      const { account: accountId } = await hand.account();
      const rows = await hand.runtime.database.withTenant(tenant.tenantId, (tx) =>
        tx.ledgerEntry.findMany({
          where: { tenantId: tenant.tenantId, accountId },
          orderBy: { entry: "asc" },
        }),
      );
      found.push(rows.map((row) => Number(row.balance)));
    }
    return found;
  }

  async function check(history: History<AccountAsked, string>, atEnd: string): Promise<void> {
    const model = accountsModel(rules, clock.now().getTime());
    const isSeen = ({ accounts }: AccountsState) => JSON.stringify(accounts) === atEnd;
    // Only lost answers leave open what was written.
    const lines = history.tally.lost > 0 ? await balances() : undefined;
    const isWritten = ({ accounts }: AccountsState) =>
      accounts.every(({ entries, granted, reserved, spent }, index) => {
        return entries === 0 || lines?.[index]?.[entries - 1] === granted - reserved - spent;
      });
    const verdict = linearize(
      history.operations,
      model,
      state,
      isSeen,
      lines === undefined ? undefined : isWritten,
    );
    if (!verdict.ok) {
      throw new Violation(
        `No order explains these answers.\nFrom ${JSON.stringify({ rules, now: clock.now(), state })}\n${listed(history.operations)}\nAt best ${JSON.stringify(verdict.state.accounts)}, seen ${atEnd}, and then not\n${listed(verdict.stuck)}`,
      );
    }
    state = verdict.state;
  }

  return {
    async round() {
      const history = new History<AccountAsked, string>();
      const clients = Array.from({ length: CLIENTS }, async () => {
        for (let times = dice.between(0, 3); times > 0; times--) {
          const asked = choose();
          const server = dice.pick(servers);
          const answer = await history.ask(asked, () => ask(server, asked));
          // Who got no answer asks again, with the same ids.
          const hasIds = asked.kind !== "grant" && asked.kind !== "adjust";
          if (answer === undefined && hasIds) await history.ask(asked, () => ask(server, asked));
        }
      });
      await whole(clients);
      await check(history, await look());
      number++;
      forget(number - 2);
      return history.tally;
    },

    async sweep() {
      await handOf(0).expire();
      state = expireTickets(state, clock.now().getTime());
      const seen = await look();
      if (JSON.stringify(state.accounts) !== seen) {
        throw new Violation(
          `After a sweep ${JSON.stringify(state.accounts)} was expected, and seen ${seen}.`,
        );
      }
      try {
        for (const hand of hands) await hand.checkLedger();
      } catch (error) {
        throw new Violation(error instanceof Error ? error.message : String(error));
      }
    },
  };

  /** Lets go of what nobody asks for any more; tickets that are pending still have to end. */
  function forget(round: number): void {
    const isOld = (id: string) => Number(id.slice(1)) < round * IDS_A_ROUND;
    const events = Object.entries(state.events).filter(([id]) => !isOld(id));
    const tickets = Object.entries(state.tickets).filter(([id, { end }]) => !isOld(id) || end === undefined);
    state = { ...state, events: Object.fromEntries(events), tickets: Object.fromEntries(tickets) };
  }
}
