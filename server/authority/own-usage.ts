import { type Credits as ForecastCredits, forecast, type Renewal } from "../domain/credit-forecast.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { meterRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { ListLedger } from "./account-input.ts";
import type { Accounts } from "./account-service.ts";
import { present } from "./missing.ts";
import * as store from "./own-usage-store.ts";
import type { Credits, GrantFacts } from "./ports.ts";

export type OwnUsage = ReturnType<typeof createOwnUsage>;

interface Owner {
  readonly tenantId: string;
  readonly customerId: string;
}

const DAY_MS = 86_400_000;
/** Drawn, and more than a forecast looks at. */
const DAYS = 28;
/** Licenses times meters; a customer with more reads the first of them. */
const ACCOUNTS_MAX = 60;

/** What a customer's people see of their credits: what is left, how it was used, and how long it lasts. */
export function createOwnUsage(deps: {
  database: Database;
  clock: Clock;
  credits: Credits;
  ledgers: Pick<Accounts, "ledger">;
}) {
  const { database, clock, credits, ledgers } = deps;

  return {
    /** Each meter of each product, over all of the customer's licenses: as it is now. */
    async meters({ tenantId, customerId }: Owner) {
      const now = clock.now();
      const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
      const from = new Date(today - (DAYS - 1) * DAY_MS);
      return database.withTenant(tenantId, async (tx) => {
        const list = () => store.listOwnAccounts(tx, tenantId, customerId, ACCOUNTS_MAX + 1);
        const licenses = new Set((await list()).slice(0, ACCOUNTS_MAX).map(({ licenseId }) => licenseId));
        const grants: GrantFacts[] = [];
        for (const licenseId of [...licenses].toSorted())
          grants.push(...(await credits.grants(tx, tenantId, licenseId)));
        // After the grants that are due were made or expired.
        const found = await list();
        const completeUntil = await store.readCompleteUntil(tx, tenantId);
        const use = await store.readOwnUse(tx, tenantId, customerId, from);
        const groups = Map.groupBy(
          found.slice(0, ACCOUNTS_MAX),
          ({ productId, meter }) => `${productId} ${meter}`,
        );
        const meters = [...groups.values()].flatMap((accounts) => {
          const [first] = accounts;
          if (first === undefined) return [];
          const used = new Map(
            use.flatMap(({ productId, meter, start, value }) =>
              productId === first.productId && meter === first.meter
                ? [[start.getTime(), value] as const]
                : [],
            ),
          );
          const days = Array.from({ length: DAYS }, (_, index) => {
            const start = from.getTime() + index * DAY_MS;
            return { start: new Date(start), used: used.get(start) ?? 0 };
          });
          return [
            {
              productId: first.productId,
              productName: first.productName,
              meter: first.meter,
              meterName: first.meterName,
              unit: first.unit,
              accounts: accounts.map((account) => ({ ...account, status: licenseStatus(account, now) })),
              days,
              forecast: forecast({
                now,
                days: wholeDays(days, completeUntil),
                ...supplyOf(accounts, grants, now),
              }),
            },
          ];
        });
        return { completeUntil, meters, isMore: found.length > ACCOUNTS_MAX };
      });
    },

    /** An account's ledger, newest first. Throws `not_found` for one that is not theirs. */
    async ledger({ tenantId, customerId }: Owner, query: ListLedger) {
      await database.withTenant(tenantId, async (tx) =>
        present(await store.isOwnAccount(tx, tenantId, customerId, query.id), "account"),
      );
      return ledgers.ledger({ kind: "system", tenantId }, query);
    },
  };
}

/** The use of days that are over and counted to their end. */
function wholeDays(
  days: readonly { readonly start: Date; readonly used: number }[],
  completeUntil: Date | null,
): number[] {
  if (completeUntil === null) return [];
  return days
    .filter(({ start }) => start.getTime() + DAY_MS <= completeUntil.getTime())
    .map(({ used }) => used);
}

/** What of accounts can still be used, and what comes by itself: a license that may not be used has neither. */
function supplyOf(
  accounts: readonly store.OwnAccountRow[],
  grants: readonly GrantFacts[],
  now: Date,
): { credits: ForecastCredits[]; renewals: Renewal[] } {
  const credits: ForecastCredits[] = [];
  const renewals: Renewal[] = [];
  for (const account of accounts) {
    const status = licenseStatus(account, now);
    if (status !== "active" && status !== "grace") continue;
    const end = account.graceUntil;
    const own = grants
      .filter(({ accountId, remaining }) => accountId === account.accountId && remaining > 0n)
      .map(({ remaining, expiresAt, kind }) => ({
        amount: Number(remaining),
        until: earliest(expiresAt, end),
        isPeriod: kind === "period",
      }));
    credits.push(...balanced(own, Number(account.granted - account.reserved - account.spent), end));
    const rules = meterRules.safeParse(account.rules).data;
    if (rules !== undefined && rules.periodCredits > 0 && rules.period !== "none")
      renewals.push({ amount: rules.periodCredits, period: rules.period, until: end });
  }
  return { credits, renewals };
}

/** Grants as they would be if all that is reserved were spent, in the order in which they burn; what was given back belongs to none. */
function balanced(grants: readonly ForecastCredits[], balance: number, end: Date | null): ForecastCredits[] {
  let held = grants.reduce((sum, { amount }) => sum + amount, 0) - balance;
  if (held < 0) return [{ amount: -held, until: end, isPeriod: false }, ...grants];
  return grants.map((grant) => {
    const taken = Math.min(grant.amount, held);
    held -= taken;
    return { ...grant, amount: grant.amount - taken };
  });
}

function earliest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
