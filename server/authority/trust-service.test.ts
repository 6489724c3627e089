import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OpenTrustBundleOptions, openTrustBundle } from "#sdk/verify.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime } from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { generateKey, openPrivateKey, signText } from "#server/trust/keys.ts";

const DAY_MS = 86_400_000;
const PASSPHRASE = "a long passphrase that nobody guesses";
const run = promisify(execFile);

let database: TestDatabase;
let clock: TestClock;
let authority: Authority;
let vendor: Awaited<ReturnType<typeof createVendor>>;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "signet-root-"));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function begin() {
  clock = new TestClock("2030-01-01");
  authority = createAuthority(database.appUrl, createRuntime(database.appUrl, clock));
  vendor = await createVendor(authority);
  return authority.close;
}

const trustKeys = () => authority.trustKeys;
const rootNow = async () => (await trustKeys().list(vendor.actor)).root;
const statesOf = async (use: string) =>
  (await trustKeys().list(vendor.actor)).keys.filter((key) => key.use === use).map((key) => key.status);

async function opened(pinned: string, options: Partial<OpenTrustBundleOptions> = {}) {
  const { jws } = await authority.trust.currentBundle(vendor.tenantId);
  return openTrustBundle(jws, pinned, { now: clock.now().getTime(), ...options });
}

/** Signs as the key's keeper does: with the script, far from any server. */
async function signedAway(signingInput: string, pem: string, passphrase = PASSPHRASE): Promise<string> {
  const [keyFile, bundleFile] = [join(folder, "root-key.pem"), join(folder, "prepared.txt")];
  await writeFile(keyFile, pem);
  await writeFile(bundleFile, signingInput);
  const { stdout } = await run(process.execPath, ["scripts/sign-bundle.mjs", keyFile, bundleFile], {
    env: { NODE_ENV: "test", SIGNET_ROOT_PASSPHRASE: passphrase },
  });
  return stdout.trim();
}

async function takeOffline(bundleDays = 400) {
  const { pem } = await trustKeys().exportRoot(vendor.actor, PASSPHRASE);
  const { signingInput } = await trustKeys().prepareBundle(vendor.actor, bundleDays);
  await trustKeys().takeSignedBundle(vendor.actor, await signedAway(signingInput, pem), true);
  return pem;
}

async function prepared(): Promise<string> {
  const { prepared: bundle } = await rootNow();
  if (bundle === undefined) throw new Error("Nothing is prepared.");
  return bundle.signingInput;
}

test("the root leaves the server once its keeper has shown that it can sign without it", async () => {
  const close = await begin();
  const { x } = await rootNow();
  const pem = await takeOffline();
  expect(pem).toContain("BEGIN ENCRYPTED PRIVATE KEY");
  expect(await rootNow()).toMatchObject({
    x,
    offline: true,
    bundleDays: 400,
    trustSeq: 2,
    prepared: undefined,
  });
  expect((await opened(x)).expiresAt).toBe((clock.now().getTime() + 400 * DAY_MS) / 1000);
  await expect(trustKeys().exportRoot(vendor.actor, PASSPHRASE)).rejects.toThrow(/Bring the root key back/);
  await expect(trustKeys().rotateRoot(vendor.actor)).rejects.toThrow(/Bring the root key back/);
  await close();
});

test("with the root offline a rotation waits for each of its bundles to come back signed, and then goes on", async () => {
  const close = await begin();
  const pem = await takeOffline();
  const { x } = await rootNow();
  expect(await trustKeys().announce(vendor.actor, "lease")).toMatchObject({ seq: 2, awaitsSignature: true });
  await expect(trustKeys().activate(vendor.actor, "lease", true)).rejects.toThrow(/No bundle lists/);
  await trustKeys().takeSignedBundle(vendor.actor, await signedAway(await prepared(), pem), false);
  clock.advance(30 * DAY_MS);
  expect(await trustKeys().activate(vendor.actor, "lease", false)).toMatchObject({ awaitsSignature: true });
  expect(await statesOf("lease")).toEqual(["active", "announced"]);
  await trustKeys().takeSignedBundle(vendor.actor, await signedAway(await prepared(), pem), false);
  expect(await statesOf("lease")).toEqual(["retired", "active"]);
  expect((await opened(x)).seq).toBe(4);
  await close();
});

