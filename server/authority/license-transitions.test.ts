import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Prisma } from "#prisma/generated/client.ts";
import type { UserActor } from "#server/domain/actor.ts";
import { licenseStatus } from "#server/domain/license-state.ts";
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
import { takeDue } from "./license-transitions-store.ts";
import type { Tx } from "./ports.ts";

const DAY_MS = 86_400_000;

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
  await announce();
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, { type: "subscription", durationDays: 30, graceDays: 5 });
});

const announce = (limit = 1_000) => authority.licenses.announceTransitions({ limit });

async function transitions(licenseId?: string) {
  const events = await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.runtimeEvent.findMany({
      where: { operation: "transition", ...(licenseId === undefined ? {} : { licenseId }) },
      orderBy: { at: "asc" },
    }),
  );
  return events.map(({ facts }) => facts);
}

test("each change that time makes is announced once, in order, with what it was and is", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  expect(await announce()).toEqual({ announced: 0 });
  authority.clock.advance(30 * DAY_MS);
  expect(await announce()).toEqual({ announced: 1 });
  expect(await announce()).toEqual({ announced: 0 });
  authority.clock.advance(5 * DAY_MS);
  await announce();
  expect(await transitions(id)).toEqual([
    { from: "active", to: "grace" },
    { from: "grace", to: "expired" },
  ]);
});

test("a license that began with its first activation is announced as active", async () => {
  const { id, key } = await issueOne(authority, actor, catalog, {
    overrides: { validFrom: "first_activation" },
  });
  await authority.activations.activate(actor.tenantId, activateRequest(key, "laptop"));
  await announce();
  expect(await transitions(id)).toEqual([{ from: "pending", to: "active" }]);
});

test("what an operator did is not announced again", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  await authority.licenses.suspend(actor, id, "");
  await authority.licenses.reinstate(actor, id, "");
  authority.clock.advance(31 * DAY_MS);
  await authority.licenses.revoke(actor, id, "");
  await announce();
  expect(await transitions(id)).toEqual([]);
});

test("several workers at once, each with a small limit, announce each license exactly once", async () => {
  await issueOne(authority, actor, catalog, { count: 50 });
  authority.clock.advance(30 * DAY_MS);
  let rounds = 0;
  for (let announced = 1; announced > 0; rounds++) {
    const results = await Promise.all([announce(7), announce(7), announce(7)]);
    for (const result of results) expect(result.announced).toBeLessThanOrEqual(7);
    announced = results.reduce((sum, result) => sum + result.announced, 0);
  }
  expect(rounds).toBeLessThan(20);
  await announce();
  expect(await transitions()).toHaveLength(50);
});

test("of many licenses only those that are due are read, however many there are", async () => {
  const { id } = await issueOne(authority, actor, catalog);
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'license' AND is_generated = 'NEVER'",
    );
    const own: Record<string, string> = {
      id: "gen_random_uuid()",
      key_hash: "int8send(n)",
      status_index: "1000 + n",
    };
    const columns = rows.map(({ name }) => name);
    await owner.query(
      `INSERT INTO license (${columns.join(", ")}) SELECT ${columns.map((name) => own[name] ?? `l.${name}`).join(", ")}
         FROM license l CROSS JOIN generate_series(1, 5000) n WHERE l.id = $1`,
      [id],
    );
    await owner.query("ANALYZE license");
  } finally {
    await owner.end();
  }
  authority.clock.advance(DAY_MS);
  const plans: string[] = [];
  const plan = await authority.database.withTenant(actor.tenantId, (tx) =>
    takeDue(explaining(tx, plans), actor.tenantId, authority.clock.now(), 10).then(() => plans.join("\n")),
  );
  expect(plan).toContain("license_tenant_id_transition_due_at_idx");
  expect(plan).toMatch(/Index Cond: .*tenant_id.*transition_due_at <=/s);
  expect(plan).not.toContain("Seq Scan");
});

/** A transaction that answers each query with nothing, and notes its plan. */
function explaining(tx: Tx, plans: string[]): Tx {
  return new Proxy(tx, {
    get(target, name, receiver) {
      if (name !== "$queryRaw") return Reflect.get(target, name, receiver);
      return async (strings: TemplateStringsArray, ...values: unknown[]) => {
        const query = Prisma.sql(strings, ...values);
        const rows = await target.$queryRaw<{ "QUERY PLAN": string }[]>`EXPLAIN ${query}`;
        plans.push(...rows.map((row) => row["QUERY PLAN"]));
        return [];
      };
    },
  });
}

test("the database and the code agree on the status of every license at every moment", async () => {
  const moment = fc.option(
    fc.integer({ min: 0, max: 6 }).map((hours) => new Date(Date.UTC(2030, 0, 1, hours))),
    { nil: null },
  );
  const license = fc
    .record({
      validFrom: moment,
      expiresAt: moment,
      grace: fc.integer({ min: 0, max: 2 }),
      suspendedAt: moment,
      revokedAt: moment,
    })
    .map(({ grace, ...times }) => ({
      ...times,
      graceUntil: times.expiresAt && new Date(times.expiresAt.getTime() + grace * 3_600_000),
    }));
  const samples = fc.sample(license, { numRuns: 400, seed: 7 });
  const now = new Date(Date.UTC(2030, 0, 1, 3));
  for (const { validFrom, expiresAt, graceUntil, suspendedAt, revokedAt } of samples) {
    const { rows } = await authority.database.pool.query<{ status: string }>(
      "SELECT license_status($1, $2, $3, $4, $5, $6) AS status",
      [validFrom, expiresAt, graceUntil, suspendedAt, revokedAt, now],
    );
    expect(rows[0]?.status).toBe(
      licenseStatus({ validFrom, expiresAt, graceUntil, suspendedAt, revokedAt }, now),
    );
  }
});
