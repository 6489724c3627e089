import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, type People } from "../testing/people.ts";

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

test("a mail that one person turned off still goes to everybody else, and comes back when it is turned on", async () => {
  const { mailPreferences } = people;
  const { tenantId, owner, joined } = await createTeam(people, "support");
  const other = joined[0]?.userId ?? "";
  const both = [owner.userId, other];

  expect(await mailPreferences.wanting(tenantId, "credits_short", both)).toEqual(new Set(both));
  await mailPreferences.set(owner, "credits_short", false);
  await mailPreferences.set(owner, "credits_short", false);
  expect(await mailPreferences.get(owner)).toEqual({
    license_expiring: true,
    seats_short: true,
    credits_short: false,
  });
  expect(await mailPreferences.wanting(tenantId, "credits_short", both)).toEqual(new Set([other]));
  expect(await mailPreferences.wanting(tenantId, "seats_short", both)).toEqual(new Set(both));

  await mailPreferences.set(owner, "credits_short", true);
  expect(await mailPreferences.wanting(tenantId, "credits_short", both)).toEqual(new Set(both));
});

test("what a person wants from one vendor says nothing about another's mails", async () => {
  const { mailPreferences, database } = people;
  const one = await createTeam(people);
  const other = await createTeam(people);
  await database.prisma.membership.create({
    data: { tenantId: other.tenantId, userId: one.owner.userId, role: "support" },
  });
  await mailPreferences.set(one.owner, "license_expiring", false);
  const elsewhere = await mailPreferences.wanting(other.tenantId, "license_expiring", [one.owner.userId]);
  expect(elsewhere).toEqual(new Set([one.owner.userId]));
});
