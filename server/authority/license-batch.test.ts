import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import {
  type Authority,
  type Catalog,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest } from "#server/testing/fixtures.ts";
import { listAudit } from "./audit-input.ts";
import { checkImport, importLicenses, issueManyLicenses } from "./license-batch-input.ts";
import { createLicenseBatches } from "./license-batch-service.ts";
import { listLicenses } from "./license-input.ts";

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;

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
  catalog = await createCatalog(authority, actor, { type: "subscription", durationDays: 30, graceDays: 5 });
});

const check = (csv: string, change: object = {}) =>
  authority.licenseBatches.check(actor, checkImport.parse({ csv, ...change }));
const begin = (csv: string, change: object = {}) =>
  authority.licenseBatches.importFile(actor, importLicenses.parse({ csv, fileName: "file.csv", ...change }));

async function finish(id: string, from = authority.licenseBatches) {
  let batch = await from.step(actor, id);
  while (batch.finishedAt === null) batch = await from.step(actor, id);
  return batch;
}

async function results(id: string): Promise<Record<string, string>[]> {
  let csv = "";
  for await (const chunk of authority.licenseBatches.keys(actor, id)) csv += chunk;
  return parse(csv, { columns: true });
}

const count = (of: "license" | "customer", as = actor) =>
  authority.database.withTenant(as.tenantId, (tx) =>
    of === "license" ? tx.license.count() : tx.customer.count(),
  );
const audited = async (action: string) =>
  (await authority.audit.list(actor, listAudit.parse({ action, limit: 100 }))).items;

/** A file of this many rows, for this many new customers and the one that is there. */
function fileOf(rows: number, customers: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const customer = row % (customers + 1);
    return `${customer === 0 ? "Northwind" : `Customer ${customer}`},studio,Order ${row + 1}`;
  });
  return ["customer,policy,note", ...lines].join("\n");
}

describe("a dry run", () => {
  test("reports each bad row with its line, its column and what to do, and changes nothing", async () => {
    const { id: archived } = await authority.customers.create(actor, { name: "Gone", email: null, note: "" });
    await authority.customers.setArchived(actor, archived, true);
    const report = await check(
      [
        "Company;E-Mail;Plan;Valid-Until;Devices;Notes",
        "Northwind;;studio;;;fine",
        "Gone;;studio;;;",
        ";;studio;;;",
        "Adatum;not an address;studio;;;",
        'Contoso;;studio;;;"a note',
        'of two lines"',
        "Fabrikam;;nothing;;;",
        "Fabrikam;;studio;31.12.2031;;",
        "Fabrikam;;studio;2029-12-31;;",
        "Fabrikam;;studio;;many;",
        "cus_01h455vb4pex5vsknk084sn02q;;;;;",
      ].join("\r\n"),
    );
    expect(report.problems.map(({ line, column, value, message }) => [line, column, value, message])).toEqual(
      [
        [3, "customer", "Gone", "This customer is archived; restore it first, or name another."],
        [4, "customer", "", "Write the customer's name, or its id."],
        [5, "customer_email", "not an address", "Enter an e-mail address, such as ada@example.com."],
        [8, "policy", "nothing", "You have no policy of this code."],
        [9, "expires_at", "31.12.2031", "Write the day as year, month, day: 2027-12-31."],
        [10, "expires_at", "2029-12-31", "This lies before the license begins; write a later day."],
        [11, "devices", "many", "Write a whole number, in digits alone."],
        [12, "customer", "cus_01h455vb4pex5vsknk084sn02q", expect.stringContaining("no customer of this id")],
        [12, "policy", "", "Write the code of a policy, or choose one for all rows that name none."],
      ],
    );
    expect(report).toMatchObject({
      rows: 10,
      badRows: 8,
      makes: { licenses: 2, newCustomers: 1, newCustomerNames: ["Contoso"], knownCustomers: 1 },
    });
    expect([await count("license"), await count("customer")]).toEqual([0, 2]);
  });

  test("says which column is missing, and takes it from where it is told to", async () => {
    const csv = "Who,Colour\nNorthwind,red\n";
    const policyId = publicId("policy", catalog.policyId);
    expect(await check(csv, { policyId })).toMatchObject({
      missing: ["customer"],
      problems: [],
      makes: { licenses: 0 },
    });
    expect(await check(csv, { policyId, mapping: { customer: 0 } })).toMatchObject({
      missing: [],
      makes: { licenses: 1, knownCustomers: 1, policies: [{ name: "Studio", licenses: 1 }] },
    });
    await expect(check(csv, { mapping: { customer: 7 } })).rejects.toMatchObject({ code: "invalid_request" });
  });
});

