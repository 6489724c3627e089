import { afterAll, beforeAll, expect, test } from "vitest";
import type { LeaseClaims } from "#sdk/wire.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { code, createSeats, held } from "#server/testing/seats.ts";

import { type CheckoutItem, createLeasesStore } from "./leases-store.ts";

const TTL_MS = 300_000;
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
const claims = (token: string): LeaseClaims =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

test("a pool lends as many seats as it has, and not one more, whoever asks at once", async () => {
  const seats = await pool({ seats: 5 });
  for (let n = 0; n < 30; n++) await seats.device(`d${n}`);
  const answers = await Promise.all([...Array(30).keys()].map((n) => seats.checkout(`d${n}`)));
  expect(answers.map(code).filter((each) => each === "granted").length).toBe(5);
  const slots = answers.flatMap((answer) => ("outcome" in answer ? [] : [answer.slot]));
  expect(slots.toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(answers.find((answer) => "outcome" in answer)).toMatchObject({
    code: "no_seats_available",
    rule: "seats.seats",
  });
  await seats.close();
});

test("servers that lend from one pool at once wait for each other, so that no batch has to be refused and tried again", async () => {
  const seats = await pool({ seats: 30 });
  const store = createLeasesStore(runtime.database.pool, seats.clock);
  const batches = [];
  for (let batch = 0; batch < 6; batch++) {
    const items: CheckoutItem[] = [];
    for (let n = 0; n < 10; n++) {
      items.push({
        activation_id: await seats.device(`d${batch}-${n}`),
        holder: `d${batch}-${n}`,
        holders: undefined,
        borrow_seconds: undefined,
        lease_id: newUuid(),
        event_id: newUuid(),
        correlation_id: "cor_direct",
      });
    }
    batches.push(items);
  }
  const answers = await Promise.all(batches.map((items) => store.checkout(tenant.tenantId, items)));
  const slots = answers.flat().flatMap((row) => (row.code === null && row.slot !== null ? [row.slot] : []));
  expect(slots.toSorted((a, b) => a - b)).toEqual([...Array(30).keys()].map((n) => n + 1));
  await seats.close();
});

test("checking out again gives a device its own lease back, also after a crash, and takes no second seat", async () => {
  const seats = await pool({ seats: 2 });
  const first = held(await seats.checkout("ada"));
  seats.clock.advance(TTL_MS / 2);
  const again = held(await seats.checkout("ada"));
  expect(again).toMatchObject({
    leaseId: first.leaseId,
    fence: first.fence,
    slot: first.slot,
    resumed: true,
  });
  expect(again.expiresAt.getTime() - first.expiresAt.getTime()).toBe(TTL_MS / 2);
  expect(code(await seats.checkout("bob"))).toBe("granted");
  await seats.close();
});

test("one tick after its TTL a silent client's seat is taken, and its late heartbeat is refused and revives nothing", async () => {
  const seats = await pool({ seats: 1 });
  const silent = held(await seats.checkout("silent"));
  seats.clock.advance(TTL_MS);
  expect(code(await seats.checkout("next"))).toBe("no_seats_available");
  seats.clock.advance(1);
  const next = held(await seats.checkout("next"));
  expect(next).toMatchObject({ slot: silent.slot, fence: silent.fence + 1 });
  expect(code(await seats.heartbeat("silent", silent.leaseId, silent.fence))).toBe("lease_fenced");
  expect(code(await seats.heartbeat("silent", silent.leaseId, next.fence))).toBe("lease_fenced");
  expect(code(await seats.heartbeat("next", next.leaseId, next.fence))).toBe("granted");
  await seats.close();
});

test("a heartbeat that comes after the lease ran out is refused even if nobody took the seat", async () => {
  const seats = await pool({ seats: 1 });
  const lease = held(await seats.checkout("late"));
  seats.clock.advance(TTL_MS);
  expect(code(await seats.heartbeat("late", lease.leaseId, lease.fence))).toBe("granted");
  seats.clock.advance(TTL_MS + 1);
  expect(code(await seats.heartbeat("late", lease.leaseId, lease.fence))).toBe("lease_expired");
  const anew = held(await seats.checkout("late"));
  expect(anew.fence).toBe(lease.fence + 1);
  expect(anew.leaseId).not.toBe(lease.leaseId);
  await seats.close();
});

test("another device's lease is not found: neither its heartbeat nor its release can be sent by a stranger", async () => {
  const seats = await pool({ seats: 1 });
  const lease = held(await seats.checkout("owner"));
  expect(code(await seats.heartbeat("stranger", lease.leaseId, lease.fence))).toBe("lease_not_found");
  expect(await seats.release("stranger", lease.leaseId, lease.fence)).toMatchObject({
    code: "lease_not_found",
  });
  expect(code(await seats.heartbeat("owner", lease.leaseId, lease.fence))).toBe("granted");
  await seats.close();
});

test("releasing frees the seat at once; twice is a success; an old release does not free the next holder's seat", async () => {
  const seats = await pool({ seats: 1 });
  const first = held(await seats.checkout("first"));
  expect(await seats.release("first", first.leaseId, first.fence)).toMatchObject({ outcome: "granted" });
  const second = held(await seats.checkout("second"));
  expect(await seats.release("first", first.leaseId, first.fence)).toMatchObject({ outcome: "granted" });
  expect(code(await seats.heartbeat("second", second.leaseId, second.fence))).toBe("granted");
  expect(code(await seats.heartbeat("first", first.leaseId, first.fence))).toBe("lease_released");
  await seats.close();
});

test("a holder has at most as many seats as the policy says, over all its devices", async () => {
  const seats = await pool({ seats: 10, seatsPerHolderMax: 2 });
  await Promise.all(["a", "b", "c"].map((name) => seats.device(name)));
  const answers = await Promise.all(["a", "b", "c"].map((device) => seats.checkout("ada", { device })));
  expect(answers.map(code).toSorted()).toEqual(["granted", "granted", "no_seats_available"]);
  expect(answers.find((answer) => "outcome" in answer)).toMatchObject({ rule: "seats.seatsPerHolderMax" });
  await seats.close();
});

test("devices of one holder that ask at once are denied only by what stands in their way", async () => {
  const seats = await pool({ seats: 2, seatsPerHolderMax: 1, reservedSeats: { lab: 1 } });
  await Promise.all(["other", "a", "b", "c"].map((name) => seats.device(name)));
  await seats.checkout("other");
  // Whoever comes first is decided alone, and the others in one batch.
  const [, ...full] = await Promise.all([
    seats.checkout("other"),
    seats.checkout("ada", { device: "a" }),
    seats.checkout("ada", { device: "b" }),
  ]);
  expect(full).toMatchObject([{ rule: "seats.seats" }, { rule: "seats.seats" }]);
  const [, none, own, more] = await Promise.all([
    seats.checkout("other"),
    seats.checkout("ada", { device: "a" }),
    seats.checkout("ada", { device: "b", group: "lab" }),
    seats.checkout("ada", { device: "c", group: "lab" }),
  ]);
  expect([none, own, more].map(code)).toEqual(["no_seats_available", "granted", "no_seats_available"]);
  expect(more).toMatchObject({ rule: "seats.seatsPerHolderMax" });
  await seats.close();
});

test("overage seats are granted after the others, and flagged", async () => {
  const seats = await pool({ seats: 1, overageSeats: 1 });
  const leases = [held(await seats.checkout("a")), held(await seats.checkout("b"))];
  expect(leases.map((lease) => lease.overage)).toEqual([false, true]);
  expect(claims(leases[1]?.token ?? "").overage).toBe(true);
  expect(code(await seats.checkout("c"))).toBe("no_seats_available");
  await seats.close();
});

test("reserved seats wait for their group; the group may also use the others", async () => {
  const seats = await pool({ seats: 3, reservedSeats: { lab: 1 } });
  expect(code(await seats.checkout("a"))).toBe("granted");
  expect(code(await seats.checkout("b"))).toBe("granted");
  expect(code(await seats.checkout("c"))).toBe("no_seats_available");
  const lab = held(await seats.checkout("d", { group: "lab" }));
  await seats.release("d", lab.leaseId, lab.fence);
  expect(code(await seats.checkout("c"))).toBe("no_seats_available");
  expect(code(await seats.checkout("e", { group: "lab" }))).toBe("granted");
  await seats.close();
});

test.each([
  [{ borrowDaysMax: 0 }, 3600, "borrow_not_allowed"],
  [{ borrowDaysMax: 2, borrowedSeatsMax: 1 }, 2 * 86_400 + 1, "borrow_too_long"],
  [{ borrowDaysMax: 2, borrowedSeatsMax: 1 }, 2 * 86_400, "granted"],
])("borrowing under %j for %i s: %s", async (rules, borrowSeconds, expected) => {
  const seats = await pool({ seats: 2, ...rules });
  expect(code(await seats.checkout("traveller", { borrowSeconds }))).toBe(expected);
  await seats.close();
});

test("fewer seats break no lease: the surplus drains, and comes back when seats are added again", async () => {
  const seats = await pool({ seats: 3 });
  const leases = [];
  for (const name of ["a", "b", "c"]) leases.push(held(await seats.checkout(name)));
  await seats.resize({ seats: 1 });
  for (const [index, name] of ["a", "b", "c"].entries()) {
    const lease = leases[index];
    expect(code(await seats.heartbeat(name, lease?.leaseId ?? "", lease?.fence ?? 0))).toBe("granted");
  }
  const last = leases[2];
  await seats.release("c", last?.leaseId ?? "", last?.fence ?? 0);
  expect(code(await seats.checkout("d"))).toBe("no_seats_available");
  await seats.resize({ seats: 3 });
  const back = held(await seats.checkout("d"));
  expect(back).toMatchObject({ slot: 3, fence: (last?.fence ?? 0) + 1 });
  await seats.close();
});

test("a suspended license keeps no seat alive, from the very next heartbeat on", async () => {
  const seats = await pool({ seats: 1 });
  const lease = held(await seats.checkout("a"));
  await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.update({
      where: { tenantId_id: { tenantId: tenant.tenantId, id: seats.id } },
      data: { suspendedAt: seats.clock.now() },
    }),
  );
  expect(code(await seats.heartbeat("a", lease.leaseId, lease.fence))).toBe("license_suspended");
  expect(code(await seats.checkout("a"))).toBe("license_suspended");
  await seats.close();
});

