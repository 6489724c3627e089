import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
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
import { listCustomers } from "./customer-input.ts";
import type { Sight } from "./search-service.ts";

const EVERYTHING: Sight = {
  licenses: true,
  customers: true,
  products: true,
  policies: true,
  apiKeys: true,
  staff: true,
  audit: true,
};

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
  catalog = await createCatalog(authority, actor);
});

/** The kinds of which something was found, each with the ids. */
async function search(text: string, sight: Sight = EVERYTHING, as = actor) {
  const found = await authority.search.query(as, text, sight);
  const entries = Object.entries({ ...found, staff: [] }).filter(([, items]) => items.length > 0);
  return Object.fromEntries(entries.map(([kind, items]) => [kind, items.map(({ id }) => id)]));
}

async function laptop() {
  const { id, key } = await issueOne(authority, actor, catalog, { note: "Order 4711, for the night shift" });
  const request = activateRequest(key, "a", { metadata: { name: "Ada-MacBook" } });
  const decision = await authority.activations.activate(actor.tenantId, request);
  if (decision.outcome === "denied") throw new Error(decision.code);
  const { activationId } = decision.value;
  const { tenantId } = actor;
  const device = await authority.database.withTenant(tenantId, (tx) =>
    tx.activation.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: activationId } } }),
  );
  return { id, key, activationId, device, correlationId: request.correlationId };
}

test("everything is found by what people know it by, and nothing of it by another vendor", async () => {
  const { id, key, activationId, device, correlationId } = await laptop();
  const { customerId, productId, policyId } = catalog;
  await authority.customers.update(actor, customerId, {
    name: "Northwind Design",
    email: "it@northwind.example",
    note: "",
  });
  const license = { licenses: [id] };
  const customer = { customers: [customerId] };
  const expected: readonly (readonly [string, Record<string, string[]>])[] = [
    [key, license],
    [key.toLowerCase().replaceAll("-", ""), license],
    [key.slice(-5), license],
    [`RNDR-…-${key.slice(-5)}`, license],
    [key.slice(-5, -1), license],
    ["night shi", license],
    ["4711", license],
    ["design", customer],
    ["DES nor", customer],
    ["it@northwind.example", customer],
    ["northwind.example", customer],
    ["ada-mac", { devices: [activationId] }],
    [device.fingerprint.slice(0, 12), { devices: [activationId] }],
    [correlationId, { traces: [correlationId] }],
    ["studio", { policies: [policyId] }],
    ["render", { products: [productId] }],
    [publicId("license", id), license],
    [publicId("activation", activationId), { devices: [activationId] }],
    [publicId("customer", customerId), customer],
    [publicId("policyVersion", catalog.versionId), { policies: [policyId] }],
    ["southwind", {}],
    ["design southwind", {}],
    ["%", {}],
  ];
  const { actor: stranger } = await createVendor(authority);
  for (const [text, found] of expected) {
    expect(await search(text), text).toEqual(found);
    expect(await search(text, EVERYTHING, stranger), text).toEqual({});
  }
});

test("a changed name is found by its new words only, in lists too", async () => {
  const { customerId } = catalog;
  await authority.customers.update(actor, customerId, { name: "Südwind Ähre", email: null, note: "" });
  expect(await search("northwind")).toEqual({});
  expect(await search("ähre")).toEqual({ customers: [customerId] });
  const listed = await authority.customers.list(actor, listCustomers.parse({ search: "süd" }));
  expect(listed.items.map(({ id }) => id)).toEqual([customerId]);
});

test("what the person asking may not see is not found", async () => {
  const { key } = await laptop();
  const nothing = { licenses: false, customers: false, products: false, policies: false, apiKeys: false };
  const blind: Sight = { ...nothing, staff: false, audit: false };
  for (const text of [
    key,
    key.slice(-5),
    "northwind",
    "ada-mac",
    "studio",
    "render",
    publicId("customer", catalog.customerId),
  ])
    expect(await search(text, blind), text).toEqual({});
  expect(await search("northwind", { ...EVERYTHING, customers: false })).toEqual({});
});

test("every look-up is of an index's range, although row-level security binds who asks", async () => {
  const { activationId } = await laptop();
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(
    `INSERT INTO activation (tenant_id, id, license_id, fingerprint, components, live_fingerprint, device_thumbprint, name, created_at, last_seen_at)
     SELECT tenant_id, gen_random_uuid(), license_id, md5(n::text), components, md5(n::text), device_thumbprint, n || name, created_at, last_seen_at
       FROM activation, generate_series(1, 3000) AS n WHERE id = $1`,
    [activationId],
  );
  await owner.query(
    `INSERT INTO license (tenant_id, id, customer_id, product_id, policy_id, policy_version_id, note, key_hash, key_cipher,
                          key_hint, status_index, effective, issued_at, announced_status, valid_from)
     SELECT tenant_id, gen_random_uuid(), customer_id, product_id, policy_id, policy_version_id, '', sha256(n::text::bytea),
            key_cipher, md5(n::text), 1000000 + n, effective, issued_at, 'active', issued_at
       FROM (SELECT * FROM license WHERE tenant_id = $1 LIMIT 1) AS l, generate_series(1, 3000) AS n`,
    [actor.tenantId],
  );
  await owner.query("ANALYZE activation, license");
  await owner.end();
  const client = new Client({ connectionString: database.appUrl });
  await client.connect();
  try {
    await client.query("SELECT set_config('signet.tenant_id', $1, false)", [actor.tenantId]);
    await client.query("SET enable_seqscan = off");
    const range = (column: string) => `${column} >= 'abc' AND ${column} < 'abd'`;
    for (const [table, column] of [
      ["search_term", "term"],
      ["license", 'key_hint COLLATE "C"'],
      ["activation", "search_name"],
      ["activation", 'fingerprint COLLATE "C"'],
    ] as const) {
      const kind = table === "search_term" ? "AND kind = 'customer'" : "";
      const { rows } = await client.query<{ "QUERY PLAN": string }>(
        `EXPLAIN SELECT 1 FROM ${table} WHERE tenant_id = '${actor.tenantId}' ${kind} AND ${range(column)}`,
      );
      const conditions = rows.map((row) => row["QUERY PLAN"]).filter((line) => line.includes("Index Cond"));
      expect(conditions.join(), column).toContain(">= 'abc'");
    }
  } finally {
    await client.end();
  }
});
