import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
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
import { filterLicenses } from "./license-input.ts";

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

async function exported(filter: object = {}, as = actor) {
  const chunks: string[] = [];
  for await (const chunk of await authority.licenses.export(as, filterLicenses.parse(filter)))
    chunks.push(chunk);
  const rows: Record<string, string>[] = parse(chunks.join(""), { columns: true });
  return { chunks, rows };
}

/** As many licenses as the first, half of them issued at one moment: a page ends between equals. */
async function copies(count: number): Promise<void> {
  await authority.database.withTenant(
    actor.tenantId,
    (tx) => tx.$executeRaw`
      INSERT INTO license (tenant_id, id, customer_id, product_id, policy_id, policy_version_id, note, key_hash, key_cipher,
                           key_hint, status_index, effective, issued_at, announced_status, valid_from)
      SELECT tenant_id, gen_random_uuid(), customer_id, product_id, policy_id, policy_version_id, '', sha256(n::text::bytea),
             key_cipher, key_hint, 1000000 + n, effective, issued_at - (n / 2) * interval '1 hour', 'active', issued_at
        FROM (SELECT * FROM license LIMIT 1) AS l, generate_series(1, ${count}::integer) AS n`,
  );
}

test("an export holds exactly what the filter leaves, each once, however many pages that are, and no key", async () => {
  const note = '=cmd|"/c calc"!A1, quoted';
  const { id, key } = await issueOne(authority, actor, catalog, { note });
  const { id: revoked } = await issueOne(authority, actor, catalog);
  await authority.licenses.revoke(actor, revoked, "");
  await copies(2_200);

  const { chunks, rows } = await exported();
  expect(rows).toHaveLength(2 + 2_200);
  expect(new Set(rows.map(({ license }) => license)).size).toBe(rows.length);
  expect(Math.max(...chunks.map((chunk) => chunk.split("\r\n").length))).toBeLessThanOrEqual(1_001);
  const first = rows.find(({ license }) => license === publicId("license", id));
  // A spreadsheet runs no formula that a customer may have brought in.
  expect(first).toMatchObject({
    state: "active",
    customer: "Northwind",
    product: "renderer",
    note: `'${note}`,
  });
  expect(chunks.join("")).not.toContain(key);

  expect((await exported({ status: "revoked" })).rows).toMatchObject([
    { license: publicId("license", revoked), state: "revoked" },
  ]);
  expect((await exported({ search: key })).rows.map(({ license }) => license)).toEqual([
    publicId("license", id),
  ]);
});

test("another tenant's export holds nothing of it", async () => {
  const { actor: other } = await createVendor(authority);
  expect((await exported({}, other)).rows).toEqual([]);
});
