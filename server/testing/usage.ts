import type { UsageEventAnswer } from "#sdk/wire.ts";
import type { MeterRules, PolicyRules } from "#server/domain/policy.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import type { GrantInput } from "#server/usage/credits.ts";
import { activateRequest, createLicense, type Runtime, type TestTenant } from "./fixtures.ts";

export const METER_RULES: MeterRules = {
  periodCredits: 0,
  period: "none",
  overdraft: 0,
  ticketTtlSeconds: 3600,
  ticketAmountMax: null,
};

/** A licensed device with one meter, `credits`, and a hand at its account. The runtime is the account's own to close. */
export async function createAccount(
  runtime: Runtime,
  tenant: TestTenant,
  change: Partial<MeterRules> = {},
  rules: Partial<PolicyRules> = {},
) {
  const { clock } = runtime;
  const license = await createLicense(runtime, tenant, {
    activationsMax: null,
    meters: { credits: { ...METER_RULES, ...change } },
    ...rules,
  });
  const { tenantId } = tenant;
  const activation = await runtime.activations.activate(
    tenantId,
    activateRequest(license.licenseKey, "device"),
  );
  if (activation.outcome === "denied") throw new Error(activation.code);
  const caller = () => ({
    licenseId: license.id,
    activationId: activation.value.activationId,
    requestHash: randomSecret(32),
    correlationId: `cor_${randomSecret(12)}`,
  });
  const about = { licenseId: license.id, meter: "credits", reason: "because", correlationId: "cor_vendor" };
  const within = runtime.database.withTenant;
  const { usage, credits } = runtime;

  const hand = {
    ...license,
    activationId: activation.value.activationId,
    runtime,
    clock,
    caller,

    /** The answers to a batch of events, or the code that the whole was refused with. */
    async record(
      events: readonly { id?: string; meter?: string; amount: number; occurredAt?: Date }[],
      at: Runtime = runtime,
      who: { licenseId: string; activationId?: string } = hand.caller(),
    ): Promise<readonly UsageEventAnswer[] | string> {
      const filled = events.map((event) => ({
        id: newUuid(),
        meter: "credits",
        occurredAt: new Date("2030-01-01"),
        ...event,
      }));
      const decision = await at.usage.record(tenantId, { ...hand.caller(), ...who, events: filled });
      return decision.outcome === "granted" ? decision.value.events : decision.code;
    },

    /** What became of one event: `accepted`, `duplicate` or a code. */
    async debit(amount: number, id: string = newUuid(), at: Runtime = runtime): Promise<string> {
      const answers = await hand.record([{ id, amount }], at);
      if (typeof answers === "string") return answers;
      return outcome(answers[0]);
    },

    async issue(amount: number, id: string = newUuid(), at: Runtime = runtime) {
      const decision = await at.usage.issue(tenantId, { ...hand.caller(), id, meter: "credits", amount });
      return decision.outcome === "granted" ? decision.value : decision.code;
    },

    async settle(ticketId: string, used: number, at: Runtime = runtime) {
      const decision = await at.usage.settle(tenantId, { ...hand.caller(), ticketId, used });
      return decision.outcome === "granted" ? decision.value : decision.code;
    },

    async void(ticketId: string, at: Runtime = runtime) {
      const decision = await at.usage.void(tenantId, { ...hand.caller(), ticketId });
      return decision.outcome === "granted" ? decision.value : decision.code;
    },

    grant: (amount: number, input: Partial<GrantInput> = {}) =>
      within(tenantId, (tx) =>
        credits.grant(tx, tenantId, {
          ...about,
          kind: "prepaid",
          amount,
          priority: 100,
          expiresAt: null,
          ...input,
        }),
      ),
    refund: (amount: number, of: { eventId: string } | { ticketId: string }) =>
      within(tenantId, (tx) => credits.refund(tx, tenantId, { ...about, amount, of })),
    adjust: (amount: number) => within(tenantId, (tx) => credits.adjust(tx, tenantId, { ...about, amount })),

    /** What is left of each grant, in the order in which they burn. */
    async remaining(): Promise<number[]> {
      const grants = await within(tenantId, (tx) => credits.grants(tx, tenantId, license.id));
      return grants.map((grant) => Number(grant.remaining));
    },

    async account() {
      const [account] = await within(tenantId, (tx) => credits.accounts(tx, tenantId, license.id));
      if (account === undefined) throw new Error("The license has no account.");
      return account;
    },

    async balance(): Promise<number> {
      return (await hand.account()).balance;
    },

    /** The ledger, oldest first, as `kind granted reserved spent → balance`, the ids left out. */
    async ledger(): Promise<string[]> {
      const { account: accountId } = await hand.account();
      const lines = await within(tenantId, (tx) =>
        credits.ledger(tx, tenantId, { accountId, limit: 1_000_000 }),
      );
      return lines
        .toReversed()
        .map(
          ({ kind, granted, reserved, spent, balance }) =>
            `${kind} ${granted} ${reserved} ${spent} → ${balance}`,
        );
    },

    /** Throws unless the ledger adds up: entries without a gap, each balance the sum so far, the sums the account's. */
    async checkLedger(): Promise<void> {
      const account = await hand.account();
      const lines = await within(tenantId, (tx) =>
        tx.ledgerEntry.findMany({
          where: { tenantId, accountId: account.account },
          orderBy: { entry: "asc" },
        }),
      );
      let [granted, reserved, spent] = [0n, 0n, 0n];
      for (const [index, line] of lines.entries()) {
        granted += line.granted;
        reserved += line.reserved;
        spent += line.spent;
        if (line.entry !== BigInt(index + 1))
          throw new Error(`Entry ${line.entry} stands in place ${index + 1}.`);
        if (line.balance !== granted - reserved - spent)
          throw new Error(
            `Entry ${line.entry} says ${line.balance}, but the sum is ${granted - reserved - spent}.`,
          );
      }
      const sums = [granted, reserved, spent].map(Number);
      const projection = [account.granted, account.reserved, account.spent];
      if (sums.join() !== projection.join())
        throw new Error(`The ledger sums to ${sums}, but the account says ${projection}.`);
    },

    /** Gives the license other rules, as the Authority does. */
    change: (data: object, meters?: Record<string, Partial<MeterRules>>) =>
      within(tenantId, async (tx) => {
        const filled = Object.entries(meters ?? {}).map(([code, each]) => [
          code,
          { ...METER_RULES, ...each },
        ]);
        await tx.license.update({
          where: { tenantId_id: { tenantId, id: license.id } },
          data: {
            ...data,
            ...(meters === undefined
              ? {}
              : { effective: { ...license.rules, meters: Object.fromEntries(filled) } }),
          },
        });
        await credits.open(tx, tenantId, [license.id]);
      }),

    expire: async () => ({ ...(await usage.expireTickets()), ...(await usage.expireCredits()) }),
    close: () => runtime.close(),
  };
  return hand;
}

export type TestAccount = Awaited<ReturnType<typeof createAccount>>;

/** `accepted`, `duplicate` or the code of an answer. */
export function outcome(answer: UsageEventAnswer | undefined): string {
  if (answer === undefined) throw new Error("There is no answer.");
  return answer.outcome === "denied" ? answer.code : answer.outcome;
}
