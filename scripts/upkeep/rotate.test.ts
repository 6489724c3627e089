import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "#prisma/embedded/cluster.ts";
import { startScratchCluster } from "#prisma/embedded/scratch.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { INSTALLATION } from "#server/domain/installation.ts";
import { announcePresence } from "#server/operations/presence.ts";
import { createDatabase } from "#server/platform/database.ts";
import { newUuid } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import { databaseAppUrl, localKeyWrapper, masterKeyCheck } from "#server/platform/master-key.ts";
import { createRuntime, createTenant, TEST_MASTER_KEY, type TestTenant } from "#server/testing/fixtures.ts";
import { createVault } from "#server/trust/vault.ts";
import { ROOT } from "../launcher/home.ts";

const TENANTS = 700;
const OLD = TEST_MASTER_KEY;
const NEW = randomBytes(32).toString("base64");
const log = createLogger({ level: "silent", name: "test" });

/** A server of its own, because the password of `signet_app`, which a rotation changes last, is the whole server's. */
let cluster: Cluster;
let ownerUrl: string;
let owner: Client;
let real: TestTenant;
const people = [newUuid(), newUuid()];

beforeAll(async () => {
  cluster = await startScratchCluster();
  ownerUrl = cluster.url("postgres");
  await migrate({ ownerUrl, appUrl: databaseAppUrl(ownerUrl, OLD), masterKeyCheck: masterKeyCheck(OLD) });
  owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  const runtime = createRuntime(databaseAppUrl(ownerUrl, OLD));
  real = await createTenant(runtime);
  await runtime.close();
  const wrapper = localKeyWrapper(OLD);
  for (const id of people) {
    await owner.query('INSERT INTO "user" (id, email, name) VALUES ($1, $2, $2)', [id, `${id}@example.com`]);
    const sealed = await wrapper.wrap(randomBytes(20), `two-factor/${id}`);
    await owner.query("INSERT INTO two_factor (user_id, secret_cipher) VALUES ($1, $2)", [id, sealed]);
    await owner.query(
      `INSERT INTO mail (tenant_id, id, template, recipient, dedupe_key, payload_cipher, created_at, expires_at, next_attempt_at, correlation_id)
       VALUES ($1, $2::uuid, 'sign-up', 'ada@example.com', $2, $3, now(), now(), now(), 'cor')`,
      [INSTALLATION, id, await wrapper.wrap(Buffer.from("{}"), `mail/${id}`)],
    );
  }
  const ids = Array.from({ length: TENANTS }, newUuid);
  const keys = await Promise.all(ids.map((id) => wrapper.wrap(randomBytes(32), `data-key/${id}`)));
  await owner.query(
    "INSERT INTO tenant (id, slug, name) SELECT id, 't-' || n, 'Many' FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n)",
    [ids],
  );
  await owner.query(
    "INSERT INTO tenant_state (tenant_id, data_key_wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[])",
    [ids, keys],
  );
}, 60_000);
afterAll(async () => {
  await owner.end();
  await cluster.stop();
});

function run(program: string, flags: readonly string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, [join(ROOT, program), ...flags], {
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH,
      DATABASE_URL: ownerUrl,
      NEXTAUTH_SECRET: "s".repeat(32),
      ...environment,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return { child, ended: once(child, "close").then(([code]) => ({ code, output })) };
}

function rotate(flags: readonly string[] = [], change: Record<string, string> = {}) {
  const keys = { SIGNET_MASTER_KEY: NEW, SIGNET_MASTER_KEY_PREVIOUS: OLD, ...change };
  return run("scripts/rotate-master-key.ts", flags, keys);
}

/** Whether the password that follows from a key opens the database for the processes. */
async function lets(key: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseAppUrl(ownerUrl, key) });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

/** A process that says that it is there, with this key. */
async function processWith(masterKey: string) {
  const { pool, close } = createDatabase({ url: databaseAppUrl(ownerUrl, OLD) });
  const presence = announcePresence({ pool, log, kind: "license-server", masterKey });
  await expect.poll(async () => (await owner.query("SELECT 1 FROM process_presence")).rows.length).toBe(1);
  return { end: () => presence.stop().then(close) };
}

/** How many secrets each key opens, and neither does. */
async function opened() {
  const { rows } = await owner.query<{ label: string; sealed: Buffer }>(`
    SELECT 'data-key/' || tenant_id AS label, data_key_wrapped AS sealed FROM tenant_state
    UNION ALL SELECT 'two-factor/' || user_id, secret_cipher FROM two_factor
    UNION ALL SELECT 'mail/' || id, payload_cipher FROM mail`);
  const counts = { old: 0, new: 0, neither: 0 };
  for (const { label, sealed } of rows) {
    const by = async (key: string) =>
      localKeyWrapper(key)
        .unwrap(sealed, label)
        .then(
          () => true,
          () => false,
        );
    if (await by(NEW)) counts.new++;
    else if (await by(OLD)) counts.old++;
    else counts.neither++;
  }
  return counts;
}

