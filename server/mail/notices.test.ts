import { afterAll, beforeAll, expect, test } from "vitest";
import type { Prisma } from "#prisma/generated/client.ts";
import { createEventRelay } from "#server/events/relay.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { createLogger } from "#server/platform/log.ts";
import { createCatalog, issueOne } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createPeople, createTeam, type People } from "#server/testing/people.ts";
import { createMailer } from "./mailer.ts";
import type { Message } from "./smtp.ts";
import { createStaffDigest } from "./staff-digest.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const rules = { type: "subscription", durationDays: 60, seats: 1 } as const;

let database: TestDatabase;
let people: People;
beforeAll(async () => {
  database = await createTestDatabase();
  people = createPeople(database.appUrl);
});
afterAll(async () => {
  await people.close();
  await database.drop();
});

/** A vendor with a customer of two managers and a member, a license of 60 days, and what was mailed about it. */
async function vendor() {
  const { owner: actor } = await createTeam(people);
  const { tenantId } = actor;
  const catalog = await createCatalog(people, actor, rules);
  const { customerId } = catalog;
  const join = async (role: "manager" | "member") => {
    const id = newUuid();
    const email = `${role}-${id}@example.com`;
    await people.database.prisma.user.create({ data: { id, email, name: role } });
    await people.database.withTenant(tenantId, (tx) =>
      tx.customerMember.create({ data: { tenantId, customerId, userId: id, role } }),
    );
    return { tenantId, userId: id, email };
  };
  const managers = [await join("manager"), await join("manager")] as const;
  await join("member");
  const sent: Message[] = [];
  const mailer = createMailer({
    ...people,
    log: createLogger({ level: "silent", name: "test" }),
    portalUrl: "https://portal.example",
    send: async (message) => {
      sent.push(message);
      return { result: "sent" };
    },
  });
  return { actor, tenantId, catalog, managers, sent, mailer };
}

async function addStaff(tenantId: string, ...roles: ["support", "developer", "admin"]) {
  const join = async (role: (typeof roles)[number]) => {
    const userId = newUuid();
    const email = `${role}-${userId}@example.com`;
    await people.database.prisma.user.create({ data: { id: userId, email, name: role } });
    await people.database.prisma.membership.create({ data: { tenantId, userId, role } });
    return { tenantId, userId, email };
  };
  return { joined: [await join(roles[0]), await join(roles[1]), await join(roles[2])] as const };
}

test("managers are told that a license ends a month, a week and a day ahead, once each; who turned it off is not", async () => {
  const { actor, catalog, managers, sent, mailer } = await vendor();
  await issueOne(people, actor, catalog);
  const [wants, other] = managers;
  await people.mailPreferences.set(other, "license_expiring", false);
  const told: string[][] = [];
  for (const days of [0, 31, 20, 3, 5, 2]) {
    people.clock.advance(days * DAY_MS);
    for (const _ of [1, 2]) await people.licenses.announceTransitions({ limit: 100 });
    await mailer.deliverDue();
    told.push(sent.splice(0).map(({ to, subject }) => `${to}: ${subject}`));
  }
  const about = (left: string) => [`${wants.email}: Your license for Renderer ends in ${left}`];
  expect(told).toEqual([[], about("29 days"), [], about("6 days"), about("one day"), []]);
});

