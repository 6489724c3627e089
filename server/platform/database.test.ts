import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createDatabase, type Database } from "./database.ts";
import { isConnectionLost } from "./database-errors.ts";
import { newUuid } from "./ids.ts";

/** Waits for a state that other processes bring about; patient, because the machine may be busy. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 15_000 });

let testDatabase: TestDatabase;
let database: Database;
const tenants = [newUuid(), newUuid()] as const;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.appUrl, poolSize: 4 });
  for (const [index, tenantId] of tenants.entries()) {
    await database.prisma.tenant.create({ data: { id: tenantId, slug: `tenant-${index}`, name: "Tenant" } });
    await database.withTenant(tenantId, (tx) =>
      tx.customer.create({ data: { id: newUuid(), tenantId, name: `customer of ${index}` } }),
    );
  }
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

describe("withTenant", () => {
  test("shows the rows of its own tenant, though the query does not filter", async () => {
    const seen = await Promise.all(
      tenants.map((tenantId) => database.withTenant(tenantId, (tx) => tx.customer.findMany())),
    );
    expect(seen.map((rows) => rows.map((row) => row.name))).toEqual([["customer of 0"], ["customer of 1"]]);
  });

  test("refuses to write a row of another tenant", async () => {
    const intruder = { id: newUuid(), tenantId: tenants[1], name: "intruder" };
    await expect(
      database.withTenant(tenants[0], (tx) => tx.customer.create({ data: intruder })),
    ).rejects.toThrow("row-level security");
  });

  test("leaves no tenant behind on the connection it used", async () => {
    await Promise.all(
      Array.from({ length: 8 }, () => database.withTenant(tenants[0], (tx) => tx.customer.count())),
    );
    await expect(database.prisma.customer.findMany()).rejects.toThrow();
  });

  test("undoes everything when the work throws", async () => {
    const work = database.withTenant(tenants[0], async (tx) => {
      await tx.customer.create({ data: { id: newUuid(), tenantId: tenants[0], name: "half done" } });
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(await database.withTenant(tenants[0], (tx) => tx.customer.count())).toBe(1);
  });
});

describe("both pools", () => {
  test("bound how long a lock, a statement and an idle transaction may last", async () => {
    const settings = `SELECT name, setting FROM pg_settings
      WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;
    const expected = [
      { name: "idle_in_transaction_session_timeout", setting: "20000" },
      { name: "lock_timeout", setting: "5000" },
      { name: "statement_timeout", setting: "15000" },
    ];
    expect((await database.pool.query(settings)).rows).toEqual(expected);
    expect(await database.prisma.$queryRawUnsafe(settings)).toEqual(expected);
  });

  test("recover by themselves after the server ended every session", async () => {
    const logged: unknown[] = [];
    await Promise.all([database.ping(), database.prisma.tenant.count()]);
    const observer = createDatabase({ url: testDatabase.ownerUrl, poolSize: 1 });
    await observer.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'signet_app' AND datname = current_database()",
    );
    await observer.close();
    await eventually(() =>
      database.ping().then(
        () => "up",
        (error: unknown) => logged.push(error),
      ),
    ).toBe("up");
    await eventually(() => database.prisma.tenant.count().catch(() => "down")).toBe(2);
    expect(logged.every(isConnectionLost)).toBe(true);
  });

  test("a connection lost in the middle of a statement is known as lost", async () => {
    const owner = createDatabase({ url: testDatabase.ownerUrl, poolSize: 1 });
    const lost = database.pool
      .query("SELECT pg_sleep(10) /* in the middle */")
      .catch((error: unknown) => error);
    await eventually(async () => {
      const ended = await owner.pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%in the middle%'",
      );
      return ended.rowCount;
    }).toBe(1);
    expect(isConnectionLost(await lost)).toBe(true);
    await owner.close();
  });
});

test("a server that cannot be reached is an error of ping, and closing twice is fine", async () => {
  const nowhere = createDatabase({ url: "postgresql://signet_app:x@127.0.0.1:1/signet" });
  const refused = await nowhere.ping().catch((error: unknown) => error);
  expect(isConnectionLost(refused)).toBe(true);
  await nowhere.close();
  await nowhere.close();
});
