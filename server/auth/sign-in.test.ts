import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { hashPassword } from "./passwords.ts";
import { SIGN_IN_FAILED } from "./sign-in.ts";

let database: TestDatabase;
let people: People;

beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl, { failuresPerEmailMax: 3, failuresPerIpMax: 8 });
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

let addresses = 0;
function freshIp(): string {
  addresses += 1;
  return `192.0.2.${addresses}`;
}

async function colleague() {
  const { joined } = await createTeam(people, "support");
  const [support] = joined;
  if (support === undefined) throw new Error("one was asked for");
  return support;
}

async function sessionOf(email: string) {
  return people.auth.signIn({ email, password: PASSWORD, ip: freshIp() });
}

test("the right password opens a session that acts in the person's role", async () => {
  const { email, userId, tenantId } = await colleague();
  const current = await people.auth.currentActor(await sessionOf(` ${email.toUpperCase()} `));
  expect(current?.actor).toEqual({ kind: "user", userId, tenantId, role: "support" });
});

test("a wrong password, an unknown address and an account without a password fail with the same words", async () => {
  const { email } = await colleague();
  const { owner } = await createTeam(people);
  const nobody = await people.database.prisma.user.update({
    where: { id: owner.userId },
    data: { passwordHash: null },
  });
  for (const address of [email, "nobody@example.com", nobody.email]) {
    const attempt = people.auth.signIn({ email: address, password: "wrong", ip: freshIp() });
    await expect(attempt).rejects.toMatchObject({ code: "unauthorized", message: SIGN_IN_FAILED });
  }
});

test("after too many wrong passwords even the right one waits, and is told how long", async () => {
  const { email } = await colleague();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await expect(people.auth.signIn({ email, password: "wrong", ip: freshIp() })).rejects.toMatchObject({
      code: "unauthorized",
    });
  }
  const attempt = people.auth.signIn({ email, password: PASSWORD, ip: freshIp() });
  await expect(attempt).rejects.toMatchObject({
    code: "rate_limited",
    message: expect.stringMatching(/try again in 1[45] minutes/),
    retryAfterSeconds: expect.any(Number),
  });
});

test("one address trying many accounts is stopped too", async () => {
  const ip = freshIp();
  const codes: string[] = [];
  for (let account = 0; account < 10; account += 1) {
    const email = `guess-${account}@example.com`;
    const refusal = await people.auth.signIn({ email, password: "x", ip }).catch((error: unknown) => error);
    codes.push(refusal instanceof Error && "code" in refusal ? String(refusal.code) : "none");
  }
  expect(codes.filter((code) => code === "unauthorized")).toHaveLength(8);
  expect(codes.slice(8)).toEqual(["rate_limited", "rate_limited"]);
});

test("signing in again and again with the right password is never limited", async () => {
  const { email } = await colleague();
  const ip = freshIp();
  for (let round = 0; round < 10; round += 1) await people.auth.signIn({ email, password: PASSWORD, ip });
});

test("a session ends when the membership is removed, without waiting for it to expire", async () => {
  const { email, userId, tenantId } = await colleague();
  const session = await sessionOf(email);
  expect(await people.auth.currentActor(session)).toBeDefined();
  await people.database.prisma.membership.delete({ where: { tenantId_userId: { tenantId, userId } } });
  expect(await people.auth.currentActor(session)).toBeUndefined();
});

test("a session ends when the password changes", async () => {
  const { email, userId } = await colleague();
  const session = await sessionOf(email);
  const passwordHash = await hashPassword("another long password");
  await people.database.prisma.user.update({ where: { id: userId }, data: { passwordHash } });
  expect(await people.auth.currentActor(session)).toBeUndefined();
});

test("a person of two tenants acts in the one they chose, and never in one they do not belong to", async () => {
  const { email, userId, tenantId } = await colleague();
  const other = await createTeam(people);
  const strange = await createTeam(people);
  await people.database.prisma.membership.create({
    data: { tenantId: other.tenantId, userId, role: "auditor" },
  });
  const session = await sessionOf(email);
  const acting = async (chosen: string) =>
    (await people.auth.currentActor({ ...session, tenantId: chosen }))?.actor;
  expect(await acting(other.tenantId)).toMatchObject({ tenantId: other.tenantId, role: "auditor" });
  expect(await acting(strange.tenantId)).toMatchObject({ tenantId, role: "support" });
});

test("a customer's person is found by their own session, and is nobody among the vendor's staff", async () => {
  const { tenantId, owner } = await createTeam(people);
  const { joined } = await createTeam(people, "auditor");
  const [person] = joined;
  if (person === undefined) throw new Error("one was asked for");
  const { id: customerId } = await people.customers.create(owner, { name: "Halcyon", email: null, note: "" });
  await people.database.withTenant(tenantId, (tx) =>
    tx.customerMember.create({ data: { tenantId, customerId, userId: person.userId, role: "manager" } }),
  );
  await people.database.prisma.membership.deleteMany({ where: { userId: person.userId } });
  const session = await sessionOf(person.email);
  expect(await people.auth.currentActor(session)).toBeUndefined();
  expect(await people.auth.currentCustomer(session)).toMatchObject({
    tenantId,
    customerId,
    role: "manager",
    customerName: "Halcyon",
  });
});

test("an archived customer lets its people in no more, and bars nobody from another customer of theirs", async () => {
  const { tenantId, owner, joined } = await createTeam(people, "auditor");
  const [person] = joined;
  if (person === undefined) throw new Error("one was asked for");
  const { userId } = person;
  const customerIds: string[] = [];
  for (const [index, name] of ["Aurora", "Borealis"].entries()) {
    const { id: customerId } = await people.customers.create(owner, { name, email: null, note: "" });
    customerIds.push(customerId);
    await people.database.withTenant(tenantId, (tx) =>
      tx.customerMember.create({
        data: { tenantId, customerId, userId, role: "member", createdAt: new Date(index) },
      }),
    );
  }
  const session = await sessionOf(person.email);
  const [aurora = "", borealis = ""] = customerIds;
  expect(await people.auth.currentCustomer(session)).toMatchObject({ customerId: aurora });
  await people.customers.setArchived(owner, aurora, true);
  expect(await people.auth.currentCustomer(session)).toMatchObject({ customerId: borealis });
  await people.customers.setArchived(owner, borealis, true);
  expect(await people.auth.currentCustomer(session)).toBeUndefined();
});
