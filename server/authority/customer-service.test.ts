import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { newUuid } from "#server/platform/ids.ts";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { listCustomers } from "./customer-input.ts";
import { admitMember } from "./customer-members.ts";

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

const create = (name: string) => authority.customers.create(actor, { name, email: null, note: "" });
const list = (query: object = {}) => authority.customers.list(actor, listCustomers.parse(query));

test("a name that is taken is refused, naming it, on creation and on change", async () => {
  await create("Northwind");
  const { id } = await create("Southwind");
  const taken = { errors: [{ pointer: "/name", message: "There is already a customer called Northwind." }] };
  await expect(create("Northwind")).rejects.toMatchObject(taken);
  const change = { name: "Northwind", email: null, note: "" };
  await expect(authority.customers.update(actor, id, change)).rejects.toMatchObject(taken);
});

test("a list goes on where the page before ended, also among customers of the same moment", async () => {
  for (const name of ["a", "b", "c", "d", "e"]) await create(name);
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list({ limit: 2, cursor });
    names.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(names.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
});

test("a list is narrowed by the beginnings of words of a name", async () => {
  for (const name of ["Northwind", "South 100%", "South 1000"]) await create(name);
  expect((await list({ search: "NORTH" })).items.map(({ name }) => name)).toEqual(["Northwind"]);
  expect((await list({ search: "1000 so" })).items.map(({ name }) => name)).toEqual(["South 1000"]);
  expect((await list({ search: "%" })).items).toEqual([]);
});

test("a cursor that is none is refused by name", async () => {
  await expect(list({ cursor: "nonsense" })).rejects.toMatchObject({ errors: [{ pointer: "/cursor" }] });
});

test("a customer is shown with its licenses and people", async () => {
  const catalog = await createCatalog(authority, actor);
  await issueOne(authority, actor, catalog, { count: 2 });
  const { customerId } = catalog;
  const { userId } = await createVendor(authority);
  const email = "ada@northwind.example";
  const person = { customerId, userId, email, role: "manager" } as const;
  const admit = () =>
    authority.database.withTenant(actor.tenantId, (tx) => admitMember(tx, actor, authority.clock, person));
  expect(await admit()).toBe(true);
  expect(await admit()).toBe(false);
  expect(await authority.customers.get(actor, customerId)).toMatchObject({
    licenses: { count: 2, capped: false },
    devices: 0,
    members: [{ userId, role: "manager", user: { name: "Olive Owner" } }],
  });
  await authority.customers.removeMember(actor, customerId, userId);
  expect(await authority.customers.get(actor, customerId)).toMatchObject({ members: [] });
});

test("an archived customer leaves the list but not the archive, and gets no licenses", async () => {
  const catalog = await createCatalog(authority, actor);
  await authority.customers.setArchived(actor, catalog.customerId, true);
  expect((await list()).items).toEqual([]);
  expect((await list({ state: "archived" })).items).toHaveLength(1);
  await expect(issueOne(authority, actor, catalog)).rejects.toMatchObject({
    errors: [{ pointer: "/customerId" }],
  });
});

test("what belongs to another tenant answers as what does not exist", async () => {
  const { actor: other } = await createVendor(authority);
  const { id } = await create("Northwind");
  for (const customerId of [id, newUuid()]) {
    for (const attempt of [
      () => authority.customers.get(other, customerId),
      () => authority.customers.update(other, customerId, { name: "Mine", email: null, note: "" }),
      () => authority.customers.setArchived(other, customerId, true),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: "not_found",
        message: "There is no such customer.",
      });
    }
  }
  expect((await authority.customers.list(other, listCustomers.parse({}))).items).toEqual([]);
});
