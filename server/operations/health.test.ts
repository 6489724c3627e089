import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "#server/platform/log.ts";
import { createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { TEST_MASTER_KEY } from "#server/testing/fixtures.ts";
import { createPeople, type People } from "#server/testing/people.ts";
import { addInstanceMetrics } from "./instance-metrics.ts";
import { announcePresence } from "./presence.ts";

const log = createLogger({ level: "silent", name: "test" });
let database: TestDatabase;
let people: People;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

test("a process is seen while it runs, is missed when it falls silent, and is gone when it ends; its machine is told to an only vendor", async () => {
  const { pool } = people.database;
  const { actor } = await createVendor(people);
  const presence = announcePresence({ pool, log, kind: "worker", masterKey: TEST_MASTER_KEY });
  const worker = async () => (await people.health.get(actor)).processes.find(({ kind }) => kind === "worker");
  await expect
    .poll(worker, { timeout: 20_000 })
    .toMatchObject({ running: 1, silent: [], hosts: [expect.any(String)] });
  await pool.query("UPDATE process_presence SET seen_at = now() - interval '2 minutes'");
  expect(await worker()).toMatchObject({ running: 0, silent: [{ host: expect.any(String) }] });
  await createVendor(people);
  expect(await worker()).toMatchObject({ hosts: null, silent: [{ host: null }] });
  await presence.stop();
  expect(await worker()).toMatchObject({ running: 0, silent: [] });
});

test("what a vendor is told is its own: another's incidents and waiting deliveries are in the operator's figures only", async () => {
  const { health } = people;
  const [mine, other] = [await createVendor(people), await createVendor(people)];
  const at = people.clock.now();
  await people.database.withTenant(other.tenantId, (tx) =>
    tx.incident.create({
      data: {
        tenantId: other.tenantId,
        kind: "ledger_sums",
        subjectKind: "account",
        subjectId: other.tenantId,
        expected: {},
        actual: {},
        firstSeenAt: at,
        lastSeenAt: at,
      },
    }),
  );
  expect((await health.get(mine.actor)).own.incidentsOpen).toBe(0);
  expect((await health.get(other.actor)).own.incidentsOpen).toBe(1);
  await health.noteRun("retention", { failed: true, durationMs: 20 });
  await health.noteRun("retention", { failed: true, durationMs: 30 });
  await health.noteWaiting("retention", 3);
  const { tenants } = await health.computeFigures();

  const registry = new Registry();
  addInstanceMetrics(registry, health.instance);
  const lines = (await registry.metrics()).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      "signet_instance_read 1",
      "signet_incidents_open 1",
      `signet_tenants ${tenants}`,
      'signet_job_failures_in_row{name="retention"} 2',
      'signet_job_waiting{name="retention"} 3',
      'signet_processes{kind="web"} 0',
    ]),
  );
  expect(lines.filter((line) => line.startsWith("signet_last_backup"))).toEqual([]);
  await health.noteRun("retention", { failed: false, durationMs: 30 });
  const { jobs } = await health.get(mine.actor);
  // How much there is to do, and how it goes, is of all vendors.
  expect(jobs.find(({ job }) => job === "retention")).toMatchObject({
    lastDoneAt: at,
    ...{ lastFailedAt: null, failuresInRow: null, durationMs: null, waiting: null },
  });
  expect((await health.instance()).jobs.find(({ job }) => job === "retention")).toMatchObject({
    failuresInRow: 0,
    waiting: 3,
  });
});

test("while the database is down, what a worker tells of itself still comes, and says that the rest is missing", async () => {
  const registry = new Registry();
  addInstanceMetrics(registry, () => Promise.reject(new Error("down")));
  const text = await registry.metrics();
  expect(text).toContain("signet_instance_read 0");
  expect(text).not.toMatch(/^signet_(incidents|processes|tenants)\S* \d/m);
});
