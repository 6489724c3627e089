import { Secret, TOTP } from "otpauth";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createLocalOutbox, localOutboxKey } from "../mail/local-outbox.ts";
import { randomSecret } from "../platform/ids.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { createSignUp } from "./sign-up.ts";

const MINUTE_MS = 60_000;
const SECRET = "a secret of this installation only";

let database: TestDatabase;
let owner: Client;
let people: People;
let outbox: ReturnType<typeof createLocalOutbox>;
let ip = "";

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  people = createPeople(database.appUrl);
  const about = { portalUrl: "https://portal.example", secret: SECRET, hasMailServer: false };
  outbox = createLocalOutbox({ ...people, ...about });
});
afterAll(async () => {
  await people.close();
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  ip = randomSecret(8);
  await owner.query("DELETE FROM mail");
});

const someone = () =>
  `${randomSecret(6)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "x")}@example.com`;
const request = (email: string, company = "Analytical Engines") =>
  people.signUp.request({ email, name: "Ada Lovelace", company, ip });

/** What the local outbox shows of an address, newest first. */
async function mailed(email: string) {
  const mails = (await outbox.list()).filter(({ to }) => to === email);
  return mails.map(({ subject, text }) => ({
    subject,
    token: /\/(?:sign-up|reset-password|sign-in)\/([\w-]{43})/.exec(text)?.[1],
  }));
}

async function linkOf(email: string): Promise<string> {
  const [mail] = await mailed(email);
  if (mail?.token === undefined) throw new Error("No link was mailed.");
  return mail.token;
}

const signIn = (email: string, password: string) => people.auth.signIn({ email, password, ip });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: Error) => error.message,
  );

test("a stranger becomes the owner of a trial tenant with a root key of its own, once, however often the link is used", async () => {
  const email = someone();
  await request(email.toUpperCase(), "Böhm & Söhne GmbH");
  await request(email, "Böhm & Söhne GmbH");
  const tokens = (await mailed(email)).flatMap(({ token }) => token ?? []);
  expect(new Set(tokens).size).toBe(2);
  const [token = "", other = ""] = tokens;
  expect(await people.signUp.look(token)).toEqual({ email, company: "Böhm & Söhne GmbH" });

  const tries = await Promise.allSettled(
    [token, token, other, other].map((each) => people.signUp.complete(each, PASSWORD)),
  );
  const done = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  expect(done).toEqual([{ email, slug: "bohm-sohne-gmbh" }]);
  expect(await refusal(people.signUp.complete(token, PASSWORD))).toBe("This link was used already.");
  expect(await refusal(people.signUp.complete(other, PASSWORD))).toBe("This link was used already.");

  const current = await people.auth.currentActor(await signIn(email, PASSWORD));
  expect(current?.actor.role).toBe("owner");
  expect(current?.tenants).toMatchObject([{ slug: "bohm-sohne-gmbh", mode: "trial" }]);
  expect(await people.trust.rootKey(current?.tenant.id ?? "")).toMatch(/^[\w-]{43}$/);
  const trial = current && (await people.promotion.trial(current.actor));
  expect(trial).toEqual({ licensesMax: 100, issued: 0, daysLeft: 30, state: "good" });
});

test("companies of one name get addresses of their own, also at the same moment", async () => {
  const emails = [someone(), someone(), someone(), someone()];
  for (const email of emails) await request(email, "Same Name");
  const tokens = await Promise.all(emails.map(linkOf));
  const made = await Promise.all(tokens.map((token) => people.signUp.complete(token, PASSWORD)));
  const slugs = made.map(({ slug }) => slug);
  expect(new Set(slugs).size).toBe(4);
  for (const slug of slugs) expect(slug).toMatch(/^same-name(-\w+)?$/);
});

