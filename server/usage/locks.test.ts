import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime } from "#server/testing/fixtures.ts";
import { createAccount } from "#server/testing/usage.ts";
import { openSession, untilWaitedFor } from "#server/testing/waiting.ts";
import { createUsageStore } from "./usage-store.ts";

let testDatabase: TestDatabase;
let runtime: Runtime;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

const session = () => openSession(testDatabase.ownerUrl);

test("a ticket issued while a batch of ends waits for another account is ended under its own account's lock", async () => {
  const tenant = await createTenant(runtime);
  const { tenantId } = tenant;
  const hands = [];
  for (const _ of [1, 2]) {
    const hand = await createAccount(runtime, tenant);
    await hand.grant(100);
    hands.push({ hand, accountId: (await hand.account()).account });
  }
  const [first, second] = hands.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
  if (first === undefined || second === undefined) throw new Error("There are no two accounts.");
  const store = createUsageStore(runtime.database.pool, runtime.clock);
  const item = ({ hand }: typeof first, id: string) => ({
    id,
    license_id: hand.id,
    activation_id: hand.activationId,
    event_id: newUuid(),
    correlation_id: "cor_lock",
  });
  const settled = (owner: typeof first, id: string) => ({
    ...item(owner, id),
    verb: "settle" as const,
    used: 4,
  });
  await first.hand.issue(10, "t1");

  const [watcher, blocker, rival] = [await session(), await session(), await session()];
  await blocker.query("BEGIN");
  await blocker.query("SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE", [first.accountId]);
  const ending = store.end(tenantId, [settled(first, "t1"), settled(second, "t2")]);
  await untilWaitedFor(watcher, blocker);

  await second.hand.issue(10, "t2");
  await rival.query("BEGIN");
  await rival.query("SELECT * FROM issue_tickets($1, $2, $3)", [
    tenantId,
    runtime.clock.now(),
    JSON.stringify([{ ...item(second, "t3"), meter: "credits", amount: 10 }]),
  ]);
  await blocker.query("COMMIT");
  await untilWaitedFor(watcher, rival);
  await rival.query("COMMIT");

  expect(await ending).toMatchObject([
    { code: null, entry: "4", balance: "96" },
    { code: null, entry: "5", balance: "86" },
  ]);
  for (const { hand } of hands) await hand.checkLedger();
  expect(await first.hand.account()).toMatchObject({ reserved: 0, spent: 4 });
  expect(await second.hand.account()).toMatchObject({ reserved: 10, spent: 4 });
  for (const client of [watcher, blocker, rival]) await client.end();
});
