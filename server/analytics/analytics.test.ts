import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";
import { createAnalytics } from "./service.ts";

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let owner: Client;
let app: Client;
let runtime: Runtime;
let tenant: TestTenant;
/** Midnight, two days before the database's today: rolled up as the past that it is. */
let begin: Date;
let analytics: ReturnType<typeof createAnalytics>;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  app = new Client({ connectionString: database.appUrl });
  await Promise.all([owner.connect(), app.connect()]);
  const { rows } = await owner.query<{ begin: Date }>(
    "SELECT date_trunc('day', now(), 'UTC') - interval '48 hours' AS begin",
  );
  begin = rows[0]?.begin ?? new Date(0);
});
afterAll(async () => {
  await Promise.all([owner.end(), app.end()]);
  await database.drop();
});
beforeEach(async () => {
  runtime = createRuntime(database.appUrl, new TestClock(begin.toISOString()));
  analytics = createAnalytics({ database: runtime.database, clock: runtime.clock, marginMs: 0 });
  tenant = await createTenant(runtime);
  return () => runtime.close();
});

const hour = (number: number) => new Date(begin.getTime() + number * HOUR_MS);

/** The points of a metric as `period dimension value`, hours counted from the begin. */
async function series(
  metric: "activations" | "denials" | "usage" | "seats_peak",
  size: "hour" | "day" = "hour",
) {
  const { rows } = await owner.query<{ start: Date; dimension: string; value: string }>(
    `SELECT start, dimension, value FROM rollup
      WHERE tenant_id = $1 AND metric = $2 AND size = $3 ORDER BY start, dimension`,
    [tenant.tenantId, metric, size],
  );
  return rows.map(({ start, dimension, value }) => {
    const label = metric === "seats_peak" ? "" : `${dimension} `;
    return `${(start.getTime() - begin.getTime()) / HOUR_MS} ${label}${value}`;
  });
}

async function watermark(): Promise<Date> {
  const sql = "SELECT complete_until FROM rollup_watermark WHERE tenant_id = $1";
  const { rows } = await owner.query<{ complete_until: Date }>(sql, [tenant.tenantId]);
  return rows[0]?.complete_until ?? new Date(0);
}

test("activations, denials, usage and seats are counted in their hour and their day, the same however often", async () => {
  const license = await createAccount(runtime, tenant, {}, { seats: 2, activationsMax: 2 });
  const checkout = (holder: string) =>
    runtime.leases.checkout(tenant.tenantId, {
      ...license.caller(),
      activationId: license.activationId,
      holder,
      nonce: randomSecret(16),
    });
  await license.grant(100);
  await license.debit(7);
  await checkout("ann");
  runtime.clock.advance(HOUR_MS);
  for (const device of ["second", "third", "second"])
    await runtime.activations.activate(tenant.tenantId, activateRequest(license.licenseKey, device));
  const ticket = newUuid();
  await license.issue(5, ticket);
  await license.settle(ticket, 3);
  for (const holder of ["ann", "bob", "carl"]) await checkout(holder);
  runtime.clock.advance(25 * HOUR_MS);
  await license.debit(10);

  const expected = {
    activations: ["0  1", "1  1"],
    denials: ["1 activation_limit_reached 1", "1 no_seats_available 1"],
    usage: ["0 credits 7", "1 credits 3", "26 credits 10"],
    seats: ["0 1", "1 2"],
  };
  for (let run = 0; run < 2; run++) {
    await analytics.rollUp();
    expect(await series("activations")).toEqual(expected.activations);
    expect(await series("denials")).toEqual(expected.denials);
    expect(await series("usage")).toEqual(expected.usage);
    expect(await series("seats_peak")).toEqual(expected.seats);
    expect(await series("usage", "day")).toEqual(["0 credits 10", "24 credits 10"]);
    expect(await series("seats_peak", "day")).toEqual(["0 2"]);
  }
});