test("a link in the mail, or a mailbox's own button, turns off that one kind for that one person", async () => {
  const { actor, tenantId, catalog, managers, sent, mailer } = await vendor();
  await issueOne(people, actor, catalog);
  people.clock.advance(55 * DAY_MS);
  await people.licenses.announceTransitions({ limit: 100 });
  await mailer.deliverDue();
  const mail = sent.find(({ to }) => to === managers[0].email);
  expect(mail?.headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
  const url = /<https:\/\/portal\.example\/api\/unsubscribe\/(.*)>/.exec(
    mail?.headers["List-Unsubscribe"] ?? "",
  );
  const token = url?.[1] ?? "";
  expect(mail?.text).toContain(`https://portal.example/unsubscribe/${token}`);
  expect(mail?.html).toContain(`https://portal.example/unsubscribe/${token}`);

  const [tenant = "", user = "", , mac = ""] = token.split(".");
  const strangers = await vendor();
  for (const forged of [
    "",
    `${tenant}.${user}.seats_short.${mac}`,
    token.slice(0, -1),
    token.replace(tenant, `ten_${"0".repeat(26)}`),
    `${token.slice(0, -10)}AAAAAAAAAA`,
  ])
    await expect(people.unsubscribing.turnOff(forged)).rejects.toThrow("not valid");
  expect(await people.unsubscribing.look(token)).toMatchObject({ kind: "license_expiring" });
  await people.unsubscribing.turnOff(token);
  await people.unsubscribing.turnOff(token);
  const ids = managers.map(({ userId }) => userId);
  const wanting = (kind: "license_expiring" | "seats_short") =>
    people.mailPreferences.wanting(tenantId, kind, ids);
  expect(await wanting("license_expiring")).toEqual(new Set([managers[1].userId]));
  expect(await wanting("seats_short")).toEqual(new Set(ids));
  expect(await people.mailPreferences.get(strangers.managers[0])).toMatchObject({ license_expiring: true });
});

test("seats that run short are mailed of once a day, and credits once for each grant; of the scenario lab's nobody is told", async () => {
  const { tenantId, catalog, actor, managers, sent, mailer } = await vendor();
  await issueOne(people, actor, catalog);
  const event = (type: "pool.exhausted" | "credits.low", at: Date, more: object) => ({
    id: newUuid(),
    type,
    version: 1,
    at,
    data: more,
  });
  const [license] = (
    await people.database.withTenant(tenantId, (tx) =>
      tx.domainEvent.findMany({ where: { type: "license.created" } }),
    )
  ).map(({ data }) => Reflect.get(Object(data), "license"));
  const now = people.clock.now();
  const later = new Date(now.getTime() + 3_600_000);
  const low = event("credits.low", now, { license, meter: "render-minutes", balance: 84, lastGranted: 1000 });
  const tell = (...events: ReturnType<typeof event>[]) =>
    people.database.withTenant(tenantId, (tx) => people.notices.tell(tx, tenantId, events));
  const markLab = (lab: boolean) =>
    people.database.withTenant(tenantId, (tx) => tx.product.updateMany({ data: { lab } }));
  await markLab(true);
  await tell(low);
  const kept = await people.database.withTenant(tenantId, (tx) => tx.staffNotice.count());
  await mailer.deliverDue();
  expect([kept, sent.length]).toEqual([0, 0]);
  await markLab(false);
  await tell(
    event("pool.exhausted", now, { license, firstRefusedAt: now.toISOString() }),
    event("pool.exhausted", later, { license, firstRefusedAt: later.toISOString() }),
    low,
  );
  await tell(low);
  await mailer.deliverDue();
  const subjects = sent.filter(({ to }) => to === managers[0].email).map(({ subject }) => subject);
  expect(subjects.toSorted()).toEqual(["All seats of Renderer are taken", "Renderer: Rendering: 84 left"]);
  expect(sent).toHaveLength(4);
});

test("what the runtime plane refuses comes to the managers by the relay, in the transaction that tells of it", async () => {
  const { tenantId, catalog, actor, managers, sent, mailer } = await vendor();
  const { id: licenseId } = await issueOne(people, actor, catalog);
  const refused = {
    tenantId,
    id: newUuid(),
    at: new Date(),
    operation: "checkout",
    outcome: "denied",
    code: "no_seats_available",
    rule: "seats.seats",
    licenseId,
    correlationId: `cor_${randomSecret(12)}`,
  } as const;
  const relay = createEventRelay({ ...people, marginMs: -60_000 });
  await people.database.withTenant(tenantId, (tx) => tx.runtimeEvent.create({ data: refused }));
  await relay.tell();
  await relay.tell();
  await mailer.deliverDue();
  expect(sent.map(({ to }) => to).toSorted()).toEqual(managers.map(({ email }) => email).toSorted());
});

test("staff get one digest a day however many workers write it, of what their customers lack by now; who turned it off gets none", async () => {
  const { tenantId, catalog, actor, sent, mailer } = await vendor();
  const { joined } = await addStaff(tenantId, "support", "developer", "admin");
  const [support, developer, admin] = joined;
  await issueOne(people, actor, catalog, { count: 12 });
  await people.mailPreferences.set(admin, "staff_digest", false);
  await people.mailPreferences.set(developer, "staff_digest", true);
  people.clock.turnTo(new Date(Math.ceil(people.clock.now().getTime() / DAY_MS) * DAY_MS + 54 * DAY_MS));
  await people.licenses.announceTransitions({ limit: 100 });
  const digest = () =>
    createStaffDigest({ ...people, readersOf: people.mailPreferences.digestReaders }).write();
  const olive = await people.database.prisma.user.findUniqueOrThrow({ where: { id: actor.userId } });
  const readers = [olive.email, support.email, developer.email];
  /** To how many of them a mail was written so far. */
  const written = () =>
    people.database.withTenant(tenantId, (tx) => tx.mail.count({ where: { template: "staff-digest" } }));
  await digest();
  expect(await written()).toBe(0);
  people.clock.advance(30 * HOUR_MS);
  const [renewed, revoked] = await people.database.withTenant(tenantId, (tx) =>
    tx.license.findMany({ take: 2, orderBy: { id: "asc" } }),
  );
  const change = (id: string | undefined, data: Prisma.LicenseUpdateManyMutationInput) =>
    people.database.withTenant(tenantId, (tx) => tx.license.updateMany({ where: { id: id ?? "" }, data }));
  const later = new Date(people.clock.now().getTime() + 300 * DAY_MS);
  await change(renewed?.id, { expiresAt: later, graceUntil: later });
  await change(revoked?.id, { revokedAt: people.clock.now() });
  await Promise.all([digest(), digest(), digest()]);
  expect(await written()).toBe(readers.length);
  await Promise.all([mailer.deliverDue(), mailer.deliverDue()]);
  const digests = sent.filter(({ to, text }) => text.includes("on the team of") && readers.includes(to));
  expect(digests.map(({ to }) => to).toSorted()).toEqual(readers.toSorted());
  const [mail] = digests;
  expect(mail?.subject).toBe("10 licenses end soon");
  expect(mail?.text).toMatch(/Northwind · Renderer \S+: in 5 days, on /);
  expect(mail?.text).toContain("And 2 more, in the portal.");

  // A day with news after its digest waits for the next one, and a day without has none.
  await digest();
  people.clock.advance(DAY_MS);
  await digest();
  expect(await written()).toBe(readers.length);
  const unsubscribe = digests.find(({ to }) => to === support.email)?.headers["List-Unsubscribe"] ?? "";
  await people.unsubscribing.turnOff(/unsubscribe\/(.*)>/.exec(unsubscribe)?.[1] ?? "");
  people.clock.advance(3 * DAY_MS);
  await people.licenses.announceTransitions({ limit: 100 });
  await digest();
  expect(await written()).toBe(readers.length + readers.length - 1);
});
