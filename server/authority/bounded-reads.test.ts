import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
import { LICENSE_STATUSES } from "#server/domain/license-state.ts";
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
import { countingReads } from "#server/testing/rows-read.ts";
import { listLicenses } from "./license-input.ts";
import { createLicenses } from "./license-service.ts";
import { createOverview } from "./overview-service.ts";

const DAY_MS = 86_400_000;
const LICENSES = 4_000;
/** The oldest, some of each state: who walks from the newest reads them last. */
const OLD = 300;
const EVENTS = 4_000;
const PAGE = 20;
/** Each license of a page, and the one behind it, is read as it is found and as it is shown; of a searched customer also the newest. */
const READ_MAX = 2 * (PAGE + 1) + 1;

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;
let reads: ReturnType<typeof countingReads>;

/** An estate whose newest licenses are all active and of one product, a day in which much was decided, and all announced. */
beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  reads = countingReads(authority.database, ["license", "runtime_event"]);
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, { type: "subscription", durationDays: 300, graceDays: 60 });
  const viewer = { code: "viewer", name: "Viewer", description: "", keyPrefix: "VIEW" };
  const { id: oldProductId } = await authority.products.create(actor, viewer);
  const southwind = { name: "Southwind", email: null, note: "" };
  const { id: customerId } = await authority.customers.create(actor, southwind);
  const { id } = await issueOne(authority, actor, catalog);
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    await owner.query("SELECT set_config('signet.tenant_id', $1, false)", [actor.tenantId]);
    const { rows } = await owner.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'license' AND is_generated = 'NEVER'",
    );
    const state = `CASE WHEN n <= ${OLD} THEN n % 6 ELSE 1 END`;
    const own: Record<string, string> = {
      id: "gen_random_uuid()",
      key_hash: "int8send(n)",
      key_hint: "'K' || n",
      status_index: "1000 + n",
      customer_id: "$3",
      product_id: `CASE WHEN n <= ${OLD} THEN $4::uuid ELSE l.product_id END`,
      issued_at: `$2::timestamptz - interval '1 day' * (400 - 399 * n::float8 / ${LICENSES})`,
      valid_from: `$2::timestamptz + interval '1 day' * CASE ${state} WHEN 0 THEN 200 ELSE -400 END`,
      // Of those that are active the newest end last, over a year.
      expires_at: `$2::timestamptz + interval '1 day' * CASE WHEN ${state} IN (2, 3) THEN -20 ELSE 1 + 364 * n::float8 / ${LICENSES} END`,
      grace_until: `$2::timestamptz + interval '1 day' * CASE ${state} WHEN 2 THEN 300 WHEN 3 THEN -10 ELSE 500 END`,
      suspended_at: `CASE ${state} WHEN 4 THEN $2::timestamptz END`,
      revoked_at: `CASE ${state} WHEN 5 THEN $2::timestamptz END`,
      announced_status: `(ARRAY['pending', 'active', 'grace', 'expired', 'suspended', 'revoked'])[1 + ${state}]::license_status`,
    };
    const columns = rows.map(({ name }) => name);
    await owner.query(
      `INSERT INTO license (${columns.join(", ")}) SELECT ${columns.map((name) => own[name] ?? `l.${name}`).join(", ")}
         FROM license l CROSS JOIN generate_series(1, ${LICENSES}) n WHERE l.id = $1`,
      [id, authority.clock.now(), customerId, oldProductId],
    );
    await owner.query(
      `INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, correlation_id)
       SELECT tenant_id, gen_random_uuid(), issued_at - interval '1 hour' - interval '1 second' * n, 'activate', 'denied', 'license_not_found', 'c'
         FROM license CROSS JOIN generate_series(1, $2) n WHERE id = $1`,
      [id, EVENTS],
    );
    await owner.query("UPDATE tenant_state SET next_status_index = 1001 + $1", [LICENSES]);
    await owner.query("INSERT INTO rollup_watermark SELECT tenant_id, issued_at FROM license WHERE id = $1", [
      id,
    ]);
    await owner.query("ANALYZE");
  } finally {
    await owner.end();
  }
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

/** A page of licenses, and what it read. */
async function pageOf(filter: object) {
  const licenses = createLicenses({ ...authority, devices: authority.activations, database: reads.database });
  const query = listLicenses.parse({ limit: PAGE, ...filter });
  const { answer, ...read } = await reads.readBy(() => licenses.list(actor, query));
  return { ...answer, ...read };
}

test("a page of licenses reads a page, whatever it is filtered by and however many licenses there are", async () => {
  const filters = {
    none: {},
    "the newer product": { productId: publicId("product", catalog.productId) },
    policy: { policyId: publicId("policy", catalog.policyId) },
    "end of a key": { search: "K7" },
  };
  for (const status of [undefined, ...LICENSE_STATUSES]) {
    for (const [name, filter] of Object.entries(filters)) {
      let cursor: string | null = null;
      for (let page = 1; page <= 2; page++) {
        const { scanned, fetched, items, nextCursor } = await pageOf({ status, cursor, ...filter });
        const what = `${status}, ${name}, page ${page}`;
        expect.soft(scanned, `${what}: the whole table`).toBe(0);
        expect.soft(fetched, what).toBeLessThanOrEqual(READ_MAX);
        if (status !== undefined) expect(items.filter((item) => item.status !== status)).toEqual([]);
        cursor = nextCursor;
      }
    }
  }
});

test("a word of a customer's name reads a page too, however many licenses that customer has", async () => {
  for (let page = 1, cursor: string | null = null; page <= 2; page++) {
    const { scanned, fetched, nextCursor } = await pageOf({ search: "south", cursor });
    expect.soft(scanned).toBe(0);
    expect.soft(fetched).toBeLessThanOrEqual(READ_MAX);
    cursor = nextCursor;
  }
});

test("a look at the overview reads what it shows", async () => {
  const overview = createOverview({ ...authority, database: reads.database, countedMax: LICENSES / 2 });
  await createOverview({ ...authority, countedMax: LICENSES / 2 }).tally();
  const { scanned, fetched, answer } = await reads.readBy(() => overview.get(actor));
  expect(answer.decisions).toHaveLength(10);
  expect(scanned).toBe(0);
  expect(fetched).toBeLessThanOrEqual(30);
});

test("a state that nobody has announced yet is told all the same, and those announced are not read through for it", async () => {
  authority.clock.advance(30 * DAY_MS);
  const found = await pageOf({ status: "grace", limit: 100 });
  expect(found.items.map(({ status }) => status)).toEqual(Array(100).fill("grace"));
  // What the planner knows of ends is a month old now: it would expect hundreds that are due.
  await authority.licenses.announceTransitions({ limit: LICENSES });
  const announced = await pageOf({ status: "grace" });
  expect(announced.items).toEqual(found.items.slice(0, PAGE));
  expect(announced.fetched).toBeLessThanOrEqual(READ_MAX);
});
