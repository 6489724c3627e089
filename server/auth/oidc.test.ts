import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Browser, PORTAL } from "../testing/browser.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { startIdentityProvider, type TestIdentityProvider } from "../testing/identity-provider.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { createOidcProvider } from "./oidc-provider.ts";
import { createAuthOptions } from "./options.ts";

const SECRET = "a secret of thirty-two characters";
const IP = "192.0.2.1";
let database: TestDatabase;
let people: People;
let provider: TestIdentityProvider;
let subjects = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
  provider = await startIdentityProvider(PORTAL);
});
afterAll(async () => {
  await Promise.all([people.close(), provider.stop()]);
  await database.drop();
});
beforeEach(() => {
  provider.person = { sub: `person-${++subjects}` };
});

/** A browser of a portal that offers the provider. */
async function opened({ issuer, clientId, clientSecret }: Client = provider): Promise<Browser> {
  const settings = { issuer, clientId, clientSecret, name: "Acme" };
  const { clock, log, auth, accessByMail, identities, sessions } = people;
  const whence = async () => ({ ip: IP });
  const oidc = await createOidcProvider({ settings, clock, log }).resolved();
  const logger = { error() {}, warn() {}, debug() {} };
  return new Browser((own) => {
    const presented = () => own.presented();
    return {
      ...createAuthOptions({
        auth,
        accessByMail,
        identities,
        sessions,
        oidc,
        presented,
        whence,
        secret: SECRET,
      }),
      logger,
    };
  });
}
type Client = Pick<TestIdentityProvider, "issuer" | "clientId" | "clientSecret">;

/** A colleague whose account the provider's present person opens. */
async function colleague() {
  const team = await createTeam(people, "support");
  const [support] = team.joined;
  if (support === undefined) throw new Error("one was asked for");
  const user = { id: support.userId, email: support.email, name: "An support" };
  const { sub } = provider.person;
  const { proven } = await people.identities.opened({ iss: provider.issuer, sub }, undefined, { ip: IP });
  await people.identities.link(user, proven, { password: PASSWORD, ip: IP });
  return { ...support, user };
}