test("asking tells nobody whether an address has an account, which is told to the address alone", async () => {
  const { owner: known } = await createTeam(people);
  const { email } = await people.database.prisma.user.findUniqueOrThrow({ where: { id: known.userId } });
  const stranger = someone();
  expect(await request(email)).toEqual(await request(stranger));
  expect(await mailed(email)).toEqual([{ subject: "You already have an account", token: undefined }]);
  const ask = (address: string) => people.accessByMail.requestPasswordReset({ email: address, ip });
  expect(await ask(email)).toEqual(await ask(someone()));
  expect((await mailed(email)).map(({ subject }) => subject)).toContain("Choose a new password");

  const nobody = someone();
  await ask(nobody);
  await people.accessByMail.requestSignIn({ email: nobody, ip });
  expect(await mailed(nobody)).toEqual([]);
  expect((await owner.query("SELECT 1 FROM mail_link WHERE email = $1", [nobody])).rowCount).toBe(0);
});

test("an address that got an account in the meantime gets no second one, and nothing is left of the try", async () => {
  const email = someone();
  await request(email);
  const token = await linkOf(email);
  await people.database.prisma.user.create({ data: { id: crypto.randomUUID(), email, name: "First" } });
  const before = await people.database.prisma.tenant.count();
  expect(await refusal(people.signUp.complete(token, PASSWORD))).toMatch(/has an account by now/);
  expect(await people.database.prisma.tenant.count()).toBe(before);
});

test("links are forged, borrowed from another purpose, and late in vain; no token is stored", async () => {
  const email = someone();
  await request(email);
  const token = await linkOf(email);
  for (const forged of ["", randomSecret(32), `${token}x`])
    expect(await refusal(people.signUp.complete(forged, PASSWORD))).toMatch(/not valid/);
  expect(await refusal(people.accessByMail.resetPassword(token, PASSWORD, ip))).toMatch(/not valid/);
  expect(await refusal(people.accessByMail.signIn({ token, code: undefined, ip }))).toMatch(/not valid/);
  const stored = await owner.query(
    "SELECT 1 FROM mail_link l, mail m WHERE l::text LIKE $1 OR m::text LIKE $1",
    [`%${token}%`],
  );
  expect(stored.rowCount).toBe(0);
  people.clock.advance(24 * 60 * MINUTE_MS);
  expect(await refusal(people.signUp.complete(token, PASSWORD))).toMatch(/expired/);
  expect(await mailed(email)).toEqual([]);
});

test("nobody has more than a few mails sent to an address, nor many from one place; a closed server takes nobody", async () => {
  const email = someone();
  for (let asked = 0; asked < 5; asked++) await request(email);
  expect(await refusal(request(email))).toMatch(/Too many mails asked for/);
  const from = ip;
  for (let asked = 0; asked < 24; asked++)
    await people.signUp.request({ email: someone(), name: "A", company: "B", ip: from });
  expect(await refusal(request(someone()))).toMatch(/Too many mails asked for/);

  const never = () => Promise.reject(new Error("it was asked for"));
  const closed = createSignUp({
    ...people,
    tenants: { createWith: never },
    links: { issue: never, look: never, take: never, endWaysIn: never },
    askLimiter: { asked: never },
    isOpen: false,
  });
  expect(await refusal(closed.request({ email, name: "A", company: "B", ip }))).toMatch(/sign up here/);
  expect(await refusal(closed.complete("t", PASSWORD))).toMatch(/sign up here/);
});

test("a new password by mail ends every session and every other link, and tells the address", async () => {
  const { owner: person } = await createTeam(people);
  const { email } = await people.database.prisma.user.findUniqueOrThrow({ where: { id: person.userId } });
  const session = await signIn(email, PASSWORD);
  const ask = () => people.accessByMail.requestPasswordReset({ email, ip });
  await ask();
  await ask();
  const [one, other] = (await mailed(email)).map(({ token }) => token ?? "");
  const next = "another horse battery staple";
  expect(await people.accessByMail.resetPassword(one ?? "", next, ip)).toEqual({ email });
  expect(await people.auth.currentActor(session)).toBeUndefined();
  expect(await refusal(people.accessByMail.resetPassword(other ?? "", PASSWORD, ip))).toMatch(/used already/);
  expect(await refusal(signIn(email, PASSWORD))).toMatch(/do not match/);
  expect(await people.auth.currentActor(await signIn(email, next))).toBeDefined();
  expect((await mailed(email)).map(({ subject }) => subject)).toContain("Your password was changed");
});