describe("an import", () => {
  test("issues what its rows say, makes the customers that are missing, and hands out each key beside its row", async () => {
    const csv = [
      "customer,customer_email,policy,starts_at,expires_at,devices,note",
      "Northwind,,studio,,,,first",
      "Tailspin,it@tailspin.example,studio,2030-02-01,2030-12-31,unlimited,second",
      "Tailspin,,studio,,,3,third",
    ].join("\n");
    const { id } = await begin(csv);
    expect(await finish(id)).toMatchObject({ total: 3, done: 3, refused: 0, customersCreated: 1 });
    const rows = await results(id);
    expect(rows.map(({ line, customer, problem }) => [line, customer, problem])).toEqual([
      ["2", "Northwind", ""],
      ["3", "Tailspin", ""],
      ["4", "Tailspin", ""],
    ]);
    for (const [index, { license, key }] of rows.entries()) {
      expect(
        await authority.activations.activate(actor.tenantId, activateRequest(key ?? "", `pc-${index}`)),
      ).toMatchObject(index === 1 ? { code: "license_not_yet_valid" } : { outcome: "granted" });
      expect(license).toMatch(/^lic_/);
    }
    const { items } = await authority.licenses.list(actor, listLicenses.parse({ search: "second" }));
    expect(items).toMatchObject([
      {
        activationsMax: null,
        validFrom: new Date("2030-02-01"),
        expiresAt: new Date("2030-12-31T23:59:59.999Z"),
      },
    ]);
    const ofNew = await authority.licenses.list(actor, listLicenses.parse({ search: "tailsp" }));
    expect(ofNew.items).toHaveLength(2);

    expect(await audited("license_batch.begun")).toMatchObject([{ subjectId: id, after: { licenses: 3 } }]);
    expect(await audited("license.issued")).toHaveLength(3);
    expect(await audited("customer.created")).toMatchObject([
      { after: { email: "it@tailspin.example" } },
      {},
    ]);
    expect(await audited("license_batch.keys_revealed")).toHaveLength(1);
    const told = await authority.database.withTenant(actor.tenantId, (tx) =>
      tx.domainEvent.groupBy({ by: ["type"], _count: true, orderBy: { type: "asc" } }),
    );
    expect(told.map(({ type, _count }) => [type, _count])).toEqual([
      ["customer.created", 2],
      ["license.created", 3],
      ["policy.published", 1],
    ]);
    expect(await authority.audit.verify(actor)).toMatchObject({ intact: true });
  });

  test("with a bad row issues nothing, unless the bad ones are to be left out", async () => {
    const csv = "customer,policy\nNorthwind,studio\nNorthwind,nothing\n";
    await expect(begin(csv)).rejects.toMatchObject({
      message: expect.stringContaining("1 rows are not right"),
    });
    expect(await audited("license_batch.begun")).toEqual([]);
    const { id } = await begin(csv, { leaveOutBad: true });
    expect(await finish(id)).toMatchObject({ total: 1, done: 1 });
    expect(await count("license")).toBe(1);
  });

  test("that was killed between its steps is finished by whoever comes next, and nothing is issued twice", async () => {
    const csv = fileOf(60, 4);
    const { id } = await begin(csv);
    const small = createLicenseBatches({ ...authority, rowsAtOnce: 25 });
    expect(await small.step(actor, id)).toMatchObject({ done: 25, finishedAt: null });
    // A server that dies within a step: its transaction never commits.
    const dying = createLicenseBatches({
      ...authority,
      rowsAtOnce: 25,
      database: {
        ...authority.database,
        withTenant: (tenantId, work) =>
          authority.database.withTenant(tenantId, async (tx) => {
            await work(tx);
            throw new Error("killed");
          }),
      },
    });
    await expect(dying.step(actor, id)).rejects.toThrow("killed");
    expect(await count("license")).toBe(25);
    // Sent again, opened in a second tab and swept by the worker, all at once.
    expect(await begin(csv)).toEqual({ id });
    authority.clock.advance(61_000);
    await Promise.all([finish(id, small), finish(id, small), small.finishLeft()]);
    expect(await small.get(actor, id)).toMatchObject({ done: 60, total: 60, customersCreated: 4 });
    expect([await count("license"), await count("customer")]).toEqual([60, 5]);
    const rows = await results(id);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(60);
    expect(rows.map(({ line }) => line)).toEqual(rows.map((_, index) => String(index + 2)));
    expect(await authority.audit.verify(actor)).toMatchObject({ intact: true });
  });

  test("that was left is finished by the worker, under the name of who began it, and not before", async () => {
    const { id } = await begin(fileOf(3, 1));
    expect(await authority.licenseBatches.finishLeft()).toEqual({ finished: 0 });
    authority.clock.advance(61_000);
    expect(await authority.licenseBatches.finishLeft()).toEqual({ finished: 1 });
    expect(await audited("license.issued")).toMatchObject(Array(3).fill({ actorUserId: actor.userId }));
    expect(await authority.licenseBatches.get(actor, id)).toMatchObject({
      done: 3,
      createdByName: "Olive Owner",
    });
  });

  test("of the same file in two tabs at once is one; once more is another only for who has seen the first", async () => {
    const csv = "customer,policy\nNorthwind,studio\n";
    const [first, second] = await Promise.all([begin(csv), begin(csv)]);
    expect(first).toEqual(second);
    await finish(first.id);
    const { before, copy } = await check(csv);
    expect([before?.id, copy]).toEqual([first.id, 1]);
    const again = await begin(csv, { copy });
    expect(again).not.toEqual(first);
    await finish(again.id);
    expect(await count("license")).toBe(2);
  });

  test("refuses the rows of a customer who was archived meanwhile, and says so beside them", async () => {
    const { id } = await begin("customer,policy\nNorthwind,studio\nAdatum,studio\n");
    await authority.customers.setArchived(actor, catalog.customerId, true);
    expect(await finish(id)).toMatchObject({ done: 2, refused: 1 });
    expect((await results(id)).map(({ license, problem }) => [license === "", problem])).toEqual([
      [true, "The customer was archived meanwhile."],
      [false, ""],
    ]);
  });

  test("of another tenant cannot be seen, gone on with, or its keys had; nor can its customers be named", async () => {
    const { id } = await begin("customer,policy\nNorthwind,studio\n");
    const { actor: other } = await createVendor(authority);
    await createCatalog(authority, other);
    const { licenseBatches } = authority;
    for (const attempt of [
      () => licenseBatches.get(other, id),
      () => licenseBatches.step(other, id),
      () => licenseBatches.keys(other, id).next(),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await licenseBatches.list(other)).toEqual([]);
    const csv = `customer,policy\n${publicId("customer", catalog.customerId)},studio\n`;
    expect((await licenseBatches.check(other, checkImport.parse({ csv }))).problems).toMatchObject([
      { column: "customer" },
    ]);
    expect(await count("license")).toBe(0);
  });
});

test("a new customer's address counts in whichever of its rows it stands, however late that is issued", async () => {
  const csv = "customer,customer_email,policy\nTailspin,,studio\nTailspin,it@tailspin.example,studio";
  const { id } = await begin(csv);
  await finish(id, createLicenseBatches({ ...authority, rowsAtOnce: 1 }));
  const customer = await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.customer.findFirst({ where: { name: "Tailspin" } }),
  );
  expect(customer?.email).toBe("it@tailspin.example");
});

