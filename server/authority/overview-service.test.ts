import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest } from "#server/testing/fixtures.ts";
import { createOverview } from "./overview-service.ts";

const DAY_MS = 86_400_000;

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});
beforeEach(async () => {
  ({ actor } = await createVendor(authority));
});

test("a new vendor's numbers are all there, and all nothing", async () => {
  const numbers = await authority.overview.get(actor);
  expect(numbers).toMatchObject({ activeDevices: 0, denialsByCode: [], expiring: [], decisions: [] });
  expect(numbers.licensesByStatus.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(numbers.activationsByDay).toHaveLength(30);
  expect(numbers.activationsByDay.at(-1)).toEqual({
    day: authority.clock.now().toISOString().slice(0, 10),
    count: 0,
  });
});

test("the numbers are those of the rows: licenses, devices, activations by day, denials, ends", async () => {
  const catalog = await createCatalog(authority, actor, {
    type: "subscription",
    durationDays: 40,
    activationsMax: 2,
  });
  const { key } = await issueOne(authority, actor, catalog);
  const { id: suspended } = await issueOne(authority, actor, catalog);
  const activate = (device: string) =>
    authority.activations.activate(actor.tenantId, activateRequest(key, device));
  await activate("a");
  authority.clock.advance(11 * DAY_MS);
  await activate("a");
  await activate("b");
  await activate("c");
  await authority.licenses.suspend(actor, suspended, "");

  const numbers = await authority.overview.get(actor);
  expect(Object.fromEntries(numbers.licensesByStatus.map(({ status, count }) => [status, count]))).toEqual({
    pending: 0,
    active: 1,
    grace: 0,
    expired: 0,
    suspended: 1,
    revoked: 0,
  });
  expect(numbers.activeDevices).toBe(2);
  expect(numbers.activationsByDay.map(({ count }) => count)).toEqual([
    ...Array(18).fill(0),
    1,
    ...Array(10).fill(0),
    1,
  ]);
  expect(numbers.denialsByCode).toEqual([{ code: "activation_limit_reached", count: 1 }]);
  expect(numbers.expiring).toMatchObject([{ keyHint: key.slice(-5), customer: { name: "Northwind" } }]);
  expect(numbers.decisions.map(({ license, deviceName }) => [license?.customer.name, deviceName])).toEqual([
    ["Northwind", null],
    ["Northwind", ""],
    ["Northwind", ""],
    ["Northwind", ""],
  ]);

  const mark = (lab: boolean) =>
    authority.database.withTenant(actor.tenantId, (tx) => tx.product.updateMany({ data: { lab } }));
  await mark(true);
  const without = await authority.overview.get(actor);
  expect(without).toMatchObject({ activeDevices: 0, denialsByCode: [], expiring: [], decisions: [] });
  expect(without.activationsByDay.every(({ count }) => count === 0)).toBe(true);
  await mark(false);

  authority.clock.advance(30 * DAY_MS);
  await authority.licenses.announceTransitions({ limit: 10 });
  expect((await authority.overview.get(actor)).decisions).toHaveLength(4);
  expect((await authority.overview.get(actor)).denialsByCode).toEqual([]);
});

test("of many licenses the worker's last count is told, and of the past the figures: no table is counted for a look", async () => {
  const catalog = await createCatalog(authority, actor, { activationsMax: 1 });
  const { key } = await issueOne(authority, actor, catalog);
  await issueOne(authority, actor, catalog);
  const activate = (device: string) =>
    authority.activations.activate(actor.tenantId, activateRequest(key, device));
  await activate("a");
  await activate("b");
  authority.clock.advance(3 * DAY_MS);
  await activate("c");
  const { tenantId } = actor;
  const told = async () => {
    const numbers = await many.get(actor);
    const { licensesByStatus, activeDevices, countedAt, activationsByDay, denialsByCode } = numbers;
    const activations = activationsByDay.reduce((sum, { count }) => sum + count, 0);
    const active = licensesByStatus.find(({ status }) => status === "active")?.count;
    return { active, activeDevices, countedAt, activations, denials: denialsByCode };
  };
  const many = createOverview({ ...authority, countedMax: 1 });
  const exact = await told();
  expect(exact).toMatchObject({ active: 2, activeDevices: 1, countedAt: null, activations: 1 });
  expect(exact.denials).toEqual([{ code: "activation_limit_reached", count: 2 }]);

  const countedAt = authority.clock.now();
  expect((await many.tally()).tallied).toBeGreaterThan(0);
  const hours = (ms: number) => new Date(authority.clock.now().getTime() + ms);
  // All hours but the last are computed; what came in it is told by its events.
  await authority.database.withTenant(tenantId, async (tx) => {
    await tx.$executeRaw`INSERT INTO rollup_watermark VALUES (${tenantId}::uuid, ${hours(-3 * DAY_MS)}::timestamptz)`;
    await tx.$executeRaw`SELECT roll_up_hour(${tenantId}::uuid, ${hours(-3 * DAY_MS)}::timestamptz, ${hours(0)}::timestamptz)`;
    await tx.rollupWatermark.update({ where: { tenantId }, data: { completeUntil: hours(0) } });
  });
  expect(await told()).toEqual({ ...exact, countedAt });
  await issueOne(authority, actor, catalog);
  authority.clock.advance(60_000);
  expect(await told()).toMatchObject({ active: 2, countedAt });
  await many.tally();
  expect(await told()).toMatchObject({ active: 3, countedAt: authority.clock.now() });

  // The figures, and not the events, are what is read: one that is changed shows.
  await authority.database.withTenant(tenantId, (tx) =>
    tx.rollupTotal.updateMany({ where: { tenantId, metric: "denials" }, data: { value: 41 } }),
  );
  expect((await told()).denials).toEqual([{ code: "activation_limit_reached", count: 42 }]);
});
