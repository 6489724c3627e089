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

  authority.clock.advance(30 * DAY_MS);
  await authority.licenses.announceTransitions({ limit: 10 });
  expect((await authority.overview.get(actor)).decisions).toHaveLength(4);
  expect((await authority.overview.get(actor)).denialsByCode).toEqual([]);
});