describe("with a real provider, over HTTP", () => {
  test("whoever signs out ends the session also in a copy of its cookie, however it was begun", async () => {
    const { email, userId } = await colleague();
    const one = await opened();
    const post = async (path: string, form: Record<string, string>) => {
      const { body } = await one.request(new URL("/api/auth/csrf", PORTAL));
      const { csrfToken = "" } = Object(body);
      await one.request(new URL(`/api/auth/${path}`, PORTAL), { ...form, csrfToken, json: "true" });
    };
    const byPassword = () => post("callback/credentials", { email, password: PASSWORD });
    for (const begin of [byPassword, () => one.signIn()]) {
      await begin();
      const { session: copy } = await one.presented();
      expect((await people.auth.currentActor(copy))?.actor).toMatchObject({ userId });
      await post("signout", {});
      expect((await one.presented()).session).toBeUndefined();
      expect(await people.auth.currentActor(copy)).toBeUndefined();
    }
    await byPassword();
    const { session: replaced } = await one.presented();
    await byPassword();
    expect(await people.auth.currentActor(replaced)).toBeUndefined();
    expect(await people.sessions.list(userId, undefined)).toHaveLength(1);
  });

  test("a cookie lives until its session's last day, so that nobody is signed out in the middle of a week's work", async () => {
    await colleague();
    const one = await opened();
    await one.signIn();
    const { session } = await one.presented();
    const cookies = new Map(one.cookiesOf(PORTAL));
    const in29Days = new Date();
    in29Days.setDate(in29Days.getDate() + 29);
    vi.useFakeTimers({ toFake: ["Date"], now: in29Days });
    onTestFinished(() => void vi.useRealTimers());
    const later = await opened();
    for (const [name, value] of cookies) later.cookiesOf(PORTAL).set(name, value);
    expect((await later.presented()).session).toEqual(session);
  });

  test("whoever connected it signs in by it, and goes on to where they wanted", async () => {
    const { userId, tenantId } = await colleague();
    const one = await opened();
    expect((await one.signIn("/admin/licenses")).url.pathname).toBe("/admin/licenses");
    const { session } = await one.presented();
    expect((await people.auth.currentActor(session))?.actor).toMatchObject({ userId, tenantId });
  });

  test("a stranger is nobody, also with a known address that the provider says is verified", async () => {
    const { email } = await colleague();
    for (const person of [
      { sub: "stranger-1", email: "nobody@example.com", email_verified: true },
      { sub: "stranger-2", email, email_verified: true },
      { sub: "stranger-3", email, email_verified: false },
    ]) {
      provider.person = person;
      const one = await opened();
      await one.signIn();
      const { session, proven } = await one.presented();
      expect(session).toBeUndefined();
      expect(proven?.label).toBe(person.email);
      expect(await people.identities.missing(proven)).toBe("account");
    }
  });

  test("a removed member's session ends, and by the provider they get no other", async () => {
    const { userId, tenantId } = await colleague();
    const one = await opened();
    await one.signIn();
    await people.database.prisma.membership.delete({ where: { tenantId_userId: { tenantId, userId } } });
    expect(await people.auth.currentActor((await one.presented()).session)).toBeUndefined();
    await one.signIn();
    expect(await people.auth.currentActor((await one.presented()).session)).toBeUndefined();
  });

  test("an answer is taken once, by the browser that asked, and with what it asked", async () => {
    await colleague();
    const one = await opened();
    const atProvider = await one.begin();
    let callback = atProvider;
    while (callback.origin !== PORTAL) callback = (await one.request(callback)).next ?? new URL(PORTAL);

    const thief = await opened();
    expect((await thief.open(callback)).url.searchParams.get("error")).toBe("OAuthCallback");
    await thief.begin();
    expect((await thief.open(callback)).url.searchParams.get("error"), "another's state").toBe(
      "OAuthCallback",
    );
    expect((await thief.presented()).session).toBeUndefined();

    const again = new Map(one.cookiesOf(PORTAL));
    expect((await one.open(callback)).url.pathname).toBe("/admin");
    expect((await one.presented()).session).toBeDefined();
    const replay = await opened();
    for (const [name, value] of again) replay.cookiesOf(PORTAL).set(name, value);
    expect((await replay.open(callback)).url.searchParams.get("error"), "a used code").toBe("OAuthCallback");
    expect((await replay.presented()).session).toBeUndefined();

    for (const parameter of ["nonce", "state", "code_challenge"]) {
      const bent = await opened();
      const asked = await bent.begin();
      asked.searchParams.set(parameter, "B".repeat(43));
      expect((await bent.open(asked)).url.searchParams.get("error"), parameter).toBe("OAuthCallback");
      expect((await bent.presented()).session).toBeUndefined();
    }
  });

  test.each(["https://evil.example/", "//evil.example/", "/\\evil.example"])(
    "nobody is sent on to %s",
    async (callbackUrl) => {
      await colleague();
      const one = await opened();
      const { url } = await one.signIn(callbackUrl).catch(() => ({ url: new URL(PORTAL) }));
      expect(url.origin).toBe(PORTAL);
    },
  );

  test("whoever is signed in already stays who they are: another's identity only waits", async () => {
    await colleague();
    const theirs = provider.person;
    provider.person = { sub: "me" };
    const { userId } = await colleague();
    const one = await opened();
    await one.signIn();
    provider.person = theirs;
    for (const name of one.cookiesOf(provider.issuer).keys()) one.cookiesOf(provider.issuer).delete(name);
    await one.signIn();
    const { session, proven } = await one.presented();
    expect(session?.userId).toBe(userId);
    expect(await people.identities.standing(proven, userId)).toBe("another's");
  });
});