test("many of the same are issued once for each form, however often it is sent, and are as one that is issued alone", async () => {
  const request = issueManyLicenses.parse({
    customerId: publicId("customer", catalog.customerId),
    policyId: publicId("policy", catalog.policyId),
    note: "reseller",
    overrides: { activationsMax: 7 },
    count: 30,
    requestId: newUuid(),
  });
  const [one, same] = await Promise.all([1, 2].map(() => authority.licenseBatches.issueMany(actor, request)));
  expect(one).toEqual(same);
  await finish(one?.id ?? "");
  expect(await count("license")).toBe(30);
  const others = authority.licenseBatches.issueMany(actor, { ...request, count: 31 });
  await expect(others).rejects.toMatchObject({ code: "idempotency_conflict" });
  const alone = await issueOne(authority, actor, catalog, {
    note: "reseller",
    overrides: { activationsMax: 7 },
  });
  const columns = { id: true, keyHash: true, keyCipher: true, keyHint: true, statusIndex: true };
  const [many, single] = await authority.database.withTenant(actor.tenantId, (tx) =>
    Promise.all([
      tx.license.findFirst({ where: { id: { not: alone.id } }, omit: columns }),
      tx.license.findFirst({ where: { id: alone.id }, omit: columns }),
    ]),
  );
  expect(many).toEqual(single);
});
