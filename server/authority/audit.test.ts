import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { newUuid } from "#server/platform/ids.ts";
import { runWithCorrelation } from "#server/platform/log.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { recordAudit } from "./audit.ts";
import { listAudit } from "./audit-input.ts";

let database: TestDatabase;
let authority: Authority;
let owner: Client;
let actor: UserActor;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
  owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await authority.close();
  await owner.end();
  await database.drop();
});
beforeEach(async () => {
  ({ actor, tenantId } = await createVendor(authority));
});

function entry(action: string) {
  return {
    action,
    subjectKind: "tenant",
    subjectId: tenantId,
    before: null,
    after: { at: authority.clock.now() },
  };
}

async function record(...actions: string[]): Promise<void> {
  await authority.database.withTenant(tenantId, async (tx) => {
    for (const action of actions) await recordAudit(tx, actor, authority.clock, entry(action));
  });
}

/** Behind the application's back, as somebody with the owner's password could. */
async function tamper(sql: string): Promise<void> {
  const { rowCount } = await owner.query(sql, [tenantId]);
  expect(rowCount).toBe(1);
}

test("entries are numbered without a gap and carry actor and correlation id, and the chain is intact", async () => {
  await runWithCorrelation("cor_story", () => record("a.done", "b.done"));
  const { items } = await authority.audit.list(actor, listAudit.parse({}));
  expect(items.map(({ seq, action }) => [seq, action])).toEqual([
    [3, "b.done"],
    [2, "a.done"],
    [1, "tenant.created"],
  ]);
  expect(items[0]).toMatchObject({ actorName: "Olive Owner", correlationId: "cor_story" });
  expect(await authority.audit.verify(actor)).toMatchObject({ intact: true, head: { seq: 3 } });
});

test("many writers at once never fork the chain", async () => {
  await Promise.all(Array.from({ length: 12 }, (_, index) => record(`n${index}.done`)));
  expect(await authority.audit.verify(actor)).toMatchObject({ intact: true, head: { seq: 13 } });
});

test("an entry of a change that is rolled back is not there", async () => {
  const failing = authority.database.withTenant(tenantId, async (tx) => {
    await recordAudit(tx, actor, authority.clock, entry("a.done"));
    throw new Error("changed my mind");
  });
  await expect(failing).rejects.toThrow("changed my mind");
  expect(await authority.audit.verify(actor)).toMatchObject({ intact: true, head: { seq: 1 } });
});

test.each([
  [
    "changed",
    `UPDATE audit_event SET after = '{"at": 1}' WHERE seq = 2 AND tenant_id = $1`,
    { seq: 2, reason: "changed" },
  ],
  [
    "dropped in the middle",
    "DELETE FROM audit_event WHERE seq = 2 AND tenant_id = $1",
    { seq: 2, reason: "missing" },
  ],
  [
    "dropped at the end",
    "DELETE FROM audit_event WHERE seq = 3 AND tenant_id = $1",
    { seq: 3, reason: "missing" },
  ],
])("an entry %s behind the application's back is found", async (_, sql, found) => {
  await record("a.done", "b.done");
  await tamper(sql);
  expect(await authority.audit.verify(actor)).toEqual({ intact: false, ...found });
});

test("the processes' own role cannot change or delete an entry", async () => {
  const sql = ["UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"];
  for (const statement of sql) {
    const attempt = authority.database.withTenant(tenantId, (tx) => tx.$executeRawUnsafe(statement));
    await expect(attempt).rejects.toThrow(/permission denied/);
  }
});

test("a list goes on where the page before ended, and can be narrowed to an action", async () => {
  await record("a.one", "b.two", "a.three");
  const first = await authority.audit.list(actor, listAudit.parse({ limit: 2 }));
  expect(first.items.map(({ action }) => action)).toEqual(["a.three", "b.two"]);
  const rest = await authority.audit.list(actor, listAudit.parse({ limit: 2, cursor: first.nextCursor }));
  expect(rest.items.map(({ action }) => action)).toEqual(["a.one", "tenant.created"]);
  expect(rest.nextCursor).toBeNull();
  const only = await authority.audit.list(actor, listAudit.parse({ action: "a." }));
  expect(only.items.map(({ action }) => action)).toEqual(["a.three", "a.one"]);
});

test("one tenant never sees another's entries", async () => {
  const other = await createVendor(authority);
  await record("a.secret");
  const { items } = await authority.audit.list(other.actor, listAudit.parse({}));
  expect(items.map(({ action }) => action)).toEqual(["tenant.created"]);
  expect(items[0]?.subjectId).toBe(other.tenantId);
});

test("values are kept as they can be read again: dates as text, and what is undefined left out", async () => {
  const at = new Date("2030-02-03T04:05:06.789Z");
  const after = { at, gone: undefined, list: [1.5, null], ü: "\u{1F511}" };
  const subjectId = newUuid();
  await authority.database.withTenant(tenantId, (tx) =>
    recordAudit(tx, actor, authority.clock, { ...entry("a.done"), subjectId, after }),
  );
  const { items } = await authority.audit.list(actor, listAudit.parse({ limit: 1 }));
  expect(items[0]?.after).toEqual({ at: at.toISOString(), list: [1.5, null], ü: "\u{1F511}" });
  expect(await authority.audit.verify(actor)).toMatchObject({ intact: true });
});
