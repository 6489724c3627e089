import { afterAll, beforeAll, expect, test } from "vitest";
import { admitMember } from "../authority/customer-members.ts";
import { customerPlace } from "../domain/places.ts";
import { newUuid } from "../platform/ids.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";

const EIGHT_DAYS_MS = 8 * 24 * 60 * 60 * 1000;
const STRANGERS_PASSWORD = "chosen by an impostor";

let database: TestDatabase;
let people: People;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl, { failuresPerEmailMax: 3, failuresPerIpMax: 1_000 });
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

let guests = 0;
function guest(): string {
  guests += 1;
  return `person-${guests}@corp.example`;
}

const ip = "192.0.2.1";
const input = { name: "Nia Brandt", password: PASSWORD, ip };
const impostor = { name: "Impostor", password: STRANGERS_PASSWORD, ip };
const refused = { code: "not_found" };

/** A tenant with a customer, and how its staff invite somebody to it. */
async function vendor() {
  const team = await createTeam(people);
  const { owner } = team;
  const { id: customerId } = await people.customers.create(owner, {
    name: "Northwind Design",
    email: null,
    note: "",
  });
  const invite = (email: string) =>
    people.invitations.createForCustomer(owner, customerId, { email, role: "manager" });
  const members = async () => (await people.customers.get(owner, customerId)).members;
  return { ...team, customerId, invite, members };
}

async function customerSeenBy(email: string, password: string) {
  return people.auth.currentCustomer(await people.auth.signIn({ email, password, ip }));
}

/** An account whose password was never set. */
async function accountWithoutPassword() {
  const [id, email] = [newUuid(), guest()];
  await people.database.prisma.user.create({ data: { id, email, name: "Nobody yet" } });
  return { id, email };
}

test("whoever took an address's account through one tenant's link sees nothing of a customer that another tenant invites it to", async () => {
  const [attacker, other, email] = [await createTeam(people), await vendor(), guest()];
  const own = await people.invitations.create(attacker.owner, { email, role: "auditor" });
  await people.invitations.accept(own.token, impostor);

  const { token } = await other.invite(email);
  expect(await other.members()).toEqual([]);
  expect(await customerSeenBy(email, STRANGERS_PASSWORD)).toBeUndefined();
  const realOwner = people.invitations.accept(token, input);
  await expect(realOwner).rejects.toMatchObject({ code: "unauthorized" });
  expect(await other.members()).toEqual([]);
});

test("a link gives what its own tenant offered, and leaves what others offered the address to their links", async () => {
  const [first, second, email] = [await vendor(), await vendor(), guest()];
  const [one, two] = [await first.invite(email), await second.invite(email)];
  await people.invitations.accept(one.token, impostor);
  expect(await first.members()).toHaveLength(1);
  expect(await second.members()).toEqual([]);
  expect(await people.invitations.preview(two.token)).toMatchObject({ hasAccount: true });
  await expect(people.invitations.accept(two.token, input)).rejects.toMatchObject({ code: "unauthorized" });
  expect(await people.invitations.pendingForCustomer(second.owner, second.customerId)).toHaveLength(1);
});

test("no link gives the first password to an account that others let in already", async () => {
  const { owner } = await createTeam(people);
  const elsewhere = await vendor();
  const colleague = await accountWithoutPassword();
  await people.database.prisma.membership.create({
    data: { tenantId: elsewhere.tenantId, userId: colleague.id, role: "owner" },
  });
  const person = await accountWithoutPassword();
  await people.database.withTenant(elsewhere.tenantId, (tx) =>
    admitMember(tx, elsewhere.owner, people.clock, {
      customerId: elsewhere.customerId,
      userId: person.id,
      email: person.email,
      role: "manager",
    }),
  );
  for (const { id, email } of [colleague, person]) {
    const { token } = await people.invitations.create(owner, { email, role: "auditor" });
    await expect(people.invitations.preview(token)).rejects.toMatchObject(refused);
    await expect(people.invitations.accept(token, impostor)).rejects.toMatchObject(refused);
    const kept = await people.database.prisma.user.findUniqueOrThrow({ where: { id } });
    expect(kept).toMatchObject({ passwordHash: null, name: "Nobody yet" });
  }
});

