import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acknowledgeIncident, createIncidents } from "#server/authority/incident-service.ts";
import { publicId } from "#server/domain/ids.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, type Runtime, type TestTenant } from "#server/testing/fixtures.ts";
import { createAccount } from "#server/testing/usage.ts";
import { createReconciliation } from "./service.ts";

let database: TestDatabase;
let runtime: Runtime;
let owner: Client;
let tenant: TestTenant;
let license: Awaited<ReturnType<typeof createAccount>>;
let logged: string[];
let reconciliation: ReturnType<typeof createReconciliation>;

beforeAll(async () => {
  database = await createTestDatabase();
  runtime = createRuntime(database.appUrl);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([owner.end(), runtime.close()]);
  await database.drop();
});
beforeEach(async () => {
  // A cleared list of tenants: what one test broke is not found again by the next.
  await owner.query("TRUNCATE tenant CASCADE");
  logged = [];
  const destination = { write: (line: string) => void logged.push(line) };
  const log = createLogger({ level: "error", name: "test", destination });
  // One row at a time: every sweep takes several steps.
  reconciliation = createReconciliation({ ...runtime, log, rowsAtOnce: 1 });
  tenant = await createTenant(runtime);
  license = await createAccount(runtime, tenant, {}, { seats: 3 });
  await license.grant(1_000);
  await work(license, "ann");
});

/** One use of everything that is a projection of something else. */
async function work(of: typeof license, holder: string) {
  const { activationId } = of;
  await runtime.leases.checkout(tenant.tenantId, {
    ...of.caller(),
    activationId,
    holder,
    nonce: randomSecret(16),
  });
  await of.debit(1);
  const ticket = newUuid();
  await of.issue(5, ticket);
  await of.issue(2);
  await of.settle(ticket, 3);
}

const actor = () => ({ kind: "system", tenantId: tenant.tenantId }) as const;
const list = () => createIncidents(runtime).list(actor());
const incidents = async () => (await list()).items;
const open = async () =>
  (await incidents()).filter(({ resolvedAt }) => resolvedAt === null).map(({ kind }) => kind);

test("a database in order has no incident, also while everything in it moves", async () => {
  const others = await Promise.all([1, 2, 3].map(() => createAccount(runtime, tenant, {}, { seats: 2 })));
  for (const other of others) await other.grant(500);
  let working = true;
  const traffic = [license, ...others].map(async (of, index) => {
    for (let n = 0; working; n++) await work(of, `holder-${index}-${n % 4}`);
  });
  for (let run = 0; run < 8; run++) {
    expect((await reconciliation.reconcile()).checked).toBeGreaterThanOrEqual(12);
  }
  working = false;
  await Promise.all(traffic);
  expect(await incidents()).toEqual([]);
  expect(logged).toEqual([]);
});

describe("drift is found, told once, and ends when it is gone", () => {
  test.each<[string, string, string]>([
    ["ledger_sums", "UPDATE account SET spent = spent + 1", "UPDATE account SET spent = spent - 1"],
    [
      "ledger_chain",
      "UPDATE ledger_entry SET balance = balance + 1 WHERE entry = 2",
      "UPDATE ledger_entry SET balance = balance - 1 WHERE entry = 2",
    ],
    [
      "ledger_chain",
      "UPDATE ledger_entry SET entry = 900 WHERE entry = 6",
      "UPDATE ledger_entry SET entry = 6 WHERE entry = 900",
    ],
    [
      "ticket_reservations",
      "UPDATE ticket SET amount = amount + 1 WHERE status = 'pending'",
      "UPDATE ticket SET amount = amount - 1 WHERE status = 'pending'",
    ],
    ["grant_amounts", 'UPDATE "grant" SET amount = amount + 1', 'UPDATE "grant" SET amount = amount - 1'],
    [
      "pool_seats",
      "UPDATE seat SET in_service = false WHERE slot = 3",
      "UPDATE seat SET in_service = true WHERE slot = 3",
    ],
    [
      "seat_leases",
      "UPDATE lease SET ended = 'released', ended_at = granted_at",
      "UPDATE lease SET ended = NULL, ended_at = NULL",
    ],
    [
      "seat_leases",
      "UPDATE seat SET fence = fence + 1 WHERE lease_id IS NOT NULL",
      "UPDATE seat SET fence = fence - 1 WHERE lease_id IS NOT NULL",
    ],
    [
      "license_activations",
      "UPDATE license SET activation_count = activation_count + 1",
      "UPDATE license SET activation_count = activation_count - 1",
    ],
  ])("%s: %s", async (kind, harm, mend) => {
    await owner.query(harm);
    expect(await reconciliation.reconcile()).toMatchObject({ begun: 1 });
    expect(await open()).toEqual([kind]);
    expect(logged).toHaveLength(1);
    const [first] = await incidents();
    expect(first?.expected).not.toEqual(first?.actual);

    runtime.clock.advance(60_000);
    expect(await reconciliation.reconcile()).toMatchObject({ begun: 0 });
    expect(await incidents()).toMatchObject([
      { firstSeenAt: first?.firstSeenAt, lastSeenAt: runtime.clock.now() },
    ]);
    expect(logged).toHaveLength(1);

    await owner.query(mend);
    await reconciliation.reconcile();
    expect(await open()).toEqual([]);
    expect(await incidents()).toMatchObject([{ kind, resolvedAt: runtime.clock.now() }]);
  });
});

