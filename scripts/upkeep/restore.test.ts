import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cluster } from "#prisma/embedded/cluster.ts";
import { startScratchCluster } from "#prisma/embedded/scratch.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { openTrustBundle } from "#sdk/verify.ts";
import { randomSecret } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import { masterKeyCheck } from "#server/platform/master-key.ts";
import { createReconciliation } from "#server/reconciliation/service.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createRuntime,
  createTenant,
  TEST_MASTER_KEY,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { createAccount } from "#server/testing/usage.ts";
import { backUp, tablesOf } from "./backup.ts";
import { openBackup } from "./backup-file.ts";
import { fenceAfterRestore, restore, type Target } from "./restore.ts";

const TTL_SECONDS = 600;

let directory: string;
let database: TestDatabase;
let cluster: Cluster;
let authority: Authority;
let tenant: TestTenant;
let license: Awaited<ReturnType<typeof createAccount>>;
let owner: Client;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "signet-backup-"));
  [database, cluster] = await Promise.all([createTestDatabase(), startScratchCluster()]);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query("INSERT INTO instance (master_key_check) VALUES ($1)", [masterKeyCheck(TEST_MASTER_KEY)]);
  authority = createAuthority(database.appUrl, createRuntime(database.appUrl, new TestClock(new Date())));
  tenant = await createTenant(authority);
  license = await createAccount(authority, tenant, {}, { seats: 2, leaseTtlSeconds: TTL_SECONDS });
  await license.grant(100);
  await license.debit(30);
}, 60_000);
afterAll(async () => {
  await authority.close();
  await owner.end();
  await Promise.all([database.drop(), cluster.stop()]);
  rmSync(directory, { recursive: true, force: true });
});

const fileNamed = (name: string) => join(directory, name);

/** An empty database elsewhere, whose owner is no superuser: as managed PostgreSQL gives. */
async function elsewhere(name: string): Promise<Target> {
  const admin = new Client({ connectionString: cluster.url("postgres") });
  await admin.connect();
  await admin.query(
    "DO $$ BEGIN CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'one'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
  );
  await admin.query(`CREATE DATABASE ${name} OWNER landlord`).finally(() => admin.end());
  const as = (user: string, password: string) => {
    const url = new URL(cluster.url(name));
    url.username = user;
    url.password = password;
    return url.href;
  };
  return {
    ownerUrl: as("landlord", "one"),
    appUrl: as("signet_app", "two"),
    setsPassword: true,
    masterKey: TEST_MASTER_KEY,
  };
}

/** Every row of a backup, by its table, as text and in no order. */
async function contents(path: string): Promise<Record<string, string[]>> {
  const rows: Record<string, string[]> = {};
  for await (const table of (await openBackup(path)).tables()) {
    const lines = [];
    for await (const line of table.rows) lines.push(line.toString());
    rows[table.table] = lines.sort();
  }
  return rows;
}

const checkout = (at: Pick<Authority, "leases">, holder: string) =>
  at.leases.checkout(tenant.tenantId, {
    ...license.caller(),
    activationId: license.activationId,
    holder,
    nonce: randomSecret(16),
  });
function granted<T extends object>(
  decision: { outcome: "granted"; value: T } | { outcome: "denied"; code: string },
): T {
  if (decision.outcome === "denied") throw new Error(decision.code);
  return decision.value;
}
const codeOf = (decision: { outcome: string; code?: string }) => decision.code ?? decision.outcome;

test("a backup restored elsewhere, by an owner who is no superuser, is the same to the last row", async () => {
  const { actor } = await createVendor(authority);
  // Texts on which a reader of lines, or COPY itself, could trip.
  const note = "a\tb\\c\\.\r\nline\u2028separated\n\\.\nnull: \\N";
  await authority.customers.create(actor, { name: 'Ünïcode & "quotes"', email: null, note });
  await owner.query(
    `INSERT INTO mail (tenant_id, id, template, recipient, dedupe_key, payload_cipher, created_at, expires_at, next_attempt_at, correlation_id)
     VALUES ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 't', 'r', 'k', '\\x00', now(), now(), now(), 'c')`,
  );
  const target = await elsewhere("moved");
  const { rows } = await backUp(database.ownerUrl, fileNamed("one"));
  expect(rows).toBeGreaterThan(50);
  expect((await restore(target, fileNamed("one"))).rows).toBe(rows);
  await backUp(target.ownerUrl, fileNamed("again"));

  const [before, after] = [await contents(fileNamed("one")), await contents(fileNamed("again"))];
  const { instance: _, ...rest } = before;
  expect(after).toMatchObject(rest);
  expect(Object.keys(after)).toEqual((await tablesOf(owner)).map(({ name }) => name));
  // Isolation and triggers were lifted only for as long as it took.
  const there = new Client({ connectionString: target.ownerUrl });
  await there.connect();
  await expect(there.query("SELECT * FROM license")).rejects.toThrow(/tenant/);
  const { rows: asleep } = await there.query(
    "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal",
  );
  expect(asleep).toEqual([]);
  await there.end();

  // Killed here, it would be served as if clients knew no more than it: that is refused until it was made safe.
  const { ownerUrl } = target;
  const serve = () => migrate({ ownerUrl, masterKeyCheck: masterKeyCheck(TEST_MASTER_KEY) });
  await expect(serve()).rejects.toThrow(/not finished; run npm run restore -- --filled/);
  await expect(restore(target, fileNamed("one"))).rejects.toThrow(/not finished/);
  await fenceAfterRestore(target);
  await serve();

  await expect(restore(target, fileNamed("one"))).rejects.toThrow(/not empty/);
  const other = { ...(await elsewhere("other")), masterKey: Buffer.alloc(32, 9).toString("base64") };
  await expect(restore(other, fileNamed("one"))).rejects.toThrow(/another master key/);
  truncateSync(fileNamed("again"), readFileSync(fileNamed("again")).length - 40);
  await expect(restore(await elsewhere("cut"), fileNamed("again"))).rejects.toThrow(/damaged|cut off/);
  writeFileSync(fileNamed("none"), "hello");
  await expect(restore(await elsewhere("none"), fileNamed("none"))).rejects.toThrow(/no backup/);
}, 120_000);

