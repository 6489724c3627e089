import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { tenantOfApiKey } from "#server/domain/api-key.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { type CreateApiKey, createApiKey } from "./api-key-input.ts";

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});
beforeEach(async () => {
  ({ actor } = await createVendor(authority));
});

/** A key whose text is told. */
async function create(terms: CreateApiKey = TERMS, as: UserActor = actor) {
  const { id, key } = await authority.apiKeys.create(as, terms);
  if (key === null) throw new Error("It has no text.");
  return { id, key };
}

const TERMS = createApiKey.parse({ name: "Gateway", scopes: ["usage:write"] });

test("a key names its tenant, and one wrong character in it is known without asking anybody", async () => {
  const { key } = await create();
  expect(tenantOfApiKey(key)).toBe(actor.tenantId);
  for (const at of key.split("").keys()) {
    const mistyped = `${key.slice(0, at)}${key[at] === "7" ? "8" : "7"}${key.slice(at + 1)}`;
    expect(tenantOfApiKey(mistyped)).toBeUndefined();
  }
});

test("the text of a key is kept nowhere: not in its row, nor in the audit log", async () => {
  const { id, key } = await create();
  await authority.apiKeys.rotate(actor, id, 1);
  const kept = await authority.database.withTenant(actor.tenantId, async (tx) => [
    await tx.apiKey.findMany({ where: { id } }),
    await tx.auditEvent.findMany({ where: { tenantId: actor.tenantId } }),
  ]);
  const [, , , secret = ""] = /^(sk)_([^_]+)_(.*)$/.exec(key) ?? [];
  expect(secret).toHaveLength(49);
  expect(JSON.stringify(kept)).not.toContain(secret.slice(0, 43));
  expect(JSON.stringify(await authority.apiKeys.list(actor))).not.toContain("hash");
});

test("every change is told in the audit log, and revoking twice is one change", async () => {
  const { id } = await create();
  await authority.apiKeys.rotate(actor, id, 24);
  await authority.apiKeys.revoke(actor, id);
  await authority.apiKeys.revoke(actor, id);
  const events = await authority.database.withTenant(actor.tenantId, (tx) =>
    tx.auditEvent.findMany({ where: { subjectId: id }, orderBy: { seq: "asc" } }),
  );
  expect(events.map(({ action }) => action)).toEqual([
    "api_key.created",
    "api_key.rotated",
    "api_key.revoked",
  ]);
  await expect(authority.apiKeys.rotate(actor, id, 24)).rejects.toMatchObject({ code: "invalid_request" });
});

test("rotating never lengthens the old key's life", async () => {
  const expiresAt = new Date(authority.clock.now().getTime() + 3_600_000);
  const { id } = await authority.apiKeys.create(actor, { ...TERMS, expiresAt });
  expect(await authority.apiKeys.rotate(actor, id, 24)).toMatchObject({ oldExpiresAt: expiresAt });
});

test("a key of another tenant is not found", async () => {
  const { id } = await create();
  const other = (await createVendor(authority)).actor;
  await expect(authority.apiKeys.revoke(other, id)).rejects.toMatchObject({ code: "not_found" });
  expect(await authority.apiKeys.list(other)).toEqual([]);
});

test("a key's last use is noted, and not again for every request", async () => {
  const { id, key } = await create();
  const used = async () => {
    await authority.callers.verifyApiKey(actor.tenantId, key);
    return (await authority.apiKeys.list(actor)).find((each) => each.id === id)?.lastUsedAt;
  };
  const first = await used();
  expect(first).toEqual(authority.clock.now());
  authority.clock.advance(60_000);
  expect(await used()).toEqual(first);
  authority.clock.advance(300_000);
  expect(await used()).toEqual(authority.clock.now());
});

test("a public key is registered once, and is followed by another, never by a secret", async () => {
  const publicKey = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";
  const { id, key } = await authority.apiKeys.create(actor, { ...TERMS, publicKey });
  expect(key).toBeNull();
  await expect(authority.apiKeys.create(actor, { ...TERMS, publicKey })).rejects.toMatchObject({
    code: "invalid_request",
  });
  await expect(authority.apiKeys.rotate(actor, id, 1)).rejects.toMatchObject({ code: "invalid_request" });
});