test("an account without a password that belongs nowhere chooses one", async () => {
  const [{ invite }, { email }] = [await vendor(), await accountWithoutPassword()];
  await people.invitations.accept((await invite(email)).token, input);
  expect(await customerSeenBy(email, PASSWORD)).toMatchObject({ role: "manager" });
});

test("links of two tenants opened at once by different people let only one of them in", async () => {
  for (let round = 0; round < 5; round += 1) {
    const [first, second, email] = [await vendor(), await vendor(), guest()];
    const [one, two] = [await first.invite(email), await second.invite(email)];
    const results = await Promise.allSettled([
      people.invitations.accept(one.token, input),
      people.invitations.accept(two.token, impostor),
    ]);
    const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    // Told to open the link again, or, when the other was through already, that the password is wrong.
    expect(refusals).toEqual([
      expect.objectContaining({ code: expect.stringMatching(/^(not_found|unauthorized)$/) }),
    ]);
    expect((await Promise.all([first.members(), second.members()])).flat()).toHaveLength(1);
  }
});

test("an existing account's password is demanded, and wrong ones count as failed sign-ins", async () => {
  const [{ invite, members }, { joined }] = [await vendor(), await createTeam(people, "auditor")];
  const email = joined[0]?.email ?? "";
  const { token } = await invite(email);
  for (let attempt = 0; attempt < 3; attempt += 1)
    await expect(people.invitations.accept(token, impostor)).rejects.toMatchObject({ code: "unauthorized" });
  await expect(people.invitations.accept(token, input)).rejects.toMatchObject({ code: "rate_limited" });
  await expect(people.auth.signIn({ email, password: PASSWORD, ip })).rejects.toMatchObject({
    code: "rate_limited",
  });
  expect(await members()).toEqual([]);
});

test("a link lets a new person in to the customer, once, and both ends of it are in the audit log", async () => {
  const { owner, tenantId, customerId, invite, members } = await vendor();
  const email = guest();
  const { token } = await invite(email.toUpperCase());
  const { name } = await people.database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } });
  const inviter = await people.database.prisma.user.findUniqueOrThrow({ where: { id: owner.userId } });
  expect(await people.invitations.preview(token)).toEqual({
    to: "customer",
    vendor: { name, accent: null, supportEmail: null },
    place: customerPlace(customerId),
    invitedBy: `${inviter.name} of ${name}`,
    customerName: "Northwind Design",
    email,
    role: "manager",
    hasAccount: false,
    byIdentity: false,
  });
  await people.invitations.accept(token, input);
  expect(await customerSeenBy(email, PASSWORD)).toMatchObject({ tenantId, customerId, role: "manager" });
  await expect(people.invitations.accept(token, input)).rejects.toThrow("already accepted");
  const [person] = await members();
  const events = await people.database.withTenant(tenantId, (tx) =>
    tx.auditEvent.findMany({ where: { tenantId, subjectId: customerId }, orderBy: { seq: "asc" } }),
  );
  expect(events.map(({ action, actorUserId }) => [action, actorUserId])).toEqual([
    ["customer.created", owner.userId],
    ["customer.member_invited", owner.userId],
    ["customer.member_added", person?.userId],
  ]);
  const again = invite(email);
  await expect(again).rejects.toMatchObject({ errors: [{ pointer: "/email", message: expect.anything() }] });
});

