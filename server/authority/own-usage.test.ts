import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "../platform/ids.ts";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { METER_RULES } from "../testing/usage.ts";

const DAY_MS = 86_400_000;
let database: TestDatabase;
let authority: Authority;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

test("a customer's credits are added up over its usable licenses, and last as long as their use says", async () => {
  const { clock, balances, ownUsage, licenses } = authority;
  const { tenantId, actor } = await createVendor(authority);
  const catalog = await createCatalog(authority, actor, { meters: { "render-minutes": METER_RULES } });
  const mine = { tenantId, customerId: catalog.customerId };
  const { id: otherId } = await authority.customers.create(actor, {
    name: "Fabrikam",
    email: null,
    note: "",
  });
  const other = { tenantId, customerId: otherId };
  const grantTo = async (licenseId: string, amount: number) => {
    const { items } = await balances.list(actor, { licenseId, limit: 1 });
    const [account] = items;
    if (account === undefined) throw new Error("the license has an account");
    const grant = { kind: "prepaid", priority: 100, expiresAt: null, reason: "A secret favour" } as const;
    await balances.grant(actor, { ...grant, id: account.accountId, requestId: newUuid(), amount });
    return account.accountId;
  };
  const first = await issueOne(authority, actor, catalog);
  const second = await issueOne(authority, actor, catalog);
  const suspended = await issueOne(authority, actor, catalog);
  const accountId = await grantTo(first.id, 150);
  await grantTo(second.id, 50);
  await grantTo(suspended.id, 5_000);
  await licenses.suspend(actor, suspended.id, "");

  const today = Math.floor(clock.now().getTime() / DAY_MS) * DAY_MS;
  const meter = async () => {
    const { meters } = await ownUsage.meters(mine);
    expect(meters).toHaveLength(1);
    return meters[0];
  };
  // Nothing is counted yet: no guess is made.
  expect((await meter())?.forecast).toMatchObject({ kind: "too_early" });

  await authority.database.withTenant(tenantId, async (tx) => {
    const shared = { tenantId, metric: "usage", size: "day", productId: catalog.productId, example: null };
    const use = (customerId: string, daysAgo: number, value: bigint) => ({
      ...shared,
      customerId,
      dimension: "render-minutes",
      start: new Date(today - daysAgo * DAY_MS),
      value,
    });
    const used = Array.from({ length: 10 }, (_, index) => use(catalog.customerId, index + 1, 20n));
    // Today is not over, and what another customer uses is no matter of this one's.
    await tx.rollup.createMany({
      data: [...used, use(catalog.customerId, 0, 900n), use(otherId, 1, 7_000n)],
    });
    await tx.rollupWatermark.upsert({
      where: { tenantId },
      create: { tenantId, completeUntil: new Date(today + 60_000) },
      update: { completeUntil: new Date(today + 60_000) },
    });
  });
  const found = await meter();
  expect(found?.accounts).toHaveLength(3);
  expect(found?.days.at(-1)?.used).toBe(900);
  expect(found?.forecast).toMatchObject({ kind: "runs_out", days: 10, perDay: 20 });
  if (found?.forecast.kind !== "runs_out") throw new Error("it runs out");
  expect(found.forecast.on.getTime() - clock.now().getTime()).toBe(10 * DAY_MS);

  const { items } = await ownUsage.ledger(mine, { id: accountId, limit: 10 });
  expect(items).toMatchObject([{ kind: "grant", granted: 150n }]);
  await expect(ownUsage.ledger(other, { id: accountId, limit: 10 })).rejects.toMatchObject({
    code: "not_found",
  });
  expect((await ownUsage.meters(other)).meters).toEqual([]);
});
