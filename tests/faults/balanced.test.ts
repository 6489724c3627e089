import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { JOB_NAMES } from "#server/jobs/catalogue.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  TEST_MASTER_KEY,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { type Running, run, startProcess } from "../processes.ts";

const DEVICES = 60;

let database: TestDatabase;
let runtime: Runtime;
let owner: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  runtime = createRuntime(database.appUrl, new TestClock(new Date()));
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await runtime.close();
  await owner.end();
  await database.drop();
});

/** Gives each connection to the next server in turn, and to another when one does not take it: no more than any balancer does. */
async function startBalancer(ports: readonly number[]): Promise<Server> {
  let turn = 0;
  const server = createServer((client) => {
    client.on("error", () => undefined);
    const attempt = (left: number) => {
      const upstream = connect(ports[turn++ % ports.length] ?? 0, "127.0.0.1");
      upstream.once("connect", () => client.pipe(upstream).pipe(client));
      upstream.on("error", () => (left > 0 && upstream.connecting ? attempt(left - 1) : client.destroy()));
      upstream.on("close", () => client.destroy());
    };
    attempt(ports.length);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

test("two LicenseServers and two workers behind one balancer serve as one; a server killed in the middle loses nothing", async () => {
  const environment = {
    NODE_ENV: "production",
    LOG_LEVEL: "error",
    DATABASE_APP_URL: database.appUrl,
    SIGNET_MASTER_KEY: TEST_MASTER_KEY,
    NEXTAUTH_SECRET: randomBytes(32).toString("base64"),
  };
  const tenant = await createTenant(runtime);
  const license = await createLicense(runtime, tenant, { activationsMax: DEVICES });
  const workers = [0, 1].map(() => run("workers/main.ts", [], environment));
  for (const worker of workers) worker.stdout?.resume();
  const startServer = (): Promise<Running> =>
    startProcess("server/license-server/main.ts", "LICENSE_SERVER_PORT", "/readyz", environment);
  const servers = await Promise.all([startServer(), startServer()]);
  const balancer = await startBalancer(servers.map(({ port }) => port));
  const { port } = balancer.address() as AddressInfo;
  const counted = async (sql: string) => Number((await owner.query(sql)).rows[0].n);
  const present = (kind: string) =>
    counted(`SELECT count(*) AS n FROM process_presence WHERE kind = '${kind}'`);
  await expect.poll(() => present("license-server"), { timeout: 60_000 }).toBe(2);

  let answered = 0;
  async function activate(device: string): Promise<string> {
    const { requestHash, correlationId, ...body } = activateRequest(license.licenseKey, device);
    for (;;) {
      // A connection of its own each time, as many clients would have.
      const reply = await fetch(`http://127.0.0.1:${port}/v1/${tenant.slug}/activations`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      if (!reply?.ok) continue;
      const { activation } = await reply.json();
      if (++answered === DEVICES / 3) servers[0]?.kill();
      return activation.id;
    }
  }
  const names = [...Array(DEVICES).keys()].map((n) => `device-${n}`);
  const ids = await Promise.all(names.map(activate));
  expect(new Set(ids).size).toBe(DEVICES);
  expect(await Promise.all(names.map(activate))).toEqual(ids);
  const where = { tenantId_id: { tenantId: tenant.tenantId, id: license.id } };
  const row = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.findUniqueOrThrow({ where }),
  );
  expect(row.activationCount).toBe(DEVICES);

  // Either worker does any job; together they do each.
  await expect.poll(() => present("worker"), { timeout: 60_000 }).toBe(2);
  const done = () => counted("SELECT count(*) AS n FROM job_state WHERE last_done_at IS NOT NULL");
  await expect.poll(done, { timeout: 60_000 }).toBe(JOB_NAMES.length);
  balancer.close();
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all([servers[1]?.stop(), ...workers.map((worker) => once(worker, "exit"))]);
  // Who ended well takes its word back; the one that was killed is missed.
  expect(await present("worker")).toBe(0);
  expect(await present("license-server")).toBe(1);
}, 180_000);
