import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TWO_FACTOR_NEEDED } from "../domain/two-factor.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { createIdentities } from "./identities.ts";

const ISSUER = "https://login.example.com";
const MINUTE_MS = 60_000;
let database: TestDatabase;
let people: People;
let fresh = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

const ip = () => `192.0.2.${++fresh}`;
const claims = (sub = `sub-${++fresh}`, more: object = {}) => ({ iss: ISSUER, sub, ...more });

/** What the provider has just said of somebody. */
async function proven(sub?: string, more?: object) {
  return (await people.identities.opened(claims(sub, more), undefined, { ip: ip() })).proven;
}

async function person() {
  const { joined, owner, tenantId } = await createTeam(people, "admin");
  const [admin] = joined;
  if (admin === undefined) throw new Error("one was asked for");
  const user = { id: admin.userId, email: admin.email, name: "An admin" };
  const sub = `sub-${++fresh}`;
  const link = async () => people.identities.link(user, await proven(sub), { password: PASSWORD, ip: ip() });
  const open = (more: object = {}) => people.identities.opened(claims(sub, more), undefined, { ip: ip() });
  return { ...admin, user, owner, tenantId, sub, link, open };
}

async function withCode(of: Awaited<ReturnType<typeof person>>) {
  const { secret } = await people.twoFactor.begin(of.user);
  const code = () =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: people.clock.now().getTime() });
  await people.twoFactor.confirm({ userId: of.userId, code: code(), password: PASSWORD, ip: ip() });
  people.clock.advance(30_000);
  return code;
}

test("an identity is connected with the account's password and code, while the provider's word is fresh", async () => {
  const one = await person();
  const stale = await proven(one.sub);
  people.clock.advance(15 * MINUTE_MS);
  const link = (given: typeof stale, password: string, code?: string) =>
    people.identities.link(one.user, given, { password, code, ip: ip() });
  await expect(link(stale, PASSWORD)).rejects.toMatchObject({ code: "invalid_request" });
  await expect(link(undefined, PASSWORD)).rejects.toMatchObject({ code: "invalid_request" });
  await expect(link(await proven(one.sub), "wrong")).rejects.toMatchObject({ code: "invalid_request" });
  const code = await withCode(one);
  await expect(link(await proven(one.sub), PASSWORD)).rejects.toMatchObject({ message: TWO_FACTOR_NEEDED });
  expect((await one.open()).session).toBeUndefined();
  await link(await proven(one.sub), PASSWORD, code());
  expect((await people.identities.waysIn(one.userId)).identities).toHaveLength(1);
});

test("an identity opens one account: nobody can take another's, nor their own twice", async () => {
  const [one, other] = [await person(), await person()];
  await one.link();
  const take = people.identities.link(other.user, await proven(one.sub), { password: PASSWORD, ip: ip() });
  await expect(take).rejects.toMatchObject({ code: "invalid_request" });
  await expect(one.link()).rejects.toMatchObject({ code: "invalid_request" });
  expect((await one.open()).session?.userId).toBe(one.userId);
});

test("an identity is not connected with a password that was replaced while it was checked", async () => {
  const one = await person();
  const prove: typeof people.auth.prove = async (credentials) => {
    const proved = await people.auth.prove(credentials);
    const next = "another long password";
    await people.account.changePassword(one.user, { current: PASSWORD, next, ip: ip() });
    return proved;
  };
  const identities = createIdentities({ ...people, auth: { ...people.auth, prove } });
  const linked = identities.link(one.user, await proven(one.sub), { password: PASSWORD, ip: ip() });
  await expect(linked).rejects.toMatchObject({ code: "invalid_request" });
  expect((await one.open()).session).toBeUndefined();
});

test("disconnecting ends the sessions it opened and no others, and the last way in stays", async () => {
  const one = await person();
  await one.link();
  const { session } = await one.open();
  const byPassword = await people.auth.signIn({ email: one.email, password: PASSWORD, ip: ip() });
  const [identity] = (await people.identities.waysIn(one.userId)).identities;
  const id = identity?.id ?? "";
  await people.database.prisma.user.update({ where: { id: one.userId }, data: { passwordHash: null } });
  await expect(people.identities.unlink(one.userId, id)).rejects.toMatchObject({ code: "invalid_request" });
  const stranger = await person();
  await expect(people.identities.unlink(stranger.userId, id)).rejects.toMatchObject({ code: "not_found" });

  const { passwordHash } = await people.database.prisma.user.findUniqueOrThrow({
    where: { id: stranger.userId },
  });
  await people.database.prisma.user.update({ where: { id: one.userId }, data: { passwordHash } });
  const again = (await one.open()).session;
  expect(await people.auth.currentUser(again)).toBeDefined();
  await people.identities.unlink(one.userId, id);
  for (const ended of [session, again]) expect(await people.auth.currentUser(ended)).toBeUndefined();
  const open = await people.sessions.list(one.userId, undefined);
  expect(open.map((left) => left.id)).toEqual([byPassword.sessionId]);
  expect((await people.accountLog.latest(one.userId)).map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["identity_connected", "identity_disconnected"]),
  );
  expect((await one.open()).session).toBeUndefined();
  expect(byPassword.userId).toBe(one.userId);
});