test("a mailed link signs in once, and not without the second factor", async () => {
  const { owner: person } = await createTeam(people);
  const { email } = await people.database.prisma.user.findUniqueOrThrow({ where: { id: person.userId } });
  await people.accessByMail.requestSignIn({ email, ip });
  const token = await linkOf(email);
  const both = await Promise.allSettled(
    [1, 2].map(() => people.accessByMail.signIn({ token, code: undefined, ip })),
  );
  const claims = both.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  expect(claims).toHaveLength(1);
  expect((await people.auth.currentActor(claims[0]))?.actor.userId).toBe(person.userId);

  await owner.query("INSERT INTO two_factor VALUES ($1, '\\x00', now(), 0)", [person.userId]);
  await people.accessByMail.requestSignIn({ email, ip });
  const second = await linkOf(email);
  expect(await refusal(people.accessByMail.signIn({ token: second, code: undefined, ip }))).toMatch(/code/i);
  const wrong = () => people.accessByMail.signIn({ token: second, code: "abcd-abcd-abcd-abcd", ip });
  expect(await refusal(wrong())).toMatch(/not right/);
  for (let tried = 0; tried < 10; tried++) await wrong().catch(() => {});
  expect(await refusal(wrong())).toMatch(/Too many attempts/);
  await people.accessByMail.requestSignIn({ email, ip });
  const third = await linkOf(email);
  const anew = () => people.accessByMail.signIn({ token: third, code: "abcd-abcd-abcd-abcd", ip });
  await anew().catch(() => {});
  expect(await refusal(anew()), "another link gives no other guesses").toMatch(/Too many attempts/);
});

test.each(["a password", "a password and an authenticator", "an identity"])(
  "whoever set an account up with %s under another's address loses it when its owner chooses a password by mail",
  async (how) => {
    const attacker = await createTeam(people);
    const email = someone();
    const claims = { iss: "https://login.example.com", sub: email, email: "eve@evil.example" };
    const open = () => people.identities.opened(claims, undefined, { ip });
    const { proven } = await open();
    const { token } = await people.invitations.create(attacker.owner, { email, role: "auditor" });
    if (how.startsWith("a password")) {
      await people.invitations.accept(token, { name: "Eve", password: PASSWORD, ip });
      const { id } = await people.database.prisma.user.findUniqueOrThrow({ where: { email } });
      await people.identities.link({ id, email, name: "Eve" }, proven, { password: PASSWORD, ip });
    } else {
      await people.invitations.acceptByIdentity(token, { session: undefined, proven, name: "Eve" });
      await people.accessByMail.requestSignIn({ email, ip });
      expect((await mailed(email)).map(({ subject }) => subject)).not.toContain("Your link to sign in");
    }
    const { session } = await open();
    expect(await people.auth.currentActor(session)).toBeDefined();
    if (how.endsWith("authenticator")) await withAuthenticator(email);

    await people.accessByMail.requestPasswordReset({ email, ip });
    const next = "another horse battery staple";
    await people.accessByMail.resetPassword(await linkOf(email), next, ip);
    expect(await people.auth.currentUser(session)).toBeUndefined();
    expect(await people.sessions.list(session?.userId ?? "", undefined)).toEqual([]);
    expect((await open()).session).toBeUndefined();
    expect(await people.auth.currentUser(await signIn(email, next))).toBeDefined();
    const mails = (await outbox.list()).filter(({ to }) => to === email);
    expect(mails.find(({ subject }) => subject === "Your password was changed")?.text).toContain(
      "disconnected",
    );
  },
);

