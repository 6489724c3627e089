import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Authority,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { downloadFields } from "./download-input.ts";

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

const FIELDS = {
  name: "Renderer",
  version: "4.2",
  platform: "Linux",
  url: "https://downloads.example.com/r.deb",
};

test("a download is seen by customers with a license of its product in force, and by nobody else", async () => {
  const { downloads, licenses, audit } = authority;
  const { tenantId, actor } = await createVendor(authority);
  const catalog = await createCatalog(authority, actor, { type: "subscription", durationDays: 30 });
  const { id: otherId } = await authority.customers.create(actor, {
    name: "Fabrikam",
    email: null,
    note: "",
  });
  const seenBy = async (customerId: string) =>
    (await downloads.listOwn({ tenantId, customerId })).map(({ name }) => name);

  const { id } = await downloads.add(actor, catalog.productId, FIELDS);
  expect(await seenBy(catalog.customerId)).toEqual([]);
  const license = await issueOne(authority, actor, catalog);
  expect(await seenBy(catalog.customerId)).toEqual(["Renderer"]);
  expect(await seenBy(otherId)).toEqual([]);

  await licenses.suspend(actor, license.id, "");
  expect(await seenBy(catalog.customerId)).toEqual([]);
  await licenses.reinstate(actor, license.id, "");
  expect(await seenBy(catalog.customerId)).toEqual(["Renderer"]);

  const elsewhere = await createVendor(authority);
  await expect(downloads.remove(elsewhere.actor, id)).rejects.toMatchObject({ code: "not_found" });
  await downloads.remove(actor, id);
  expect(await seenBy(catalog.customerId)).toEqual([]);
  await expect(downloads.remove(actor, id)).rejects.toMatchObject({ code: "not_found" });
  const { items } = await audit.list(actor, { action: "product.download", limit: 10 });
  expect(items.map(({ action }) => action)).toEqual(["product.download_removed", "product.download_added"]);
});

test.each([
  "http://downloads.example.com/r.deb",
  "javascript:alert(1)",
  "https://user:secret@downloads.example.com/",
  "downloads.example.com",
])("%s is no address to send a customer to", (url) => {
  expect(downloadFields.safeParse({ ...FIELDS, url }).success).toBe(false);
});