test("a changed password ends sessions by an identity too, and an account without one has no session by password", async () => {
  const one = await person();
  await one.link();
  const { session } = await one.open();
  await people.account.changePassword(one.user, {
    current: PASSWORD,
    next: "another long password",
    ip: ip(),
  });
  expect(await people.auth.currentActor(session)).toBeUndefined();
  await people.database.prisma.user.update({ where: { id: one.userId }, data: { passwordHash: null } });
  const now = (await one.open()).session;
  expect(await people.auth.currentActor(now)).toBeDefined();
  expect(now && (await people.auth.currentActor({ ...now, identityId: undefined }))).toBeUndefined();
});

test("a code is asked for after the provider, unless it says that it has seen a second factor", async () => {
  const one = await person();
  await one.link();
  const code = await withCode(one);
  const { session, proven: waiting } = await one.open();
  expect(session).toBeUndefined();
  expect(await people.identities.missing(waiting)).toBe("code");
  const enter = (typed: string) => people.identities.openWithCode(waiting, typed, { ip: ip() });
  await expect(enter("000000")).rejects.toMatchObject({ code: "unauthorized" });
  expect(await people.auth.currentActor(await enter(code()))).toBeDefined();
  people.clock.advance(15 * MINUTE_MS);
  await expect(enter(code())).rejects.toMatchObject({ code: "unauthorized" });

  for (const strong of [{ amr: ["pwd", "mfa"] }, { acr: "phr" }])
    expect((await one.open(strong)).session?.userId).toBe(one.userId);
  for (const weak of [{ amr: ["pwd"] }, { acr: "1" }, { amr: [] }])
    expect((await one.open(weak)).session).toBeUndefined();
});

test("a team that asks for a second factor takes the provider's, and else wants one set up", async () => {
  const one = await person();
  await one.link();
  await people.database.prisma.tenant.update({
    where: { id: one.tenantId },
    data: { twoFactorRequired: true },
  });
  const lacks = async (more?: object) =>
    (await people.auth.currentActor((await one.open(more)).session))?.lacksTwoFactor;
  expect(await lacks()).toBe(true);
  expect(await lacks({ amr: ["mfa"] })).toBe(false);
});

test("codes after the provider cannot be guessed", async () => {
  const one = await person();
  await one.link();
  const code = await withCode(one);
  const { proven: waiting } = await one.open();
  for (let guess = 0; guess < 10; guess++)
    await expect(people.identities.openWithCode(waiting, "111111", { ip: ip() })).rejects.toThrow();
  await expect(people.identities.openWithCode(waiting, code(), { ip: ip() })).rejects.toMatchObject({
    code: "rate_limited",
  });
});

test("an invitation is accepted by an identity, which is then the new account's only way in", async () => {
  const { owner, tenantId } = await person();
  const email = `new-${++fresh}@example.com`;
  const { token } = await people.invitations.create(owner, { email, role: "support" });
  const sub = `sub-${++fresh}`;
  const accept = async (more: object = {}) =>
    people.invitations.acceptByIdentity(token, {
      session: undefined,
      proven: await proven(sub),
      name: "Ada",
      ...more,
    });
  await expect(accept({ proven: undefined })).rejects.toMatchObject({ code: "unauthorized" });
  await accept();
  await expect(accept()).rejects.toMatchObject({ code: "not_found" });
  const { session, proven: word } = await people.identities.opened(claims(sub), undefined, { ip: ip() });
  expect((await people.auth.currentActor(session))?.actor).toMatchObject({ tenantId, role: "support" });

  const other = await createTeam(people);
  const second = await people.invitations.create(other.owner, { email, role: "auditor" });
  expect(await people.invitations.preview(second.token)).toMatchObject({
    hasAccount: false,
    byIdentity: true,
  });
  const byPassword = people.invitations.accept(second.token, { name: "Eve", password: PASSWORD, ip: ip() });
  await expect(byPassword, "a link gives no first password").rejects.toMatchObject({
    code: "invalid_request",
  });
  const join = (input: Parameters<typeof people.invitations.acceptByIdentity>[1]) =>
    people.invitations.acceptByIdentity(second.token, input);
  await expect(join({ session, proven: await proven(), name: "Eve" })).rejects.toMatchObject({
    code: "unauthorized",
  });
  await expect(join({ session: undefined, proven: word, name: "Eve" })).rejects.toMatchObject({
    code: "unauthorized",
  });
  await join({ session, proven: word, name: "Ada" });
  expect(
    (await people.auth.currentActor(session && { ...session, tenantId: other.tenantId }))?.actor,
  ).toMatchObject({ tenantId: other.tenantId, role: "auditor" });
});

test("an invitation of an account with a password, or by another's identity, is not accepted by an identity", async () => {
  const [one, other] = [await person(), await person()];
  await one.link();
  const { token } = await people.invitations.create(one.owner, { email: other.email, role: "support" });
  const accept = (input: Parameters<typeof people.invitations.acceptByIdentity>[1], link = token) =>
    people.invitations.acceptByIdentity(link, input);
  await expect(accept({ session: undefined, proven: await proven(), name: "Eve" })).rejects.toMatchObject({
    code: "unauthorized",
  });
  const fresh = await people.invitations.create(one.owner, { email: "new@example.com", role: "support" });
  const { session, proven: theirs } = await one.open();
  await expect(accept({ session, proven: theirs, name: "Eve" }, fresh.token)).rejects.toMatchObject({
    code: "unauthorized",
  });
});
