import { TOTP } from "otpauth";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TWO_FACTOR_NEEDED } from "../domain/two-factor.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";

const STEP_MS = 30_000;
let database: TestDatabase;
let people: People;
let addresses = 0;
function freshIp(): string {
  addresses += 1;
  return `198.51.100.${addresses}`;
}

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl, { failuresPerEmailMax: 4, failuresPerIpMax: 50 });
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

async function person() {
  const { joined, owner } = await createTeam(people, "admin");
  const [admin] = joined;
  if (admin === undefined) throw new Error("one was asked for");
  return { ...admin, owner };
}

/** What the authenticator app shows now, and so many steps from now. */
const shown = (secret: string, steps = 0) =>
  new TOTP({ secret }).generate({ timestamp: people.clock.now().getTime() + steps * STEP_MS });

const signIn = (email: string, code?: string) =>
  people.auth.signIn({ email, password: PASSWORD, code, ip: freshIp() });

async function protectedPerson() {
  const someone = await person();
  const { secret, uri } = await people.twoFactor.begin({ id: someone.userId, email: someone.email });
  const proof = (code: string) => ({ userId: someone.userId, code, ip: freshIp() });
  const { recoveryCodes } = await people.twoFactor.confirm({ ...proof(shown(secret)), password: PASSWORD });
  people.clock.advance(STEP_MS);
  return { ...someone, secret, uri, recoveryCodes, proof };
}

test("it counts from the first code on: before that a password alone opens, after it a code is asked for", async () => {
  const { userId, email } = await person();
  const { secret, uri } = await people.twoFactor.begin({ id: userId, email });
  expect(uri).toMatch(/^otpauth:\/\/totp\/Signet:.*secret=/);
  await signIn(email);
  const wrong = { userId, code: "000000", ip: freshIp() };
  const field = (pointer: string) => ({ code: "invalid_request", errors: [{ pointer }] });
  await expect(people.twoFactor.confirm({ ...wrong, password: PASSWORD })).rejects.toMatchObject(
    field("/code"),
  );
  const left = { userId, code: shown(secret), ip: freshIp() };
  await expect(people.twoFactor.confirm(left), "by whoever has the session").rejects.toMatchObject(
    field("/password"),
  );
  await signIn(email);

  const { recoveryCodes } = await people.twoFactor.confirm({ ...left, password: PASSWORD });
  expect(new Set(recoveryCodes).size).toBe(10);
  await expect(signIn(email)).rejects.toMatchObject({ code: "unauthorized", message: TWO_FACTOR_NEEDED });
  people.clock.advance(STEP_MS);
  expect(await signIn(email, shown(secret))).toMatchObject({ userId });
  expect(await people.twoFactor.status(userId)).toMatchObject({ recoveryCodesLeft: 10 });
});

test("whoever does not know the password is not told that a code is needed", async () => {
  const { email } = await protectedPerson();
  const attempt = people.auth.signIn({ email, password: "wrong", ip: freshIp() });
  await expect(attempt).rejects.not.toMatchObject({ message: TWO_FACTOR_NEEDED });
});

test("a code is taken once, also by two sign-ins at the same moment, and only about its time", async () => {
  const { email, secret } = await protectedPerson();
  const code = shown(secret);
  const both = await Promise.allSettled([signIn(email, code), signIn(email, code)]);
  expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await expect(signIn(email, shown(secret, -1)), "an earlier one, after that").rejects.toThrow();
  await expect(signIn(email, shown(secret, 3))).rejects.toThrow();
  people.clock.advance(10 * STEP_MS);
  await signIn(email, ` ${shown(secret, 1).slice(0, 3)} ${shown(secret, 1).slice(3)}`);
});

test("a recovery code opens once, in whatever way it is typed, and is not kept as text", async () => {
  const { userId, email, recoveryCodes } = await protectedPerson();
  const [first = "", second = ""] = recoveryCodes;
  await signIn(email, first.toUpperCase().replaceAll("-", " "));
  await expect(signIn(email, first)).rejects.toMatchObject({ code: "unauthorized" });
  await signIn(email, second);
  expect(await people.twoFactor.status(userId)).toMatchObject({ recoveryCodesLeft: 8 });
});

