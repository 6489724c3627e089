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

async function actionsOf(tenantId: string): Promise<string[]> {
  const events = await people.database.withTenant(tenantId, (tx) =>
    tx.auditEvent.findMany({ where: { tenantId }, orderBy: { seq: "asc" } }),
  );
  return events.map(({ action }) => action);
}

test("the last owner can neither be removed nor lose the role, not even by their own hand", async () => {
  const { owner } = await createTeam(people, "admin");
  await expect(people.members.remove(owner, owner.userId)).rejects.toMatchObject({ code: "invalid_request" });
  await expect(people.members.changeRole(owner, owner.userId, "admin")).rejects.toMatchObject({
    errors: [{ pointer: "/role", message: expect.stringContaining("last owner") }],
  });
});

test("two owners removing each other at the same moment leave one", async () => {
  for (let round = 0; round < 6; round += 1) {
    const { owner, join } = await createTeam(people);
    const second = await join("owner");
    await Promise.allSettled([
      people.members.remove(owner, second.userId),
      people.members.remove(second, owner.userId),
    ]);
    expect(await people.members.list(owner)).toHaveLength(1);
  }
});

test("only an owner makes, changes or removes an owner", async () => {
  const { owner, join } = await createTeam(people);
  const [admin, second] = [await join("admin"), await join("owner")];
  const forbidden = { code: "forbidden" };
  await expect(people.members.changeRole(admin, admin.userId, "owner")).rejects.toMatchObject(forbidden);
  await expect(people.members.changeRole(admin, second.userId, "auditor")).rejects.toMatchObject(forbidden);
  await expect(people.members.remove(admin, second.userId)).rejects.toMatchObject(forbidden);
  await people.members.changeRole(owner, second.userId, "auditor");
});

test("a change of role and a removal are in the audit log; a refused one is not", async () => {
  const { tenantId, owner, join } = await createTeam(people);
  const person = await join("support");
  await people.members.changeRole(owner, person.userId, "developer");
  await people.members.remove(owner, person.userId);
  await expect(people.members.remove(owner, owner.userId)).rejects.toThrow();
  expect((await actionsOf(tenantId)).slice(-2)).toEqual(["member.role_changed", "member.removed"]);
});

test("somebody of another tenant is not found", async () => {
  const { owner } = await createTeam(people);
  const elsewhere = await createTeam(people);
  await expect(people.members.remove(owner, elsewhere.owner.userId)).rejects.toMatchObject({
    code: "not_found",
  });
});
