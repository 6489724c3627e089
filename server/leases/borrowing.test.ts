import { afterAll, beforeAll, expect, test } from "vitest";
import type { PolicyRules } from "#server/domain/policy.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { code, createSeats, held } from "#server/testing/seats.ts";

let testDatabase: TestDatabase;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

const pool = (change: Partial<PolicyRules>) => createSeats(testDatabase.appUrl, tenant, change);

test("a borrowed seat is held without heartbeats until its end, is limited in number, and can be returned early", async () => {
  const seats = await pool({ seats: 3, borrowDaysMax: 7, borrowedSeatsMax: 1 });
  await Promise.all(["a", "b"].map((name) => seats.device(name)));
  const asked = { borrowSeconds: 86_400 };
  const answers = await Promise.all([seats.checkout("a", asked), seats.checkout("b", asked)]);
  expect(answers.map(code).toSorted()).toEqual(["borrow_limit_reached", "granted"]);
  const holder = "outcome" in answers[0] ? "b" : "a";
  const lease = held("outcome" in answers[0] ? answers[1] : answers[0]);
  seats.clock.advance(86_400_000 - 1);
  const kept = held(await seats.checkout(holder));
  expect(kept).toMatchObject({ leaseId: lease.leaseId, borrowed: true });
  await seats.release(holder, lease.leaseId, lease.fence);
  expect(code(await seats.checkout("c", asked))).toBe("granted");
  await seats.close();
});

test("a device that is deactivated gives its seats back at once, but a borrowed one only at its end, or with the receipt that it stopped", async () => {
  const { tenantId } = tenant;
  const seats = await pool({
    seats: 2,
    borrowDaysMax: 7,
    borrowedSeatsMax: 2,
    selfServiceDeactivation: true,
  });
  const borrow = { borrowSeconds: 86_400 };
  const away = held(await seats.checkout("laptop", borrow));
  await seats.checkout("desk");
  const [laptop, desk] = [await seats.device("laptop"), await seats.device("desk")];
  const correlationId = "cor_gone";
  const gone = (activationId: string, more = {}) =>
    runtime.activations.deactivate(tenantId, { activationId, correlationId, ...more });
  for (const [id, byVendor] of [
    [laptop, false],
    [laptop, true],
    [desk, true],
  ] as const)
    expect(await gone(id, { byVendor })).toMatchObject({ outcome: "granted" });
  expect(code(await seats.checkout("next"))).toBe("granted");
  expect(code(await seats.checkout("too-many"))).toBe("no_seats_available");
  const events = await runtime.database.withTenant(tenantId, (tx) =>
    tx.runtimeEvent.findMany({ where: { tenantId, activationId: laptop, operation: "deactivate" } }),
  );
  expect(events.map(({ facts }) => facts)).toContainEqual({
    ...{ wasLive: true, borrowed: 1, borrowedUntil: expect.stringMatching(/^\d{4}-/) },
  });

  const { deviceThumbprint: signedBy } = await runtime.database.withTenant(tenantId, (tx) =>
    tx.activation.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: laptop } } }),
  );
  const deactivatedAt = Math.floor(seats.clock.now().getTime() / 1000);
  await gone(laptop, { receipt: { signedBy, says: { deactivatedAt: deactivatedAt - 1 } } });
  expect(code(await seats.checkout("too-many")), "borrowed after the receipt was written").toBe(
    "no_seats_available",
  );
  await gone(laptop, { receipt: { signedBy, says: { deactivatedAt } } });
  const again = held(await seats.checkout("too-many", borrow));
  expect(again).toMatchObject({ slot: away.slot, fence: away.fence + 1 });

  await gone(await seats.device("too-many"), { byVendor: true });
  seats.clock.advance(86_400_000);
  expect(code(await seats.checkout("later"))).toBe("granted");
  expect(code(await seats.checkout("last"))).toBe("no_seats_available");
  seats.clock.advance(1);
  expect(code(await seats.checkout("last"))).toBe("granted");
  await seats.close();
});

test("a borrowed seat is not borrowed anew for longer than the license allows, and its holder is not counted twice", async () => {
  const seats = await pool({ seats: 1, borrowDaysMax: 2, borrowedSeatsMax: 1 });
  const lease = held(await seats.checkout("a", { borrowSeconds: 86_400 }));
  expect(code(await seats.checkout("a", { borrowSeconds: 86_400 * 3 }))).toBe("borrow_too_long");
  expect(held(await seats.checkout("a", { borrowSeconds: 86_400 * 2 }))).toMatchObject({
    leaseId: lease.leaseId,
  });
  await seats.resize({ seats: 1, borrowDaysMax: 0, borrowedSeatsMax: 0 });
  expect(code(await seats.checkout("a", { borrowSeconds: 3_600 }))).toBe("granted");
  expect(code(await seats.checkout("a", { borrowSeconds: 86_400 * 2 + 1 }))).toBe("borrow_not_allowed");
  await seats.close();
});
