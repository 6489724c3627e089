import { TOTP } from "otpauth";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "../domain/actor.ts";
import { publicId } from "../domain/ids.ts";
import { customerPlace, teamPlace, wayTo } from "../domain/places.ts";
import { createLocalOutbox } from "../mail/local-outbox.ts";
import { randomSecret } from "../platform/ids.ts";
import { type Catalog, createCatalog, createVendor, issueOne } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, PASSWORD, type People } from "../testing/people.ts";

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let owner: Client;
let people: People;
let outbox: ReturnType<typeof createLocalOutbox>;
let vendor: { slug: string; tenantId: string; actor: UserActor };
let catalog: Catalog;
let license: { id: string; key: string };
let ip = "";

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  people = createPeople(database.appUrl);
  outbox = createLocalOutbox({
    ...people,
    portalUrl: "https://portal.example",
    secret: "a secret of this installation only",
    hasMailServer: false,
  });
});
afterAll(async () => {
  await people.close();
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  ip = randomSecret(8);
  await owner.query("DELETE FROM mail");
  vendor = await createVendor(people);
  catalog = await createCatalog(people, vendor.actor);
  license = await issueOne(people, vendor.actor, catalog);
});

const request = (email: string, licenseKey = license.key, slug = vendor.slug) =>
  people.keySignUp.request({ vendor: slug, licenseKey, email, ip });

async function mailsTo(email: string) {
  return (await outbox.list()).filter(({ to }) => to === email);
}

async function linkOf(email: string, page: "join/confirm" | "reset-password" = "join/confirm") {
  const [mail] = await mailsTo(email);
  const token = new RegExp(`/${page}/([\\w-]{43})`).exec(mail?.text ?? "")?.[1];
  if (token === undefined) throw new Error("No link was mailed.");
  return token;
}

/** Proves the address and the key, and sets a password. */
async function becomeFirst(email: string) {
  await request(email);
  const admission = await people.keySignUp.confirm(await linkOf(email));
  if (!("invitation" in admission)) throw new Error("They were to be the first.");
  await people.invitations.accept(admission.invitation, { name: "Ann", password: PASSWORD, ip });
}

const customerOf = async (email: string) =>
  people.auth.currentCustomer(await people.auth.signIn({ email, password: PASSWORD, ip }));
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: Error) => error.message,
  );
const someone = () =>
  `${randomSecret(6)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "x")}@example.com`;

test("the first with a key and a proved address is the customer's manager; the link opens once, within a day", async () => {
  const email = someone();
  await becomeFirst(email);
  expect(await customerOf(email)).toMatchObject({ customerId: catalog.customerId, role: "manager" });
  const used = someone();
  await request(used);
  const link = await linkOf(used);
  await people.keySignUp.confirm(link);
  expect(await refusal(people.keySignUp.confirm(link))).toBe("This link was used already.");
  const late = someone();
  await request(late);
  const lateLink = await linkOf(late);
  people.clock.advance(25 * HOUR_MS);
  expect(await refusal(people.keySignUp.confirm(lateLink))).toMatch(/expired/);
});

test("a right key and a wrong one are answered alike: only the mail tells, and it goes to the address alone", async () => {
  const other = await createVendor(people);
  const elsewhere = await issueOne(people, other.actor, await createCatalog(people, other.actor));
  const wrong = [
    [license.key, "no-such-vendor"],
    [license.key, other.slug],
    [elsewhere.key, vendor.slug],
  ] as const;
  for (const [key, slug] of wrong) {
    const email = someone();
    expect(await request(email, key, slug)).toBeUndefined();
    expect(await mailsTo(email)).toEqual([]);
  }
  const email = someone();
  expect(await request(email)).toBeUndefined();
  expect(await mailsTo(email)).toHaveLength(1);
  await people.licenses.revoke(vendor.actor, license.id, "");
  const late = someone();
  expect(await request(late)).toBeUndefined();
  expect(await mailsTo(late)).toEqual([]);
  await expect(people.keySignUp.confirm(await linkOf(email))).rejects.toMatchObject({ code: "not_found" });
});

test("an authenticator that a session left open set up locks nobody out whose only way in is an identity", async () => {
  const email = someone();
  await request(email);
  const admission = await people.keySignUp.confirm(await linkOf(email));
  if (!("invitation" in admission)) throw new Error("nobody was there before");
  const claims = { iss: "https://login.example.com", sub: email };
  const { proven } = await people.identities.opened(claims, undefined, { ip });
  await people.invitations.acceptByIdentity(admission.invitation, {
    session: undefined,
    proven,
    name: "Ann",
  });
  const { id } = await people.database.prisma.user.findUniqueOrThrow({ where: { email } });
  const { secret } = await people.twoFactor.begin({ id, email });
  const code = new TOTP({ secret }).generate({ timestamp: people.clock.now().getTime() });
  await people.twoFactor.confirm({ userId: id, code, ip });

  await people.accessByMail.requestPasswordReset({ email, ip });
  await people.accessByMail.resetPassword(await linkOf(email, "reset-password"), PASSWORD, ip);
  expect(await refusal(people.auth.signIn({ email, password: PASSWORD, ip }))).toBe("done");
});

