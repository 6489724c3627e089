import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { createInvitations } from "./invitations.ts";
import { createInviteLimiter } from "./limiter.ts";

const EIGHT_DAYS_MS = 8 * 24 * 60 * 60 * 1000;

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

let guests = 0;
function guest(): string {
  guests += 1;
  return `guest-${guests}@example.com`;
}

const input = { name: "Nia Brandt", password: PASSWORD, ip: "192.0.2.1" };

test("a link makes an account and a membership in the invited role, once", async () => {
  const { owner, tenantId } = await createTeam(people);
  const email = guest();
  const { token } = await people.invitations.create(owner, { email: email.toUpperCase(), role: "support" });
  expect(await people.invitations.preview(token)).toMatchObject({
    email,
    role: "support",
    hasAccount: false,
  });

  await people.invitations.accept(token, input);
  const session = await people.auth.signIn({ email, password: PASSWORD, ip: "192.0.2.1" });
  expect((await people.auth.currentActor(session))?.actor).toMatchObject({ tenantId, role: "support" });
  await expect(people.invitations.accept(token, input)).rejects.toMatchObject({ code: "not_found" });
  await expect(people.invitations.preview(token)).rejects.toThrow("already accepted");
});

test("a link opened in two tabs at once makes one membership", async () => {
  const { owner } = await createTeam(people);
  const { token } = await people.invitations.create(owner, { email: guest(), role: "auditor" });
  const results = await Promise.allSettled([1, 2, 3].map(() => people.invitations.accept(token, input)));
  const refusals = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  expect(refusals).toEqual([
    expect.objectContaining({ code: "not_found" }),
    expect.objectContaining({ code: "not_found" }),
  ]);
  expect(await people.members.list(owner)).toHaveLength(2);
});

test("the secret of a link is stored nowhere", async () => {
  const { owner, tenantId } = await createTeam(people);
  const { token, id } = await people.invitations.create(owner, { email: guest(), role: "admin" });
  const secret = token.split(".")[1] ?? "";
  const kept = await people.database.withTenant(tenantId, async (tx) => [
    await tx.invitation.findUnique({ where: { tenantId_id: { tenantId, id } } }),
    await tx.auditEvent.findMany({ where: { tenantId } }),
  ]);
  expect(secret.length).toBeGreaterThan(40);
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test("a withdrawn, replaced or expired link says why it does not work", async () => {
  const { owner } = await createTeam(people);
  const email = guest();
  const first = await people.invitations.create(owner, { email, role: "admin" });
  const second = await people.invitations.create(owner, { email, role: "admin" });
  await expect(people.invitations.preview(first.token)).rejects.toThrow("withdrawn");
  expect(await people.invitations.pending(owner)).toHaveLength(1);
  await people.invitations.revoke(owner, second.id);
  await expect(people.invitations.accept(second.token, input)).rejects.toThrow("withdrawn");
  const third = await people.invitations.create(owner, { email, role: "admin" });
  people.clock.advance(EIGHT_DAYS_MS);
  await expect(people.invitations.accept(third.token, input)).rejects.toThrow("expired");
  expect(await people.invitations.pending(owner)).toHaveLength(0);
});

test("whoever has an account already joins with its password, which stays as it was", async () => {
  const { owner } = await createTeam(people);
  const elsewhere = await createTeam(people, "admin");
  const email = elsewhere.joined[0]?.email ?? "";
  const { token } = await people.invitations.create(owner, { email, role: "auditor" });
  expect(await people.invitations.preview(token)).toMatchObject({ hasAccount: true });
  const stranger = people.invitations.accept(token, { ...input, password: "a stranger's own choice" });
  await expect(stranger).rejects.toMatchObject({ code: "unauthorized" });
  await people.invitations.accept(token, input);
  const session = await people.auth.signIn({ email, password: PASSWORD, ip: "192.0.2.1" });
  expect((await people.auth.currentActor(session))?.tenants).toHaveLength(2);
});

test("a short password is refused on its field, and the link still works", async () => {
  const { owner } = await createTeam(people);
  const { token } = await people.invitations.create(owner, { email: guest(), role: "admin" });
  await expect(people.invitations.accept(token, { ...input, password: "short" })).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/password", message: "Use at least 12 characters." }],
  });
  await people.invitations.accept(token, input);
});

test("an admin cannot invite an owner, nor anybody a member twice", async () => {
  const { joined, owner } = await createTeam(people, "admin");
  const [admin] = joined;
  if (admin === undefined) throw new Error("one was asked for");
  const asOwner = people.invitations.create(admin, { email: guest(), role: "owner" });
  await expect(asOwner).rejects.toMatchObject({ code: "forbidden" });
  const again = people.invitations.create(owner, { email: admin.email, role: "auditor" });
  await expect(again).rejects.toMatchObject({ errors: [{ pointer: "/email", message: expect.anything() }] });
});

test("invitations flood nobody: few go to an address, whoever sends them, and not too many are one person's", async () => {
  const [one, other] = [await createTeam(people), await createTeam(people)];
  const email = guest();
  const invite = (owner: typeof one.owner, to: string, by = people.invitations) =>
    by.create(owner, { email: to, role: "auditor" });
  for (const owner of [one.owner, other.owner, one.owner, other.owner, one.owner]) await invite(owner, email);
  await expect(invite(other.owner, email.toUpperCase())).rejects.toMatchObject({
    code: "rate_limited",
    message: expect.stringMatching(/^Too many invitations; try again in \d+ minutes\.$/),
  });

  const inviteLimiter = createInviteLimiter(people.database.pool, { perEmailMax: 5, perInviterMax: 4 });
  const few = createInvitations({ ...people, inviteLimiter });
  await invite(one.owner, guest(), few);
  await expect(invite(one.owner, guest(), few)).rejects.toMatchObject({ code: "rate_limited" });
  await invite(other.owner, guest(), few);
  expect(await people.invitations.pending(one.owner)).toHaveLength(2);
});

test.each(["", "x", "ten_01h455vb4pex5vsknk084sn02q.", "ten_01h455vb4pex5vsknk084sn02q.abc", "a.b.c"])(
  "the made-up link %o is not valid",
  async (token) => {
    await expect(people.invitations.preview(token)).rejects.toMatchObject({ code: "not_found" });
  },
);

test("a link of one tenant does not open under another's name", async () => {
  const { owner } = await createTeam(people);
  const other = await createTeam(people);
  const { token } = await people.invitations.create(owner, { email: guest(), role: "admin" });
  const foreign = await people.invitations.create(other.owner, { email: guest(), role: "admin" });
  const swapped = `${foreign.token.split(".")[0]}.${token.split(".")[1]}`;
  await expect(people.invitations.preview(swapped)).rejects.toMatchObject({ code: "not_found" });
});
