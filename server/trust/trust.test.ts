import { createHash, createPublicKey, verify } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRevokedIndexes } from "#sdk/revoked-indexes.ts";
import type { TrustBundleClaims } from "#sdk/wire.ts";
import { publicId } from "#server/domain/ids.ts";
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
import { DAY_MS } from "./bundle.ts";

let testDatabase: TestDatabase;
let runtime: Runtime;
let tenant: TestTenant;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
  tenant = await createTenant(runtime);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

const part = (jws: string, index: number) =>
  JSON.parse(Buffer.from(jws.split(".")[index] ?? "", "base64url").toString());
const claimsOf = (jws: string): TrustBundleClaims =>
  JSON.parse(inflateRawSync(Buffer.from(jws.split(".")[1] ?? "", "base64url")).toString());

function signedBy(jws: string, x: string): boolean {
  const [header, payload, signature] = jws.split(".");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature ?? "", "base64url"));
}

async function activated(own = runtime, device = "device") {
  const { licenseKey } = await createLicense(own, tenant);
  const decision = await own.activations.activate(tenant.tenantId, activateRequest(licenseKey, device));
  if (decision.outcome === "denied") throw new Error(decision.code);
  return decision.value;
}

test("a new tenant has a bundle signed by its root, with one active key for each use", async () => {
  const fresh = await createTenant(runtime);
  const { jws, seq } = await runtime.trust.currentBundle(fresh.tenantId);
  expect(seq).toBe(1);
  expect(part(jws, 0)).toMatchObject({ alg: "EdDSA", typ: "signet-trust+jwt", zip: "DEF" });
  expect(signedBy(jws, await runtime.trust.rootKey(fresh.tenantId))).toBe(true);
  expect(claimsOf(jws).keys.map((key) => [key.use, key.status])).toEqual(
    ["license", "activation", "lease", "ticket", "receipt"].map((use) => [use, "active"]),
  );
});

test("each bundle is numbered after the one before and names its hash, also when many are published at once", async () => {
  const own = await createTenant(runtime);
  const publish = () =>
    runtime.database.withTenant(own.tenantId, (tx) => runtime.trust.publish(tx, own.tenantId));
  const seqs = await Promise.all([publish(), publish(), publish(), publish()]);
  expect(seqs.map((each) => each.seq).sort()).toEqual([2, 3, 4, 5]);
  const bundles = await runtime.database.withTenant(own.tenantId, (tx) =>
    tx.trustBundle.findMany({ where: { tenantId: own.tenantId }, orderBy: { seq: "asc" } }),
  );
  for (const [index, bundle] of bundles.entries()) {
    const before = bundles[index - 1];
    const hash = before && createHash("sha256").update(before.jws).digest("base64url");
    expect(claimsOf(bundle.jws).prev).toBe(hash);
  }
});

test("a revoked license is in the next bundle, at its own index and no other", async () => {
  const own = await createTenant(runtime);
  const [, revoked] = [await createLicense(runtime, own), await createLicense(runtime, own)];
  await runtime.database.withTenant(own.tenantId, async (tx) => {
    await tx.license.update({
      where: { tenantId_id: { tenantId: own.tenantId, id: revoked.id } },
      data: { revokedAt: runtime.clock.now() },
    });
    await runtime.trust.publish(tx, own.tenantId);
  });
  const { jws } = await runtime.trust.currentBundle(own.tenantId);
  expect(readRevokedIndexes(claimsOf(jws).revocations.licenses)).toEqual(Uint32Array.of(1));
});

test("a compromised key signs no more on the very next request, and leaves the published keys", async () => {
  const own = await createTenant(runtime);
  const { licenseKey } = await createLicense(runtime, own);
  const token = async (device: string) => {
    const decision = await runtime.activations.activate(own.tenantId, activateRequest(licenseKey, device));
    return decision.outcome === "granted" ? part(decision.value.token, 0).kid : decision.code;
  };
  const before = await token("same");
  await runtime.database.withTenant(own.tenantId, (tx) =>
    runtime.trust.replaceCompromised(tx, own.tenantId, "activation"),
  );
  const after = await token("same");
  expect(after).not.toBe(before);
  const { keys } = await runtime.trust.jwks(own.tenantId);
  expect(keys.map((key) => key.kid)).toContain(after);
  expect(keys.map((key) => key.kid)).not.toContain(before);
});

test("where the root is offline a compromised key is replaced once the bundle that says so comes back signed", async () => {
  const own = await createTenant(runtime);
  await runtime.database.withTenant(own.tenantId, (tx) =>
    tx.signingKey.updateMany({
      where: { tenantId: own.tenantId, use: "root" },
      data: { privateCipher: null },
    }),
  );
  const replaced = await runtime.database.withTenant(own.tenantId, (tx) =>
    runtime.trust.replaceCompromised(tx, own.tenantId, "lease"),
  );
  expect(replaced).toEqual({ seq: 1, awaitsSignature: true });
  const keys = await runtime.database.withTenant(own.tenantId, (tx) =>
    runtime.trust.rotation.keys(tx, own.tenantId),
  );
  const states = keys.filter((key) => key.use === "lease").map((key) => key.status);
  expect(states).toEqual(["active", "announced"]);
});