test("who comes second waits until a manager lets them in, in the role the manager says, by a link that names the manager, or is told that not", async () => {
  const first = someone();
  await becomeFirst(first);
  const manager = await customerOf(first);
  if (manager === undefined) throw new Error("they are a manager");
  const second = someone();
  await request(second);
  expect(await people.keySignUp.confirm(await linkOf(second))).toEqual({ waitsFor: "manager" });
  expect((await mailsTo(first)).at(0)?.subject).toContain(second);
  expect(await refusal(people.auth.signIn({ email: second, password: PASSWORD, ip }))).not.toBe("done");
  const [waiting] = await people.joinRequests.pending(vendor.tenantId, catalog.customerId);
  if (waiting === undefined) throw new Error("the request is shown");
  const author = { kind: "user", userId: manager.userId, tenantId: manager.tenantId } as const;
  await people.joinRequests.admit(author, catalog.customerId, waiting.id, "member");
  const again = people.joinRequests.admit(author, catalog.customerId, waiting.id, "manager");
  expect(await refusal(again)).toMatch(/decided/);
  const [letIn] = await mailsTo(second);
  expect(letIn?.text).toContain("You asked to be let in: Ann of ");
  const invitation = /\/invite\/(\S+)/.exec(letIn?.text ?? "")?.[1] ?? "";
  await people.invitations.accept(invitation, { name: "Ben", password: PASSWORD, ip });
  expect(await customerOf(second)).toMatchObject({ customerId: catalog.customerId, role: "member" });

  const third = someone();
  await request(third);
  await people.keySignUp.confirm(await linkOf(third));
  const [asks] = await mailsTo(first);
  expect(asks?.text).toContain(wayTo(customerPlace(catalog.customerId), "/portal/people"));
  const [other] = await people.joinRequests.pending(vendor.tenantId, catalog.customerId);
  await people.joinRequests.decline(author, catalog.customerId, other?.id ?? "");
  const [declined] = await mailsTo(third);
  expect(declined?.subject).toMatch(/^Your request to see licenses from /);
  for (const secret of [manager.customerName, "Ann", first]) expect(declined?.text).not.toContain(secret);
});

test("whoever asked to be let in and came by an invitation of their own waits for nobody any more", async () => {
  await becomeFirst(someone());
  const [invited, waits] = [someone(), someone()];
  for (const email of [invited, waits]) {
    await request(email);
    await people.keySignUp.confirm(await linkOf(email));
  }
  const { token } = await people.invitations.createForCustomer(vendor.actor, catalog.customerId, {
    email: invited,
    role: "member",
  });
  await people.invitations.accept(token, { name: "Ben", password: PASSWORD, ip });
  const pending = await people.joinRequests.pending(vendor.tenantId, catalog.customerId);
  expect(pending.map(({ email }) => email)).toEqual([waits]);
});

test("one vendor's link is not used up by another's to the same address", async () => {
  const other = await createVendor(people);
  const elsewhere = await issueOne(people, other.actor, await createCatalog(people, other.actor));
  const email = someone();
  await request(email);
  const first = await linkOf(email);
  await owner.query("DELETE FROM mail");
  await request(email, elsewhere.key, other.slug);
  expect(await people.keySignUp.confirm(await linkOf(email))).toHaveProperty("invitation");
  expect(await people.keySignUp.confirm(first)).toHaveProperty("invitation");
});

test("of two who prove the key of a customer that has nobody, one becomes its manager", async () => {
  const emails = [someone(), someone()];
  const invitations: string[] = [];
  for (const email of emails) {
    await request(email);
    const admission = await people.keySignUp.confirm(await linkOf(email));
    if ("invitation" in admission) invitations.push(admission.invitation);
  }
  expect(invitations).toHaveLength(2);
  const accepted = await Promise.all(
    invitations.map((token) =>
      refusal(people.invitations.accept(token, { name: "Ann", password: PASSWORD, ip })),
    ),
  );
  expect(accepted.toSorted()).toEqual([
    "Somebody else of your company signed up meanwhile; ask them to invite you.",
    "done",
  ]);
});

test("where the vendor knows the customer's address, a key makes a manager at that address only; elsewhere the vendor decides", async () => {
  const known = someone();
  await people.customers.update(vendor.actor, catalog.customerId, {
    name: "Northwind",
    email: known,
    note: "",
  });
  const stranger = someone();
  await request(stranger);
  expect(await people.keySignUp.confirm(await linkOf(stranger))).toEqual({ waitsFor: "vendor" });
  const owner = await people.database.prisma.user.findUniqueOrThrow({ where: { id: vendor.actor.userId } });
  const [told] = await mailsTo(owner.email);
  expect(told?.subject).toBe(`${stranger} asks to see the licenses of Northwind`);
  const page = `/admin/customers/${publicId("customer", catalog.customerId)}`;
  expect(told?.text).toContain(wayTo(teamPlace(vendor.tenantId), page));
  await becomeFirst(known);
  expect(await customerOf(known)).toMatchObject({ role: "manager" });
});

test("the key of a license that was transferred makes nobody a manager, and does not tell whose it is now", async () => {
  const former = someone();
  const { id: customerId } = await people.customers.create(vendor.actor, {
    name: "Tailspin",
    email: null,
    note: "",
  });
  await people.licenses.transfer(vendor.actor, {
    id: license.id,
    fromCustomerId: catalog.customerId,
    customerId,
    devices: "keep",
    reason: "",
  });
  await request(former);
  const link = await linkOf(former);
  expect(JSON.stringify(await people.keySignUp.look(link))).not.toContain("Tailspin");
  expect(await people.keySignUp.confirm(link)).toEqual({ waitsFor: "vendor" });
});

test("mails to one address are bounded, whether or not the key is right", async () => {
  const email = someone();
  const asked = async () => {
    const answers = [];
    for (let n = 0; n < 8; n++) answers.push(await refusal(request(email, license.key, "nobody")));
    return answers;
  };
  expect((await asked()).filter((answer) => answer !== "done")).not.toEqual([]);
});