test("only the very bundle that was prepared last is taken, signed by the root and in time", async () => {
  const close = await begin();
  const pem = await takeOffline();
  const take = (bundle: string) => trustKeys().takeSignedBundle(vendor.actor, bundle, false);
  const { signingInput: first } = await trustKeys().prepareBundle(vendor.actor, 400);
  const signedFirst = await signedAway(first, pem);
  clock.advance(1_000);
  const { signingInput: second } = await trustKeys().prepareBundle(vendor.actor, 400);
  await expect(take(signedFirst)).rejects.toThrow(/not the bundle that was prepared last/);
  const stranger = openPrivateKey(generateKey().pkcs8);
  await expect(take(signText(second, stranger))).rejects.toThrow(/not by this account's root key/);
  const good = await signedAway(second, pem);
  // Another first character of the signature, whatever it is.
  const altered = good.replace(/(?<=\.)[^.](?=[^.]*$)/, (at) => (at === "A" ? "B" : "A"));
  await expect(take(altered)).rejects.toThrow(/root key/);
  await take(good);
  await expect(take(good)).rejects.toThrow(/No bundle is waiting/);
  const { signingInput: late } = await trustKeys().prepareBundle(vendor.actor, 30);
  const signedLate = await signedAway(late, pem);
  clock.advance(30 * DAY_MS);
  await expect(take(signedLate)).rejects.toThrow(/expired/);
  await close();
});

test("the job prepares a bundle for the keeper when one is due, once", async () => {
  const close = await begin();
  await takeOffline();
  await authority.trust.refreshExpiring();
  expect((await rootNow()).prepared).toBeUndefined();
  clock.advance(200 * DAY_MS);
  await authority.trust.refreshExpiring();
  const first = await prepared();
  clock.advance(DAY_MS);
  await authority.trust.refreshExpiring();
  expect(await prepared()).toBe(first);
  await close();
});

test("a bundle that came back late from its keeper is followed while it still lasts", async () => {
  const close = await begin();
  const pem = await takeOffline();
  const { signingInput } = await trustKeys().prepareBundle(vendor.actor, 400);
  const bundle = await signedAway(signingInput, pem);
  clock.advance(300 * DAY_MS);
  await trustKeys().takeSignedBundle(vendor.actor, bundle, false);
  await authority.trust.refreshExpiring();
  expect((await rootNow()).prepared).toBeDefined();
  await close();
});

test("the root comes back only as itself, and what was waiting for it is signed", async () => {
  const close = await begin();
  const pem = await takeOffline();
  const { kid } = (await trustKeys().list(vendor.actor)).keys.find(({ use }) => use === "ticket") ?? {
    kid: "",
  };
  await trustKeys().compromise(vendor.actor, kid);
  expect(await statesOf("ticket")).toEqual(["active", "announced"]);
  await expect(trustKeys().restoreRoot(vendor.actor, pem, "another passphrase")).rejects.toThrow(
    /passphrase/,
  );
  const other = openPrivateKey(generateKey().pkcs8).export({ type: "pkcs8", format: "pem" }).toString();
  await expect(trustKeys().restoreRoot(vendor.actor, other, "")).rejects.toThrow(/not the private part/);
  await trustKeys().restoreRoot(vendor.actor, pem, PASSPHRASE);
  expect(await rootNow()).toMatchObject({ offline: false, bundleDays: 30, prepared: undefined });
  expect(await statesOf("ticket")).toEqual(["compromised", "active"]);
  expect((await opened((await rootNow()).x)).isKeyRevoked(kid)).toBe(true);
  await close();
});

test("an application that pins the first root follows two rotations that it slept through, and never goes back", async () => {
  const close = await begin();
  const first = (await rootNow()).x;
  const before = await opened(first);
  const old = (await authority.trust.currentBundle(vendor.tenantId)).jws;
  await trustKeys().rotateRoot(vendor.actor);
  const { x: third } = await trustKeys().rotateRoot(vendor.actor);
  const after = await opened(first, { lastSeq: before.seq, lastRoot: before.root, tenant: before.tenant });
  expect([after.seq, after.root]).toEqual([3, third]);
  expect((await opened(third)).root).toBe(third);
  const back = openTrustBundle(old, first, { now: clock.now().getTime(), lastRoot: after.root });
  await expect(back).rejects.toMatchObject({ code: "trust_invalid", reason: "signature" });
  const rows = await authority.database.withTenant(vendor.tenantId, (tx) =>
    tx.signingKey.findMany({ where: { use: "root" }, orderBy: { createdAt: "asc" } }),
  );
  expect(rows.map(({ status, privateCipher }) => [status, privateCipher === null]).sort()).toEqual([
    ["active", false],
    ["retired", true],
    ["retired", true],
  ]);
  await close();
});

test("nothing leads from a compromised root to the one that replaces it, nor from any before it", async () => {
  const close = await begin();
  const first = (await rootNow()).x;
  const { x: second } = await trustKeys().rotateRoot(vendor.actor);
  const { x: third } = await trustKeys().replaceCompromisedRoot(vendor.actor);
  for (const pinned of [first, second])
    await expect(opened(pinned)).rejects.toMatchObject({ code: "trust_invalid", reason: "signature" });
  expect((await opened(third)).root).toBe(third);
  const { x: fourth } = await trustKeys().rotateRoot(vendor.actor);
  expect((await opened(third)).root).toBe(fourth);
  await expect(opened(second)).rejects.toMatchObject({ reason: "root_chain" });
  await close();
});

test("every step is audited, and no secret is", async () => {
  const close = await begin();
  const pem = await takeOffline();
  await trustKeys().restoreRoot(vendor.actor, pem, PASSPHRASE);
  await trustKeys().announce(vendor.actor, "receipt");
  const rows = await authority.database.withTenant(vendor.tenantId, (tx) =>
    tx.auditEvent.findMany({ where: { action: { startsWith: "trust." } }, orderBy: { seq: "asc" } }),
  );
  expect(rows.map(({ action }) => action)).toEqual([
    "trust.root_exported",
    "trust.bundle_prepared",
    "trust.root_taken_offline",
    "trust.root_restored",
    "trust.key_announced",
  ]);
  expect(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? String(value) : value))).not.toMatch(
    /PRIVATE|passphrase/,
  );
  await close();
});

test("the history tells what each bundle changed, newest first, in pages, and nothing of another tenant", async () => {
  const close = await begin();
  await trustKeys().announce(vendor.actor, "lease");
  await trustKeys().rotateRoot(vendor.actor);
  const newest = await trustKeys().bundles(vendor.actor, { limit: 2 });
  expect(newest).toMatchObject({
    items: [
      { seq: 3, rootChanged: true, keys: [] },
      { seq: 2, rootChanged: false, keys: [{ use: "lease", became: "announced" }] },
    ],
    nextBefore: 2,
  });
  const first = await trustKeys().bundles(vendor.actor, { before: 2, limit: 2 });
  expect(first).toMatchObject({ items: [{ seq: 1 }], nextBefore: null });
  expect(first.items[0]?.keys).toHaveLength(5);
  const other = await createVendor(authority);
  expect((await trustKeys().bundles(other.actor, { limit: 9 })).items).toHaveLength(1);
  await close();
});