/** Opens the tenant's secrets as a process does that knows these keys. */
async function vaultOpens(current: string, previous?: string): Promise<boolean> {
  const password = (await lets(NEW)) ? NEW : OLD;
  const connection = createDatabase({ url: databaseAppUrl(ownerUrl, password) });
  const vault = createVault({ database: connection, keyWrapper: localKeyWrapper(current, previous) });
  try {
    return await vault.cipher(real.tenantId).then(
      () => true,
      () => false,
    );
  } finally {
    await connection.close();
  }
}

test("a rotation is refused while a process knows only the old key, which is named, and with a key that was never this database's", async () => {
  const behind = await processWith(OLD);
  expect(await rotate().ended).toEqual({
    code: 1,
    output: expect.stringMatching(
      /license-server on \S+ \(process \d+\)\. Restart each with SIGNET_MASTER_KEY/,
    ),
  });
  await behind.end();
  const never = { SIGNET_MASTER_KEY_PREVIOUS: randomBytes(32).toString("base64") };
  expect((await rotate([], never).ended).output).toContain("Neither SIGNET_MASTER_KEY");
  expect((await opened()).new).toBe(0);
}, 120_000);

test("a rotation killed in the middle loses nothing and is finished by the next; then the old key opens nothing", async () => {
  const all = TENANTS + 1 + 2 * people.length;
  const first = "SELECT data_key_wrapped AS sealed FROM tenant_state ORDER BY tenant_id LIMIT 1";
  const { rows: before } = await owner.query(first);
  const isUnderWay = async () => !(await owner.query(first)).rows[0].sealed.equals(before[0].sealed);
  const running = await processWith(NEW);
  const killed = rotate();
  while (!(await isUnderWay())) await new Promise((resolve) => setTimeout(resolve, 2));
  killed.child.kill("SIGKILL");
  await killed.ended;
  const half = await opened();
  expect(half.neither).toBe(0);
  expect(half.old).toBeGreaterThan(0);
  expect(half.new).toBeGreaterThan(0);
  expect(await vaultOpens(NEW, OLD)).toBe(true);
  expect(await vaultOpens(OLD, NEW)).toBe(true);
  // The password may not change before every secret did: a process with the new key alone would open only some.
  expect(await rotate(["--finish"]).ended).toEqual({
    code: 1,
    output: expect.stringContaining("run this without --finish first"),
  });

  const { code, output } = await rotate().ended;
  expect(output).toContain("npm run rotate:master-key -- --finish");
  expect(code).toBe(0);
  expect(await opened()).toEqual({ old: 0, new: all, neither: 0 });
  expect([await lets(OLD), await lets(NEW)]).toEqual([true, false]);

  const finished = await rotate(["--finish"]).ended;
  expect(finished).toEqual({
    code: 0,
    output: expect.stringMatching(/Restart these now, without SIGNET_MASTER_KEY_PREVIOUS: license-server on/),
  });
  await running.end();
  expect([await lets(OLD), await lets(NEW)]).toEqual([false, true]);
  expect(await vaultOpens(NEW)).toBe(true);
  const { rows } = await owner.query("SELECT master_key_check FROM instance");
  expect(rows).toEqual([{ master_key_check: masterKeyCheck(NEW) }]);
  // A password of the operator's own is left alone.
  const own = { DATABASE_APP_URL: databaseAppUrl(ownerUrl, OLD) };
  expect((await rotate(["--finish"], own).ended).output).toContain("Restart each process without SIGNET");
  expect(await lets(NEW)).toBe(true);

  const behind = await run("workers/main.ts", [], { SIGNET_MASTER_KEY: OLD }).ended;
  expect(behind).toEqual({ code: 1, output: expect.stringContaining("set the key in force") });
}, 120_000);

test("everything in the product that seals under the master key is sealed again by a rotation", () => {
  const sealing = readdirSync(join(ROOT, "server"), { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      /^[^.]+\.ts$/.test(file) &&
      readFileSync(join(ROOT, "server", file), "utf8").includes("keyWrapper.wrap("),
  );
  // Another file here needs a row in SEALED, in prisma/migrator/rotate-master-key.ts.
  expect(sealing.sort()).toEqual(["auth/two-factor.ts", "mail/sealed-payload.ts", "trust/vault.ts"]);
});