test("an invitation names whose its sender is as of now: the customer's, the vendor's, or nobody's any more", async () => {
  const { tenantId, customerId, invite } = await vendor();
  const [manager, later] = [guest(), guest()];
  await people.invitations.accept((await invite(manager)).token, input);
  const own = await customerSeenBy(manager, PASSWORD);
  if (own === undefined) throw new Error("they are a manager");
  const author = { kind: "user", userId: own.userId, tenantId } as const;
  const offer = { email: later, role: "member" } as const;
  const { token } = await people.invitations.createForCustomer(author, customerId, offer);
  expect(await people.invitations.preview(token)).toMatchObject({
    invitedBy: "Nia Brandt of Northwind Design",
  });
  await people.database.withTenant(tenantId, (tx) =>
    tx.customerMember.deleteMany({ where: { tenantId, userId: own.userId } }),
  );
  expect(await people.invitations.preview(token)).toMatchObject({ invitedBy: "Nia Brandt" });
});

test("a withdrawn, replaced or expired link, or one to an archived customer, lets nobody in", async () => {
  const { owner, customerId, invite, members } = await vendor();
  const email = guest();
  const links = [await invite(email), await invite(email)];
  expect(await people.invitations.pendingForCustomer(owner, customerId)).toHaveLength(1);
  await people.invitations.revokeForCustomer(owner, customerId, links[1]?.id ?? "");
  links.push(await invite(email));
  await people.customers.setArchived(owner, customerId, true);
  await expect(invite(email)).rejects.toMatchObject({ errors: [{ pointer: "/customerId" }] });
  for (const { token } of links)
    await expect(people.invitations.accept(token, input)).rejects.toMatchObject(refused);
  await people.customers.setArchived(owner, customerId, false);
  people.clock.advance(EIGHT_DAYS_MS);
  await expect(people.invitations.accept(links[2]?.token ?? "", input)).rejects.toThrow("expired");
  expect(await members()).toEqual([]);
});

test("whoever looks after a customer can see and withdraw a customer's own invitations: no colleague's, no other customer's", async () => {
  const { owner, customerId, invite } = await vendor();
  const email = guest();
  const [toTeam, toCustomer] = [
    await people.invitations.create(owner, { email, role: "admin" }),
    await invite(email),
  ];
  const { revoke, revokeForCustomer, pending, pendingForCustomer } = people.invitations;
  await expect(revokeForCustomer(owner, customerId, toTeam.id)).rejects.toMatchObject(refused);
  await expect(revoke(owner, toCustomer.id)).rejects.toMatchObject(refused);
  const { id: sister } = await people.customers.create(owner, { name: "Southwind", email: null, note: "" });
  await expect(revokeForCustomer(owner, sister, toCustomer.id)).rejects.toMatchObject(refused);
  expect(await pendingForCustomer(owner, sister)).toEqual([]);
  expect((await pending(owner)).map(({ id }) => id)).toEqual([toTeam.id]);
  expect((await pendingForCustomer(owner, customerId)).map(({ id }) => id)).toEqual([toCustomer.id]);
});

test("another tenant's customer is one that does not exist", async () => {
  const [{ customerId, invite }, { owner }] = [await vendor(), await createTeam(people)];
  const { id } = await invite(guest());
  const { createForCustomer, revokeForCustomer, pendingForCustomer } = people.invitations;
  const foreign = createForCustomer(owner, customerId, { email: guest(), role: "member" });
  await expect(foreign).rejects.toMatchObject({ ...refused, message: "There is no such customer." });
  await expect(revokeForCustomer(owner, customerId, id)).rejects.toMatchObject(refused);
  expect(await pendingForCustomer(owner, customerId)).toEqual([]);
});

test("the database refuses an invitation to both a team and a customer, to neither, and to half a customer", async () => {
  const { tenantId, customerId, owner } = await vendor();
  const row = { tenantId, email: guest(), invitedBy: owner.userId, expiresAt: people.clock.now() };
  for (const offer of [
    { role: "admin", customerId, customerRole: "member" },
    { role: "admin", customerId },
    { customerRole: "member" },
    { customerId },
    {},
  ] as const) {
    const data = { ...row, ...offer, id: newUuid(), tokenHash: newUuid() };
    await expect(
      people.database.withTenant(tenantId, (tx) => tx.invitation.create({ data })),
    ).rejects.toThrow("invitation_offers_one_thing");
  }
});
