import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { createPeople, createTeam, PASSWORD, type People } from "../testing/people.ts";
import { networkOf } from "./sessions.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
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

let fresh = 0;
async function person() {
  const { joined } = await createTeam(people, "admin");
  const [admin] = joined;
  if (admin === undefined) throw new Error("one was asked for");
  const signIn = (userAgent = "Mozilla/5.0") =>
    people.auth.signIn({ email: admin.email, password: PASSWORD, ip: `192.0.2.${++fresh}`, userAgent });
  const isIn = async (session: Awaited<ReturnType<typeof signIn>>) =>
    (await people.auth.currentActor(session)) !== undefined;
  return { ...admin, signIn, isIn };
}

test("whoever signs out ends what the cookie opened, also in a copy of it, and nothing else", async () => {
  const one = await person();
  const [here, there] = [await one.signIn(), await one.signIn("Elsewhere")];
  await people.sessions.end((await person()).userId, here.sessionId);
  expect([await one.isIn(here), await one.isIn(there)]).toEqual([true, true]);
  await people.sessions.end(one.userId, here.sessionId);
  expect([await one.isIn(here), await one.isIn(there)]).toEqual([false, true]);
  expect(await people.auth.currentUser(here)).toBeUndefined();
  expect(await people.auth.currentActor({ ...here, sessionId: there.sessionId })).toBeDefined();
  expect(await people.auth.currentActor({ ...there, userId: (await person()).userId })).toBeUndefined();
});

test("a person sees where they are signed in, and signs all others out at once", async () => {
  const one = await person();
  const here = await one.signIn();
  people.clock.advance(MINUTE_MS);
  const there = await one.signIn("Elsewhere");
  expect(await people.sessions.list(one.userId, here.sessionId)).toMatchObject([
    { id: there.sessionId, isCurrent: false, userAgent: "Elsewhere", network: "192.0.2.0/24" },
    { id: here.sessionId, isCurrent: true },
  ]);
  expect(await people.sessions.endOthers(one.userId, here.sessionId)).toEqual({ ended: 1 });
  expect([await one.isIn(here), await one.isIn(there)]).toEqual([true, false]);
});

test("a session ends a week after it was last used, and its use is written down every few minutes only", async () => {
  const one = await person();
  const session = await one.signIn();
  const seen = async () => (await people.sessions.list(one.userId, undefined))[0]?.lastSeenAt;
  const began = await seen();
  people.clock.advance(4 * MINUTE_MS);
  expect([await one.isIn(session), await seen()]).toEqual([true, began]);
  people.clock.advance(MINUTE_MS);
  expect([await one.isIn(session), await seen()]).toEqual([true, people.clock.now()]);
  people.clock.advance(7 * DAY_MS - 1);
  expect(await one.isIn(session)).toBe(true);
  people.clock.advance(7 * DAY_MS);
  expect(await one.isIn(session)).toBe(false);
});

test("a session that is used all the time ends after 30 days all the same", async () => {
  const one = await person();
  const session = await one.signIn();
  for (let day = 5; day < 30; day += 5) {
    people.clock.advance(5 * DAY_MS);
    expect(await one.isIn(session)).toBe(true);
  }
  people.clock.advance(5 * DAY_MS - 1);
  expect(await one.isIn(session)).toBe(true);
  people.clock.advance(1);
  expect(await one.isIn(session)).toBe(false);
  expect(await people.sessions.list(one.userId, undefined)).toEqual([]);
});

test("a new password signs everybody out, and stands in the person's own log", async () => {
  const one = await person();
  await one.signIn();
  const user = { id: one.userId, email: one.email };
  await people.account.changePassword(user, { current: PASSWORD, next: `${PASSWORD}!`, ip: "192.0.2.1" });
  expect(await people.sessions.list(one.userId, undefined)).toEqual([]);
  expect(await people.accountLog.latest(one.userId)).toMatchObject([{ kind: "password_changed" }]);
});

test("of an address no more is kept than its network", () => {
  const said = ["192.0.2.77", "::ffff:192.0.2.77", "2001:db8:1:2::9", "2001:db8::9", "::1", "unknown"];
  expect(said.map(networkOf)).toEqual([
    ...["192.0.2.0/24", "192.0.2.0/24", "2001:db8:1::/48", "2001:db8:0::/48", "", ""],
  ]);
});
