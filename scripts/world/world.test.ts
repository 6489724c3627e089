import { createHash } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "#server/platform/log.ts";
import { createReconciliation } from "#server/reconciliation/service.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { buildWorld } from "./build.ts";
import { worldLicenseKey } from "./licenses.ts";
import { readWorldOptions } from "./options.ts";

const NOW = new Date("2026-11-01T12:34:56Z");
/** What of a row a world decides: not whose it is, nor what is secret. */
const NOT_COMPARED = "tenant_id,key_hash,key_cipher,prev_hash,hash,updated_at,name";
const TABLES = [
  'product feature meter policy policy_version customer license activation pool seat lease account "grant" ledger_entry',
  "runtime_event audit_event revocation rollup",
].flatMap((names) => names.split(" "));

let database: TestDatabase;
let authority: Authority;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await authority.close();
  await database.drop();
});

function build(...more: string[]) {
  const options = readWorldOptions(
    ["--licenses=120", "--events=150", "--until=2026-11-01T12:00:00Z", ...more],
    NOW,
  );
  if (options === "help") throw new Error("help was not asked for");
  const { ownerUrl, appUrl } = database;
  return buildWorld({ ownerUrl, appUrl, masterKey: TEST_MASTER_KEY }, options, (_doing, _done, work) =>
    work(),
  );
}

/** How many rows each table has, and a hash of them all. */
async function rowsOf(tenantId: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const { rows } = await owner.query<{ row: string }>(
      `SELECT (to_jsonb(t) - string_to_array($2, ','))::text AS row FROM ${table} t WHERE tenant_id = $1 ORDER BY 1`,
      [tenantId, NOT_COMPARED],
    );
    const hash = createHash("sha256").update(rows.map(({ row }) => row).join("\n"));
    found[table] = `${rows.length} ${hash.digest("base64url")}`;
  }
  return found;
}

test("a world is the same for the same seed, whole, and nobody else's", async () => {
  const neighbour = await createVendor(authority);
  const before = await rowsOf(neighbour.tenantId);
  const first = await build("--seed=7");
  const rows = await rowsOf(first.tenantId);
  expect(Object.values(rows).every((found) => !found.startsWith("0 "))).toBe(true);
  expect(first.counts).toMatchObject({ licenses: 120, decisions: 150 });
  expect(rows.runtime_event).toMatch(/^150 /);

  await expect(build("--seed=7")).rejects.toThrow(/tenant world-7 already.*--replace/);
  const again = await build("--seed=7", "--replace");
  expect(await rowsOf(again.tenantId)).toEqual(rows);
  expect(await rowsOf(neighbour.tenantId)).toEqual(before);
  expect(await authority.database.prisma.tenant.count({ where: { slug: "world-7" } })).toBe(1);

  // No record of it disagrees with another, nor does the audit chain with itself.
  const log = createLogger({ level: "silent", name: "test" });
  const reconciliation = createReconciliation({ ...authority, log });
  expect(await reconciliation.reconcile()).toMatchObject({ begun: 0 });
  const actor = { kind: "system", tenantId: again.tenantId } as const;
  expect(await authority.audit.verify(actor)).toMatchObject({ intact: true });

  // Its licenses are real: one that may be used takes a device, known by its key.
  authority.clock.turnTo(NOW);
  const { items } = await authority.licenses.list(actor, { status: "active", limit: 100 });
  const free = items.find(({ activationCount, activationsMax }) => activationCount < (activationsMax ?? 99));
  const { rows: found } = await owner.query("SELECT status_index AS n FROM license WHERE id = $1", [
    free?.id,
  ]);
  const key = worldLicenseKey(7, free?.keyPrefix ?? "", found[0]?.n);
  const { rows: products } = await owner.query("SELECT code FROM product WHERE id = $1", [free?.productId]);
  const decision = await authority.activations.activate(again.tenantId, {
    ...activateRequest(key, "new"),
    product: products[0]?.code,
  });
  expect(decision.outcome).toBe("granted");

  // Somebody works there now: it is theirs.
  await authority.database.prisma.membership.create({
    data: { tenantId: again.tenantId, userId: neighbour.userId, role: "admin" },
  });
  await expect(build("--seed=7", "--replace")).rejects.toThrow(/has people besides its owner/);
}, 60_000);

test("an option that cannot be read is refused in a sentence", () => {
  expect(() => readWorldOptions(["--licenses=1e3.5"], NOW)).toThrow(/--licenses must be a whole number/);
  expect(() => readWorldOptions(["--until=yesterday"], NOW)).toThrow(/--until must be a whole hour/);
  expect(() => readWorldOptions(["--size=3"], NOW)).toThrow(/--size/);
  expect(readWorldOptions([], NOW)).toMatchObject({
    until: new Date("2026-11-01T12:00:00Z"),
    replace: false,
  });
});