describe("a provider that lies, or is lied for", () => {
  type Claims = Record<string, unknown>;
  const clientId = "signet";
  const clientSecret = "a client's secret of thirty-two letters";
  let bend: (claims: Claims) => Promise<string>;
  let issuer = "";
  let asked = 0;
  let says: object = {};
  let nonce = "";
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  const server = createServer(async (request, response) => {
    asked++;
    const answers: Record<string, () => Promise<object>> = {
      "/.well-known/openid-configuration": async () => ({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ["ES256"],
        ...says,
      }),
      "/keys": async () => ({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: "ES256", use: "sig" }] }),
      "/token": async () => {
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: issuer,
          aud: clientId,
          sub: provider.person.sub,
          nonce,
          iat: now,
          exp: now + 60,
        };
        return { access_token: "a", token_type: "Bearer", id_token: await bend(claims) };
      },
    };
    const answer = answers[request.url ?? ""];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer === undefined ? {} : await answer()));
  });
  const sign = (claims: Claims, key = pair.privateKey) =>
    new SignJWT(claims).setProtectedHeader({ alg: "ES256" }).sign(key);

  beforeAll(async () => {
    pair = await generateKeyPair("ES256");
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const address = server.address();
    issuer = `http://localhost:${typeof address === "object" ? address?.port : ""}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    says = {};
    bend = (claims) => sign(claims);
  });

  async function signIn() {
    const one = await opened({ issuer, clientId, clientSecret });
    const at = await one.begin();
    nonce = at.searchParams.get("nonce") ?? "";
    const state = at.searchParams.get("state") ?? "";
    const page = await one.open(`/api/auth/callback/oidc?code=c&state=${state}`);
    return { page, ...(await one.presented()) };
  }

  test("one that tells the truth is believed", async () => {
    const { page, proven } = await signIn();
    expect(page.url.pathname).toBe("/admin");
    expect(proven?.subject).toBe(provider.person.sub);
  });

  test.each<[string, (claims: Claims) => Promise<string>]>([
    ["another issuer", (claims) => sign({ ...claims, iss: "https://login.example.com" })],
    ["another audience", (claims) => sign({ ...claims, aud: "another" })],
    ["several audiences, for another party", (claims) => sign({ ...claims, aud: [clientId, "b"], azp: "b" })],
    ["another nonce", (claims) => sign({ ...claims, nonce: "another" })],
    ["no nonce", (claims) => sign({ ...claims, nonce: undefined })],
    ["an end that has passed", (claims) => sign({ ...claims, exp: 1_000_000_000 })],
    ["no subject", (claims) => sign({ ...claims, sub: undefined })],
    ["another's signature", async (claims) => sign(claims, (await generateKeyPair("ES256")).privateKey)],
    [
      "the client's secret for a signature",
      (claims) => new SignJWT(claims).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(clientSecret)),
    ],
    [
      "no signature",
      async (claims) =>
        `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`,
    ],
  ])("a token with %s makes nobody", async (_what, make) => {
    await people.database.prisma.userIdentity.deleteMany({});
    bend = make;
    const { page, session, proven } = await signIn();
    expect(page.url.searchParams.get("error")).toMatch(/^(OAuth)?Callback$/);
    expect({ session, proven }).toEqual({ session: undefined, proven: undefined });
  });

  test("one that calls itself by another name is not used; one that is down is left alone for a moment", async () => {
    says = { issuer: "https://login.example.com" };
    const { clock, log } = people;
    const settings = { issuer, clientId, clientSecret, name: "Acme" };
    const oidc = createOidcProvider({ settings, clock, log });
    const before = asked;
    await expect(oidc.resolved()).rejects.toMatchObject({
      code: "overloaded",
      cause: { message: expect.stringContaining("OIDC_ISSUER") },
    });
    await expect(oidc.resolved()).rejects.toMatchObject({ code: "overloaded" });
    expect(asked).toBe(before + 1);
    says = {};
    people.clock.advance(10_000);
    await Promise.all([oidc.resolved(), oidc.resolved()]);
    expect(asked, "once for all who wait").toBe(before + 2);
  });
});
