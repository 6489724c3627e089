import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { INSTALLATION } from "#server/domain/installation.ts";
import { announcePresence } from "#server/operations/presence.ts";
import { createDatabase } from "#server/platform/database.ts";
import { newUuid } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import { localKeyWrapper, masterKeyCheck } from "#server/platform/master-key.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime, createTenant, TEST_MASTER_KEY, type TestTenant } from "#server/testing/fixtures.ts";
import { createVault } from "#server/trust/vault.ts";
import { ROOT } from "../launcher/home.ts";

const TENANTS = 700;
const OLD = TEST_MASTER_KEY;
const NEW = randomBytes(32).toString("base64");
const log = createLogger({ level: "silent", name: "test" });

let database: TestDatabase;
let owner: Client;
let real: TestTenant;
const people = [newUuid(), newUuid()];

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query("INSERT INTO instance (master_key_check) VALUES ($1)", [masterKeyCheck(OLD)]);
  const runtime = createRuntime(database.appUrl);
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
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

function rotate(flags: readonly string[] = [], previous = OLD) {
  const child = spawn(process.execPath, [join(ROOT, "scripts/rotate-master-key.ts"), ...flags], {
    env: {
      NODE_ENV: "production",
      PATH: process.env.PATH,
      DATABASE_URL: database.ownerUrl,
      // A password of the operator's own: that of this server's other databases must stay.
      DATABASE_APP_URL: database.appUrl,
      SIGNET_MASTER_KEY: NEW,
      SIGNET_MASTER_KEY_PREVIOUS: previous,
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
  const connection = createDatabase({ url: database.appUrl });
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

test("a rotation killed in the middle loses nothing and is finished by the next; then the old key opens nothing", async () => {
  const all = TENANTS + 1 + 2 * people.length;
  const first = "SELECT data_key_wrapped AS sealed FROM tenant_state ORDER BY tenant_id LIMIT 1";
  const { rows: before } = await owner.query(first);
  const isUnderWay = async () => !(await owner.query(first)).rows[0].sealed.equals(before[0].sealed);
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

  const { code, output } = await rotate().ended;
  expect(output).toContain("Restart each process without SIGNET_MASTER_KEY_PREVIOUS");
  expect(code).toBe(0);
  expect(await opened()).toEqual({ old: 0, new: all, neither: 0 });
  expect(await vaultOpens(NEW)).toBe(true);
  expect(await vaultOpens(OLD)).toBe(false);
  const { rows } = await owner.query("SELECT master_key_check FROM instance");
  expect(rows).toEqual([{ master_key_check: masterKeyCheck(NEW) }]);
}, 120_000);

test("a process that knows only the old key is named, and nothing is changed; so is a key that was never this database's", async () => {
  await owner.query("UPDATE instance SET master_key_check = $1", [masterKeyCheck(OLD)]);
  const { pool, close } = createDatabase({ url: database.appUrl });
  const presence = announcePresence({ pool, log, kind: "license-server", masterKey: OLD });
  await expect.poll(async () => (await owner.query("SELECT 1 FROM process_presence")).rows.length).toBe(1);
  const refused = await rotate().ended;
  expect(refused).toEqual({
    code: 1,
    output: expect.stringMatching(
      /license-server on \S+ \(process \d+\)\. Restart each with SIGNET_MASTER_KEY/,
    ),
  });
  await presence.stop();
  await close();
  expect((await rotate([], randomBytes(32).toString("base64")).ended).output).toContain(
    "Neither SIGNET_MASTER_KEY",
  );
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