test("a license without seats says that it includes none, and not that they are busy", async () => {
  const seats = await pool({ seats: 0 });
  expect(code(await seats.checkout("a"))).toBe("feature_not_entitled");
  await seats.close();
});

test("leases that time has ended are announced once, however many sweeps run at once", async () => {
  const seats = await pool({ seats: 40 });
  await Promise.all([...Array(40).keys()].map((n) => seats.checkout(`sleeper-${n}`)));
  seats.clock.advance(TTL_MS + 1);
  const store = createLeasesStore(runtime.database.pool, seats.clock);
  await Promise.all([...Array(8).keys()].map(() => store.expire(tenant.tenantId, 500)));
  const announced = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.count({
      where: { tenantId: tenant.tenantId, licenseId: seats.id, operation: "lease_expired" },
    }),
  );
  expect(announced).toBe(40);
  expect(await store.expire(tenant.tenantId, 500)).toBe(0);
  await seats.close();
});

test("after the database server started anew every lease lives one TTL longer, once", async () => {
  const seats = await pool({ seats: 1 });
  const lease = held(await seats.checkout("a"));
  seats.clock.advance(TTL_MS + 1);
  // As a restart leaves it: heartbeats that were acknowledged may be missing from the disk.
  await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.tenantState.update({ where: { tenantId: tenant.tenantId }, data: { databaseStartedAt: new Date(0) } }),
  );
  expect(code(await seats.checkout("b"))).toBe("no_seats_available");
  expect(code(await seats.heartbeat("a", lease.leaseId, lease.fence))).toBe("granted");
  seats.clock.advance(TTL_MS + 1);
  expect(code(await seats.checkout("b"))).toBe("granted");
  await seats.close();
});

test("the lease token says who holds what, until when, and when to report", async () => {
  const seats = await pool({ seats: 1, heartbeatSeconds: 60 });
  const lease = held(await seats.checkout("ada@example.com"));
  const now = seats.clock.now().getTime() / 1000;
  expect(claims(lease.token)).toMatchObject({
    aud: "renderer",
    holder: "ada@example.com",
    slot: 1,
    fence: 1,
    iat: now,
    exp: now + TTL_MS / 1000,
    heartbeatDue: now + 60,
    overage: false,
    borrowed: false,
  });
  await seats.close();
});