test("what a license that is transferred did is counted once: in the hour that is open for its new customer alone", async () => {
  const { tenantId } = tenant;
  const license = await createAccount(runtime, tenant, {}, { seats: 1, activationsMax: 5 });
  const checkout = (holder: string) =>
    runtime.leases.checkout(tenantId, {
      ...license.caller(),
      activationId: license.activationId,
      holder,
      nonce: randomSecret(16),
    });
  const rollUp = (number: number, horizon: number) =>
    owner.query("SELECT roll_up_hour($1, $2, $3)", [tenantId, hour(number), hour(horizon)]);
  await owner.query("INSERT INTO rollup_watermark VALUES ($1, $2)", [tenantId, begin]);
  await checkout("ann");
  await checkout("bob");
  await rollUp(0, 1);
  runtime.clock.advance(HOUR_MS);
  await runtime.activations.activate(tenantId, activateRequest(license.licenseKey, "second"));
  await checkout("ann");
  await checkout("carl");
  await rollUp(1, 1.5);
  const receiver = newUuid();
  await runtime.database.withTenant(tenantId, (tx) =>
    tx.customer.create({ data: { tenantId, id: receiver, name: "Receiver" } }),
  );
  await owner.query("UPDATE license SET customer_id = $2 WHERE tenant_id = $1", [tenantId, receiver]);
  await rollUp(1, 1.6);
  const { rows } = await owner.query(
    `SELECT t.metric, t.size, t.value::integer AS total,
            (SELECT sum(r.value)::integer FROM rollup r
              WHERE r.tenant_id = t.tenant_id AND r.metric = t.metric AND r.size = t.size AND r.start = t.start
                AND r.customer_id = $3) AS receiver
       FROM rollup_total t
      WHERE t.tenant_id = $1 AND t.metric IN ('activations', 'seats_denied')
        AND (t.size = 'hour' AND t.start = $2 OR t.size = 'day') ORDER BY t.metric, t.size`,
    [tenantId, hour(1), receiver],
  );
  expect(rows).toEqual([
    { metric: "activations", size: "day", total: 2, receiver: 1 },
    { metric: "activations", size: "hour", total: 1, receiver: 1 },
    { metric: "seats_denied", size: "day", total: 2, receiver: 1 },
    { metric: "seats_denied", size: "hour", total: 1, receiver: 1 },
  ]);
});

test("peaks of any history of leases are exactly the most that were held at one moment", async () => {
  const { id: licenseId } = await createLicense(runtime, tenant, { seats: 8 });
  await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.runtimeEvent.create({
      data: {
        tenantId: tenant.tenantId,
        id: newUuid(),
        at: begin,
        operation: "x",
        outcome: "granted",
        correlationId: "x",
      },
    }),
  );
  // Few moments, so that leases often end just when others begin.
  const minute = fc.integer({ min: 0, max: 24 }).map((step) => step * 12);
  const seed = 11;
  const leases = fc
    .sample(fc.tuple(minute, minute), { numRuns: 60, seed })
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  for (const [fence, [from, until]] of leases.entries()) {
    await owner.query(
      `INSERT INTO lease (tenant_id, id, pool_id, slot, fence, holder, granted_at, ended_at, ended)
       SELECT tenant_id, gen_random_uuid(), id, 1, $1, 'h', $2, $3, 'released' FROM pool WHERE license_id = $4`,
      [
        fence + 1,
        new Date(begin.getTime() + from * 60_000),
        new Date(begin.getTime() + until * 60_000),
        licenseId,
      ],
    );
  }
  await analytics.rollUp();
  const inUse = (at: number) => leases.filter(([from, until]) => from <= at && at < until).length;
  const peaks = [0, 1, 2, 3, 4].map((h) => {
    const minutes = Array.from({ length: 60 }, (_, index) => inUse(h * 60 + index));
    return `${h} ${Math.max(...minutes)}`;
  });
  expect(await series("seats_peak"), `seed ${seed}`).toEqual(peaks);
});

test("an event whose transaction commits late is never behind the watermark, and is counted", async () => {
  await createAccount(runtime, tenant);
  await analytics.rollUp();
  const before = await watermark();
  await app.query("BEGIN");
  await app.query("SELECT set_config('signet.tenant_id', $1, true)", [tenant.tenantId]);
  const { rows } = await app.query<{ at: Date }>(
    `INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, correlation_id)
     VALUES ($1, gen_random_uuid(), date_trunc('milliseconds', clock_timestamp()), 'activate', 'denied', 'overloaded', 'late') RETURNING at`,
    [tenant.tenantId],
  );
  const at = rows[0]?.at;
  if (at === undefined) throw new Error("one event was written");
  await analytics.rollUp();
  expect(await series("denials")).toEqual([]);
  expect((await watermark()).getTime()).toBeGreaterThan(before.getTime());
  expect((await watermark()).getTime()).toBeLessThanOrEqual(at.getTime());
  await app.query("COMMIT");
  await analytics.rollUp();
  expect(await series("denials")).toEqual([expect.stringMatching(/ overloaded 1$/)]);
  expect((await watermark()).getTime()).toBeGreaterThan(at.getTime());
});

test("a run that was cut off is gone on with: what it did stays, the rest is done", async () => {
  await createAccount(runtime, tenant);
  runtime.clock.advance(30 * HOUR_MS);
  await createAccount(runtime, tenant);
  await owner.query(
    `CREATE OR REPLACE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'cut off'; END $$`,
  );
  await owner.query(
    `CREATE TRIGGER cut BEFORE UPDATE ON rollup_watermark FOR EACH ROW WHEN (NEW.complete_until > '${hour(10).toISOString()}') EXECUTE FUNCTION cut()`,
  );
  await expect(analytics.rollUp()).rejects.toThrow("could not be done");
  expect(await watermark()).toEqual(hour(10));
  expect(await series("activations")).toEqual(["0  1"]);
  await owner.query("DROP TRIGGER cut ON rollup_watermark");
  await analytics.rollUp();
  expect(await series("activations")).toEqual(["0  1", "30  1"]);
});