test("certificates signed by a compromised key are signed anew, also by a process that has not met the new one", async () => {
  const own = await createTenant(runtime);
  const { id, licenseKey } = await createLicense(runtime, own);
  const elsewhere = createRuntime(testDatabase.appUrl, runtime.clock);
  const given = async (at: Runtime) =>
    part(await at.certificates.of(own.tenantId, id, "cor_certificate"), 0).kid;
  const activatedWith = async () => {
    const decision = await runtime.activations.activate(own.tenantId, activateRequest(licenseKey, "one"));
    return decision.outcome === "granted" ? part(decision.value.certificate, 0).kid : decision.code;
  };
  const before = await given(elsewhere);
  expect(await activatedWith()).toBe(before);
  await runtime.database.withTenant(own.tenantId, (tx) =>
    runtime.trust.replaceCompromised(tx, own.tenantId, "license"),
  );
  const after = await activatedWith();
  expect(after).not.toBe(before);
  expect(await given(elsewhere)).toBe(after);
  await elsewhere.close();
});

test("an activation token proves its bearer; another tenant's, an expired, an altered or another kind of token proves nothing", async () => {
  const { token, certificate, activationId, licenseId } = await activated();
  const proves = (jws: string, tenantId = tenant.tenantId) =>
    runtime.trust.verifyActivationToken(tenantId, jws);
  expect(await proves(token)).toEqual({ activationId, licenseId, product: "renderer", trustSeq: 1 });
  expect(await proves(token)).toEqual({ activationId, licenseId, product: "renderer", trustSeq: 1 });

  const stranger = await createTenant(runtime);
  expect(await proves(token, stranger.tenantId)).toBeUndefined();
  expect(await proves(certificate)).toBeUndefined();
  expect(await proves("not.a.token")).toBeUndefined();
  const [header, payload, signature] = token.split(".");
  const forged = Buffer.from(
    JSON.stringify({ ...part(token, 1), sub: publicId("activation", stranger.tenantId) }),
  );
  expect(await proves(`${header}.${forged.toString("base64url")}.${signature}`)).toBeUndefined();
  const none = Buffer.from(JSON.stringify({ alg: "none", typ: "signet-activation+jwt" })).toString(
    "base64url",
  );
  expect(await proves(`${none}.${payload}.`)).toBeUndefined();
});

test("a remembered token is refused once it has expired", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const { token, expiresAt } = await activated(own, "sleepy");
  expect(await own.trust.verifyActivationToken(tenant.tenantId, token)).toBeDefined();
  clock.advance(expiresAt.getTime() - clock.now().getTime());
  expect(await own.trust.verifyActivationToken(tenant.tenantId, token)).toBeUndefined();
  await own.close();
});

test("a certificate stays the same until its license changes, and is then signed anew", async () => {
  const { licenseId, certificate } = await activated(runtime, "certified");
  expect(await runtime.certificates.of(tenant.tenantId, licenseId, "cor_certificate")).toBe(certificate);
  await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.license.update({
      where: { tenantId_id: { tenantId: tenant.tenantId, id: licenseId } },
      data: {
        expiresAt: new Date("2031-01-01"),
        graceUntil: new Date("2031-01-01"),
        updatedAt: new Date("2030-06-01"),
      },
    }),
  );
  const renewed = await runtime.certificates.of(tenant.tenantId, licenseId, "cor_certificate");
  expect(part(renewed, 1)).toMatchObject({ validUntil: Date.parse("2031-01-01") / 1000 });
});

test("private keys rest sealed, and open for nothing but their own tenant, key and use", async () => {
  const keys = await runtime.database.withTenant(tenant.tenantId, (tx) =>
    tx.signingKey.findMany({ where: { tenantId: tenant.tenantId } }),
  );
  const cipher = await runtime.vault.cipher(tenant.tenantId);
  const other = await runtime.vault.cipher((await createTenant(runtime)).tenantId);
  for (const key of keys) {
    const sealed = key.privateCipher ?? new Uint8Array();
    expect(Buffer.from(sealed).includes(Buffer.from(key.publicX, "base64url"))).toBe(false);
    const purpose = `signing-key/${key.use}/${key.kid}`;
    expect(cipher.decrypt(purpose, sealed).length).toBeGreaterThan(32);
    expect(() => other.decrypt(purpose, sealed)).toThrow();
    expect(() => cipher.decrypt(`signing-key/root/other`, sealed)).toThrow();
  }
});

test("bundles are signed anew when half their life has passed, once, however often the job runs", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const { tenantId } = await createTenant(own);
  const seq = async () => (await own.trust.currentBundle(tenantId)).seq;
  await own.trust.refreshExpiring();
  expect(await seq()).toBe(1);
  clock.advance(15 * DAY_MS);
  await Promise.all([own.trust.refreshExpiring(), own.trust.refreshExpiring()]);
  expect(await seq()).toBe(2);
  await own.close();
});

test("a tenant whose keys cannot be opened keeps no other one's bundle from being signed anew, and is told of", async () => {
  const clock = new TestClock("2030-01-01");
  const own = createRuntime(testDatabase.appUrl, clock);
  const [broken, sound] = [await createTenant(own), await createTenant(own)];
  expect(broken.tenantId < sound.tenantId).toBe(true);
  await own.database.withTenant(broken.tenantId, (tx) =>
    tx.tenantState.update({
      where: { tenantId: broken.tenantId },
      data: { dataKeyWrapped: new Uint8Array(60) },
    }),
  );
  clock.advance(15 * DAY_MS);
  const fresh = createRuntime(testDatabase.appUrl, clock);
  await expect(fresh.trust.refreshExpiring()).rejects.toMatchObject({
    errors: [expect.objectContaining({ message: expect.stringContaining(broken.tenantId) })],
  });
  expect((await fresh.trust.currentBundle(sound.tenantId)).seq).toBe(2);
  await Promise.all([own.close(), fresh.close()]);
});