/** Sets one up; answers a code of it that is good now. */
async function withAuthenticator(email: string): Promise<string> {
  const { id } = await people.database.prisma.user.findUniqueOrThrow({ where: { email } });
  const { secret } = await people.twoFactor.begin({ id, email });
  const code = () =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: people.clock.now().getTime() });
  await people.twoFactor.confirm({ userId: id, code: code(), password: PASSWORD, ip });
  people.clock.advance(30_000);
  return code();
}

test("an authenticator set up by whoever has proved the address stays when a password is chosen by mail", async () => {
  const reset = async (email: string) => {
    await owner.query("DELETE FROM mail");
    await people.accessByMail.requestPasswordReset({ email, ip });
    await people.accessByMail.resetPassword(await linkOf(email), PASSWORD, ip);
    return refusal(signIn(email, PASSWORD));
  };
  const email = someone();
  await people.signUp.request({ email, name: "Ada", company: "Engines", ip });
  await people.signUp.complete(await linkOf(email), PASSWORD);
  await withAuthenticator(email);
  expect(await reset(email)).toMatch(/code/i);

  // Invited by a link that others may have seen: the mailbox and the authenticator together prove it, the mailbox alone does not.
  const { owner: vendor } = await createTeam(people);
  for (const proves of [false, true]) {
    const invited = someone();
    const { token } = await people.invitations.create(vendor, { email: invited, role: "auditor" });
    await people.invitations.accept(token, { name: "Bob", password: PASSWORD, ip });
    const bySign = async (code: string | undefined) => {
      await owner.query("DELETE FROM mail");
      await people.accessByMail.requestSignIn({ email: invited, ip });
      await people.accessByMail.signIn({ token: await linkOf(invited), code, ip });
    };
    if (!proves) await bySign(undefined);
    const code = await withAuthenticator(invited);
    if (proves) await bySign(code);
    expect(await reset(invited)).toMatch(proves ? /code/i : /^done$/);
  }
});

test("links into an account that were mailed before end with its old password, however it is changed", async () => {
  const { owner: person } = await createTeam(people);
  const { email, id } = await people.database.prisma.user.findUniqueOrThrow({ where: { id: person.userId } });
  await people.accessByMail.requestSignIn({ email, ip });
  const first = await linkOf(email);
  const next = "another horse battery staple";
  await people.account.changePassword({ id, email }, { current: PASSWORD, next, ip });
  const open = (token: string) => people.accessByMail.signIn({ token, code: undefined, ip });
  expect(await refusal(open(first))).toMatch(/used already/);

  await owner.query("DELETE FROM mail");
  await people.accessByMail.requestSignIn({ email, ip });
  const second = await linkOf(email);
  await owner.query("DELETE FROM mail");
  await people.accessByMail.requestPasswordReset({ email, ip });
  await people.accessByMail.resetPassword(await linkOf(email), PASSWORD, ip);
  expect(await refusal(open(second))).toMatch(/used already/);
});

test("a mail that can no longer be read hides no other in the local outbox", async () => {
  const [one, other] = [someone(), someone()];
  await request(one);
  await request(other);
  await owner.query("UPDATE mail SET payload_cipher = '\\x00' WHERE recipient = $1", [one]);
  expect((await mailed(one)).map(({ subject }) => subject)).toEqual(["A mail that can no longer be read"]);
  expect(await linkOf(other)).toBeDefined();
});

test("the local outbox opens to the operator's key alone, and not at all where mails are sent", async () => {
  expect(outbox.opensWith(localOutboxKey(SECRET))).toBe(true);
  for (const wrong of [undefined, "", "x", localOutboxKey("another secret")])
    expect(outbox.opensWith(wrong)).toBe(false);
  const sending = createLocalOutbox({
    ...people,
    portalUrl: "https://portal.example",
    secret: SECRET,
    hasMailServer: true,
  });
  expect(sending.isOn).toBe(false);
  expect(sending.opensWith(localOutboxKey(SECRET))).toBe(false);
});