test("new recovery codes end the earlier ones; a code is needed for that, and to turn it off", async () => {
  const { userId, email, secret, recoveryCodes, proof } = await protectedPerson();
  await expect(people.twoFactor.renewRecoveryCodes(proof("123456"))).rejects.toMatchObject({
    code: "invalid_request",
  });
  const renewed = await people.twoFactor.renewRecoveryCodes(proof(shown(secret)));
  await expect(signIn(email, recoveryCodes[0])).rejects.toThrow();
  await signIn(email, renewed.recoveryCodes[0]);

  await expect(people.twoFactor.begin({ id: userId, email })).rejects.toThrow(/on already/);
  people.clock.advance(STEP_MS);
  await people.twoFactor.disable(proof(shown(secret)));
  await signIn(email);
  expect(await people.twoFactor.status(userId)).toMatchObject({ enabledAt: null, recoveryCodesLeft: 0 });
});

test("codes cannot be guessed: after a few wrong ones everything waits, the right one too", async () => {
  const { email, secret, proof } = await protectedPerson();
  for (let guess = 0; guess < 4; guess++)
    await expect(people.twoFactor.disable(proof("111111"))).rejects.toMatchObject({
      code: "invalid_request",
    });
  await expect(people.twoFactor.disable(proof(shown(secret)))).rejects.toMatchObject({
    code: "rate_limited",
  });
  await expect(signIn(email, shown(secret)), "nor by another way").rejects.toMatchObject({
    code: "rate_limited",
  });

  const other = await protectedPerson();
  for (let guess = 0; guess < 4; guess++)
    await expect(signIn(other.email, "111111")).rejects.toMatchObject({ code: "unauthorized" });
  await expect(signIn(other.email, shown(other.secret))).rejects.toMatchObject({ code: "rate_limited" });
});

test("a team that asks for it lets nobody without it do anything, and nobody can lock themselves out", async () => {
  const { secret: _, ...admin } = await protectedPerson();
  const { owner } = admin;
  const wanted = { name: "Acme", accent: null, supportEmail: null, twoFactorRequired: true };
  await expect(people.tenantSettings.update(owner, wanted)).rejects.toMatchObject({
    code: "invalid_request",
  });
  await people.tenantSettings.update(admin, wanted);
  expect(await people.tenantSettings.get(admin)).toMatchObject({ members: 2, withTwoFactor: 1 });

  const { email } = await people.database.prisma.user.findUniqueOrThrow({ where: { id: owner.userId } });
  expect((await people.auth.currentActor(await signIn(email)))?.lacksTwoFactor).toBe(true);
  const session = await signIn(admin.email, admin.recoveryCodes[0]);
  expect((await people.auth.currentActor(session))?.lacksTwoFactor).toBe(false);
});

test("settings are checked, audited with what changed, and nothing is written where nothing did", async () => {
  const { owner } = await person();
  const changed = {
    name: "Acme",
    accent: "#0b7285",
    supportEmail: "help@example.com",
    twoFactorRequired: false,
  };
  await people.tenantSettings.update(owner, changed);
  await people.tenantSettings.update(owner, changed);
  const { items } = await people.audit.list(owner, { action: "tenant.settings", limit: 9 });
  expect(items).toHaveLength(1);
  expect(items[0]?.after).toEqual({ name: "Acme", accent: "#0b7285", supportEmail: "help@example.com" });
});

test("a changed password ends every session; the present one is asked for", async () => {
  const { userId, email } = await person();
  const session = await signIn(email);
  const user = { id: userId, email };
  const next = "another long password";
  const wrong = people.account.changePassword(user, { current: "wrong", next, ip: freshIp() });
  await expect(wrong).rejects.toMatchObject({ code: "invalid_request" });
  await people.account.changePassword(user, { current: PASSWORD, next, ip: freshIp() });
  expect(await people.auth.currentActor(session)).toBeUndefined();
  await expect(signIn(email)).rejects.toMatchObject({ code: "unauthorized" });
  await people.auth.signIn({ email, password: next, ip: freshIp() });
});
