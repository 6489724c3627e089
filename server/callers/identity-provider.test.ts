import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { saveIdentityProvider } from "#server/authority/identity-provider-service.ts";
import type { UserActor } from "#server/domain/actor.ts";
import { createPublicFetch } from "#server/platform/public-fetch.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createRuntime } from "#server/testing/fixtures.ts";
import { startHttps, TEST_CA } from "#server/testing/https.ts";

const ISSUER = "https://login.example.com/";
let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let server: Awaited<ReturnType<typeof startHttps>>;
let served: { keys: object[] };
let fetched = 0;
let pair: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  database = await createTestDatabase();
  const fetch = createPublicFetch({ isAllowed: () => true, ca: TEST_CA });
  authority = createAuthority(database.appUrl, createRuntime(database.appUrl, undefined, fetch));
  pair = await generateKeyPair("ES256");
  served = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "one" }] };
  server = await startHttps((_request, response) => {
    fetched++;
    response.end(JSON.stringify(served));
  });
});
afterAll(async () => {
  await Promise.all([authority.close(), server.stop()]);
  await database.drop();
});

let paths = 0;
const save = (change: object = {}) =>
  authority.identityProviders.save(
    actor,
    saveIdentityProvider.parse({
      issuer: ISSUER,
      jwksUrl: `${server.url}/${++paths}`,
      audience: "signet",
      scopeClaim: "permissions",
      scopeMap: { "credits.charge": "usage:write", "credits.read": "balances:read" },
      ...change,
    }),
  );
beforeEach(async () => {
  ({ actor } = await createVendor(authority));
  await save();
});

function token(
  claims: { readonly [claim: string]: unknown } = {},
  header: object = {},
  key = pair.privateKey,
) {
  const now = Math.floor(authority.clock.now().getTime() / 1000);
  const all = { iss: ISSUER, aud: "signet", sub: "gateway", exp: now + 60, permissions: ["credits.charge"] };
  return new SignJWT({ ...all, ...claims })
    .setProtectedHeader({ alg: "ES256", kid: "one", ...header })
    .sign(key);
}
const scopes = async (jws: string, tenantId = actor.tenantId) =>
  (await authority.callers.verifyBearer(tenantId, jws))?.scopes;

test("a token says by its claim, list or text, which of our scopes its bearer has", async () => {
  expect(await scopes(await token())).toEqual(["usage:write"]);
  expect(await scopes(await token({ permissions: "credits.read other credits.charge" }))).toEqual([
    "balances:read",
    "usage:write",
  ]);
  expect(await scopes(await token({ permissions: undefined }))).toEqual([]);
});

test("its keys are fetched once for all who come, and an unknown key does not make them be fetched each time", async () => {
  const before = fetched;
  const tokens = await Promise.all(Array.from({ length: 5 }, () => token()));
  await Promise.all(tokens.map((each) => scopes(each)));
  expect(fetched).toBe(before + 1);
  for (const kid of ["two", "three"]) expect(await scopes(await token({}, { kid }))).toBeUndefined();
  expect(fetched).toBe(before + 1);
});

test.each<[string, () => Promise<string>]>([
  ["of an unknown issuer", () => token({ iss: "https://evil.example.com/" })],
  ["for another audience", () => token({ aud: "another" })],
  ["that has expired", () => token({ exp: 1 })],
  ["that never expires", () => token({ exp: undefined })],
  ["signed by another key", async () => token({}, {}, (await generateKeyPair("ES256")).privateKey)],
  [
    "without a signature",
    async () => {
      const [, payload = ""] = (await token()).split(".");
      return `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
    },
  ],
  [
    "with a shared secret",
    () =>
      new SignJWT({
        iss: ISSUER,
        aud: "signet",
        sub: "gateway",
        exp: 4_000_000_000,
        permissions: "credits.charge",
      })
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .sign(Buffer.from(JSON.stringify(served))),
  ],
])("a token %s is not taken", async (_what, make) => {
  expect(await scopes(await make())).toBeUndefined();
});

test("a provider that was removed, and another vendor's, opens nothing at the next request", async () => {
  const jws = await token();
  expect(await scopes(jws, (await createVendor(authority)).tenantId)).toBeUndefined();
  expect(await scopes(jws)).toEqual(["usage:write"]);
  const { id } = await save();
  await authority.identityProviders.remove(actor, id);
  expect(await scopes(jws)).toBeUndefined();
  await expect(authority.identityProviders.remove(actor, id)).rejects.toMatchObject({ code: "not_found" });
});

test("a provider on this machine or a private network is never asked by a server in production", async () => {
  const production = createAuthority(database.appUrl);
  const before = fetched;
  expect(await production.callers.verifyBearer(actor.tenantId, await token())).toBeUndefined();
  expect(fetched).toBe(before);
  await production.close();
});
