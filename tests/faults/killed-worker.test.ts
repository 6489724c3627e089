import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { believes, startPlainReceiver } from "#server/testing/webhook-receiver.ts";
import { run } from "../processes.ts";

let database: TestDatabase;
let authority: Authority;
let receiver: Awaited<ReturnType<typeof startPlainReceiver>>;

beforeAll(async () => {
  database = await createTestDatabase();
  const reach = { isAllowed: () => true, plainHttp: true };
  authority = createAuthority(
    database.appUrl,
    createRuntime(database.appUrl, new TestClock(new Date())),
    reach,
  );
  receiver = await startPlainReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await authority.close();
  await database.drop();
});

const startWorker = () => {
  const child = run("workers/main.ts", [], {
    NODE_ENV: "production",
    LOG_LEVEL: "error",
    DATABASE_APP_URL: database.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: "s".repeat(32),
    WEBHOOK_PRIVATE_NETWORK: "true",
  });
  child.stdout?.resume();
  return child;
};
const received = () => expect.poll(() => receiver.received.length, { timeout: 30_000 });

test("what a worker was sending when it was killed is sent by the next, under the same id, signed", async () => {
  const { actor } = await createVendor(authority);
  const { secret } = await authority.webhooks.create(actor, {
    url: receiver.url,
    description: "",
    events: ["customer.created"],
  });
  receiver.answerWith("never");
  await authority.customers.create(actor, { name: "Contoso", email: null, note: "" });

  const doomed = startWorker();
  await received().toBe(1);
  doomed.kill("SIGKILL");
  await once(doomed, "exit");
  receiver.answerWith({ status: 204 });
  // As if the minute were over for which the dead one had it.
  await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.webhookDelivery.updateMany({ data: { claimedUntil: new Date() } }),
  );
  const next = startWorker();
  await received().toBe(2);
  next.kill("SIGTERM");
  await once(next, "exit");

  expect(new Set(receiver.ids()).size).toBe(1);
  const [, again] = receiver.received;
  expect(again && believes(secret, again, new Date())).toBe(true);
  const [delivery] = await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.webhookDelivery.findMany(),
  );
  expect(delivery).toMatchObject({ status: "delivered", attempts: 2 });
}, 180_000);