test("restored to an older moment it serves the same licenses, and gives out nothing that others may have", async () => {
  const { tenantId } = tenant;
  const { actor } = await createVendor(authority);
  const held = granted(await checkout(authority, "ann"));
  const token = granted(
    await authority.activations.activate(tenantId, activateRequest(license.licenseKey, "device")),
  );
  await owner.query(
    `INSERT INTO user_session (id, user_id, network, user_agent, created_at, last_seen_at)
     SELECT gen_random_uuid(), id, '', 'a browser', now(), now() FROM "user"`,
  );
  await backUp(database.ownerUrl, fileNamed("older"));
  // What is lost: a seat, a device, a trust bundle and a charge.
  const lost = granted(await checkout(authority, "ben"));
  granted(await authority.activations.activate(tenantId, activateRequest(license.licenseKey, "later")));
  await authority.database.withTenant(tenantId, (tx) => authority.trust.publish(tx, tenantId));
  const seen = await authority.trust.currentBundle(tenantId);
  await license.debit(50);

  const target = await elsewhere("older");
  await restore(target, fileNamed("older"));
  const fenced = await fenceAfterRestore(target);
  expect(fenced).toMatchObject({ seatsHeld: 1, awaitSignature: [] });
  const runtime = createRuntime(target.appUrl, new TestClock(new Date()));
  const restored = createAuthority(target.appUrl, runtime);
  try {
    // Somebody who signed out since must not be signed in.
    expect(await runtime.database.prisma.userSession.count()).toBe(0);
    // Every client goes on from the bundle it has seen, and the tokens it holds are good.
    const rootKey = await authority.trust.rootKey(tenantId);
    const { jws } = await restored.trust.currentBundle(tenantId);
    const now = runtime.clock.now().getTime();
    const bundle = await openTrustBundle(jws, rootKey, { now, lastSeq: seen.seq });
    expect(bundle.seq).toBeGreaterThan(seen.seq);
    const verified = await restored.trust.verifyActivationToken(tenantId, token.token);
    expect(verified?.activationId).toBe(license.activationId);
    const again = granted(
      await restored.activations.activate(tenantId, activateRequest(license.licenseKey, "device")),
    );
    expect(again.activationId).toBe(license.activationId);
    const [account] = await runtime.database.withTenant(tenantId, (tx) =>
      runtime.credits.accounts(tx, tenantId, license.id),
    );
    expect(account).toMatchObject({ granted: 100, spent: 30 });
    expect(await restored.audit.verify(actor)).toMatchObject({ intact: true });
    const log = createLogger({ level: "silent", name: "test" });
    expect(await createReconciliation({ ...runtime, log }).reconcile()).toMatchObject({ begun: 0 });

    // The lease that is known lives on; the other is unknown, and its seat is nobody else's until it has ended.
    const caller = { ...license.caller(), activationId: license.activationId, nonce: randomSecret(16) };
    const beat = ({ leaseId, fence }: { leaseId: string; fence: number }) =>
      restored.leases.heartbeat(tenantId, { ...caller, leaseId, fence });
    expect(codeOf(await beat(held))).toBe("granted");
    expect(codeOf(await beat(lost))).toBe("lease_not_found");
    expect(codeOf(await checkout(restored, "ben"))).toBe("no_seats_available");
    runtime.clock.advance(TTL_SECONDS * 1000 + 1000);
    const next = [granted(await checkout(restored, "ben")), granted(await checkout(restored, "cat"))];
    for (const { fence } of next) expect(fence).toBeGreaterThan(Math.max(lost.fence, held.fence) + 1000);
  } finally {
    await restored.close();
  }
}, 120_000);

test("where the root is kept offline, a bundle above all lost ones waits for its signature", async () => {
  const { tenantId } = tenant;
  await authority.database.withTenant(tenantId, (tx) =>
    tx.signingKey.updateMany({ where: { tenantId, use: "root" }, data: { privateCipher: null } }),
  );
  const { seq } = await authority.trust.currentBundle(tenantId);
  await authority.database.withTenant(tenantId, (tx) => authority.trust.publishAfterRestore(tx, tenantId));
  const { actor: somebody } = await createVendor(authority);
  const actor = { ...somebody, tenantId };
  const draftSeq = async () => (await authority.trustKeys.list(actor)).root.prepared?.seq;
  const waiting = await draftSeq();
  expect(waiting).toBeGreaterThan(seq + 900);
  // Nor does what is prepared in its place fall behind it.
  await authority.database.withTenant(tenantId, (tx) => authority.trust.roots.prepare(tx, tenantId, 400));
  expect(await draftSeq()).toBe(waiting);
});