test("an incident names its license, may be acknowledged while it lasts, and alarms anew when it comes back", async () => {
  expect((await list()).checkedAt).toBeNull();
  await owner.query("UPDATE account SET spent = spent + 1");
  await reconciliation.reconcile();
  const { items, checkedAt } = await list();
  expect(checkedAt).toEqual(runtime.clock.now());
  expect(items).toMatchObject([{ licenseId: license.id, acknowledgedAt: null }]);
  const subjectId = publicId("account", items[0]?.subjectId ?? "");

  const userId = newUuid();
  await runtime.database.prisma.user.create({
    data: { id: userId, email: `${userId}@example.com`, name: "Ada" },
  });
  const ada = { kind: "user", userId, tenantId: tenant.tenantId, role: "owner" } as const;
  const about = {
    kind: "ledger_sums",
    subjectId,
    note: "A script of ours.",
  };
  const say = () => createIncidents(runtime).acknowledge(ada, acknowledgeIncident.parse(about));
  await say();
  await reconciliation.reconcile();
  expect(await incidents()).toMatchObject([{ acknowledgedBy: "Ada", acknowledgedNote: "A script of ours." }]);
  const entry = { tenantId: tenant.tenantId, action: "incident.acknowledged" };
  expect(
    await runtime.database.withTenant(tenant.tenantId, (tx) => tx.auditEvent.count({ where: entry })),
  ).toBe(1);

  await owner.query("UPDATE account SET spent = spent - 1");
  await reconciliation.reconcile();
  await expect(say()).rejects.toMatchObject({ code: "not_found" });
  await owner.query("UPDATE account SET spent = spent + 2");
  await reconciliation.reconcile();
  expect(await incidents()).toMatchObject([
    { resolvedAt: null, acknowledgedAt: null, acknowledgedNote: null },
  ]);
});

test("a sweep that was cut short goes on where it was", async () => {
  const second = await createAccount(runtime, tenant);
  await runtime.database.withTenant(tenant.tenantId, async (tx) => {
    const [first] = await tx.account.findMany({ orderBy: { id: "asc" }, take: 1 });
    await tx.sweepCursor.create({
      data: {
        tenantId: tenant.tenantId,
        sweep: "accounts",
        afterId: first?.id ?? null,
        updatedAt: runtime.clock.now(),
      },
    });
  });
  // Of two accounts one is left, beside one pool and two licenses.
  expect(await reconciliation.reconcile()).toMatchObject({ checked: 4 });
  expect(await reconciliation.reconcile()).toMatchObject({ checked: 5 });
  expect(second.id).not.toBe(license.id);
});

test("a tenant that cannot be done keeps no other one waiting, and the run fails at its end", async () => {
  const broken = await createTenant(runtime);
  const last = await createTenant(runtime);
  const lastLicense = await createAccount(runtime, last);
  await owner.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`,
  );
  await owner.query(
    `CREATE TRIGGER refuse BEFORE INSERT ON sweep_cursor FOR EACH ROW WHEN (NEW.tenant_id = '${broken.tenantId}') EXECUTE FUNCTION refuse()`,
  );
  await owner.query("UPDATE account SET granted = granted + 1 WHERE license_id = $1", [lastLicense.id]);
  await expect(reconciliation.reconcile()).rejects.toThrow("1 tenants could not be done.");
  const { items } = await createIncidents(runtime).list({ kind: "system", tenantId: last.tenantId });
  expect(items).toMatchObject([{ kind: "ledger_sums" }]);
  await owner.query("DROP TRIGGER refuse ON sweep_cursor");
});
