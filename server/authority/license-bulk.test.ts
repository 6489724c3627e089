import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import {
  type Authority,
  type Catalog,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest } from "#server/testing/fixtures.ts";
import { listAudit } from "./audit-input.ts";
import { createLicenseBatches } from "./license-batch-service.ts";
import { type BulkChange, type ChosenLicenses, changeMany } from "./license-bulk-input.ts";

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;
let catalog: Catalog;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});
beforeEach(async () => {
  ({ actor } = await createVendor(authority));
  catalog = await createCatalog(authority, actor, { type: "subscription", durationDays: 30, seats: 2 });
});

const SUSPEND: BulkChange = { action: "suspend", reason: "Unpaid" };

async function issue(count: number) {
  const issued = [];
  for (let n = 0; n < count; n++) {
    issued.push(await issueOne(authority, actor, catalog));
    authority.clock.advance(1_000);
  }
  return issued;
}

const preview = (licenses: ChosenLicenses, change: BulkChange, as = actor) =>
  authority.licenseBatches.previewChange(as, { licenses, change });

async function begin(licenses: ChosenLicenses, change: BulkChange, requestId: string = newUuid()) {
  const { seen } = await preview(licenses, change);
  return authority.licenseBatches.beginChange(actor, { licenses, change, seen, requestId });
}

async function finish(id: string, from = authority.licenseBatches) {
  let batch = await from.step(actor, id);
  while (batch.finishedAt === null) batch = await from.step(actor, id);
  return batch;
}

async function publishAnother(rules: Partial<PolicyRules>) {
  const { versions } = await authority.policies.get(actor, catalog.policyId);
  const newest = versions[0];
  if (newest === undefined) throw new Error("a version was published");
  await authority.policies.saveDraft(actor, catalog.policyId, { ...newest.rules, ...rules });
  await authority.policies.publish(actor, catalog.policyId);
}

const rows = (ids: readonly string[]) =>
  authority.database.withTenant(actor.tenantId, (tx) =>
    tx.license.findMany({ where: { id: { in: [...ids] } }, orderBy: { issuedAt: "asc" } }),
  );
const audited = async (action: string) =>
  (await authority.audit.list(actor, listAudit.parse({ action, limit: 100 }))).items;

test("a change of many tells in numbers what it will do, does it, and says of each license it could not change why", async () => {
  const [used, , suspended, revoked] = await issue(4);
  if (used === undefined || suspended === undefined || revoked === undefined)
    throw new Error("four were issued");
  const device = activateRequest(used.key, "pc-1");
  const activation = await authority.activations.activate(actor.tenantId, device);
  if (activation.outcome !== "granted") throw new Error("the first device is activated");
  await authority.licenses.suspend(actor, suspended.id, "");
  await authority.licenses.revoke(actor, revoked.id, "");

  const filter = { policyId: catalog.policyId };
  expect(await authority.licenseBatches.countMatching(actor, filter)).toEqual({ count: 4, more: false });
  expect(await preview({ filter }, SUSPEND)).toMatchObject({ total: 4, applies: 2, devices: 1 });
  const { refused } = await preview({ filter }, SUSPEND);
  expect(refused.map(({ reason, count }) => [reason, count])).toEqual([
    ["This license cannot be suspended: it is revoked, which is final.", 1],
    ["This license cannot be suspended: it is suspended already.", 1],
  ]);
  const { id } = await begin({ filter }, SUSPEND);
  expect(await finish(id)).toMatchObject({ total: 4, done: 4, refused: 2 });
  expect(await authority.licenseBatches.refusedOf(actor, id)).toMatchObject([
    { licenseId: publicId("license", revoked.id), refusal: refused[0]?.reason },
    { licenseId: publicId("license", suspended.id), refusal: refused[1]?.reason },
  ]);
  expect(await authority.activations.activate(actor.tenantId, device)).toMatchObject({
    code: "license_suspended",
  });
  expect(await audited("license_batch.change_begun")).toMatchObject([
    { subjectId: id, after: { ...SUSPEND, licenses: 4 } },
  ]);
  const batchId = publicId("licenseBatch", id);
  const entries = await audited("license.suspended");
  expect(entries.map(({ after }) => after)).toMatchObject([
    { reason: "Unpaid", batchId },
    { reason: "Unpaid", batchId },
    { reason: "" },
  ]);
  expect(await authority.audit.verify(actor)).toMatchObject({ intact: true });
  await expect(authority.licenseBatches.keys(actor, id).next()).rejects.toMatchObject({ code: "not_found" });
});

describe("a license among many becomes what it becomes alone", () => {
  const alone: Record<string, (id: string) => Promise<unknown>> = {
    suspend: (id) => authority.licenses.suspend(actor, id, "why"),
    reinstate: (id) => authority.licenses.reinstate(actor, id, "why"),
    revoke: (id) => authority.licenses.revoke(actor, id, "why"),
    renew: (id) => authority.licenses.renew(actor, id, { id, days: 10 }),
    move: async (id) => authority.licenses.moveToVersion(actor, id, await secondVersion()),
  };
  async function secondVersion(): Promise<string> {
    const { versions } = await authority.policies.get(actor, catalog.policyId);
    return versions[0]?.id ?? "";
  }
  const changes: BulkChange[] = [
    { action: "suspend", reason: "why" },
    { action: "reinstate", reason: "why" },
    { action: "revoke", reason: "why" },
    { action: "renew", days: 10 },
    { action: "move" },
  ];
  test.each(changes)("$action", async (change) => {
    const [one, other] = await issue(2);
    if (one === undefined || other === undefined) throw new Error("two were issued");
    if (change.action === "reinstate")
      for (const { id } of [one, other]) await authority.licenses.suspend(actor, id, "");
    if (change.action === "move") await publishAnother({ seats: 5, graceDays: 3 });
    const changing = alone[change.action];
    await changing?.(one.id);
    const { id } = await begin({ ids: [other.id] }, change);
    expect(await finish(id)).toMatchObject({ done: 1, refused: 0 });
    const [first, second] = await rows([one.id, other.id]);
    if (first === undefined || second === undefined) throw new Error("both are there");
    const own = { id: "", keyHash: 0, keyCipher: 0, keyHint: "", statusIndex: 0, issuedAt: 0, validFrom: 0 };
    const shift = second.issuedAt.getTime() - first.issuedAt.getTime();
    const later = (at: Date | null) => (at === null ? null : new Date(at.getTime() + shift));
    const times = { expiresAt: later(first.expiresAt), graceUntil: later(first.graceUntil) };
    const ignored = { updatedAt: 0, transitionDueAt: 0 };
    expect({ ...second, ...own, ...ignored }).toEqual({ ...first, ...times, ...own, ...ignored });
    const seats = await authority.database.withTenant(actor.tenantId, (tx) =>
      tx.seat.groupBy({ by: ["poolId"], where: { inService: true }, _count: true }),
    );
    expect(new Set(seats.map(({ _count }) => _count)).size).toBe(1);
    const { events } = await authority.database.withTenant(actor.tenantId, async (tx) => ({
      events: await tx.domainEvent.findMany({ orderBy: { id: "desc" }, take: 2, select: { type: true } }),
    }));
    expect(new Set(events.map(({ type }) => type)).size).toBe(1);
  });
});

test("a change that was killed between its steps is finished by whoever comes next, and none is changed twice", async () => {
  const issued = await issue(5);
  const requestId = newUuid();
  const change: BulkChange = { action: "renew", days: 10 };
  const before = await rows(issued.map(({ id }) => id));
  const request = changeMany.renew.parse({
    licenses: { filter: {} },
    change,
    requestId,
    seen: (await preview({ filter: {} }, change)).seen,
  });
  const [first, second] = await Promise.all(
    [1, 2].map(() => authority.licenseBatches.beginChange(actor, request)),
  );
  expect(first).toEqual(second);
  const small = createLicenseBatches({ ...authority, rowsAtOnce: 2 });
  expect(await small.step(actor, requestId)).toMatchObject({ done: 2, finishedAt: null });
  authority.clock.advance(61_000);
  await Promise.all([finish(requestId, small), finish(requestId, small), small.finishLeft()]);
  // Sent once more when all is done: it is the same still, though a look now says something else.
  await authority.licenses.revoke(actor, issued[0]?.id ?? "", "");
  expect(await authority.licenseBatches.beginChange(actor, request)).toEqual({ id: requestId });
  const days = (await rows(issued.map(({ id }) => id))).map(
    ({ expiresAt }, index) => (Number(expiresAt) - Number(before[index]?.expiresAt)) / 86_400_000,
  );
  expect(days).toEqual([10, 10, 10, 10, 10]);
  expect(await audited("license.renewed")).toMatchObject(Array(5).fill({ actorUserId: actor.userId }));
});

test("nothing is begun once the licenses are no longer those that were looked at, nor with those of another tenant", async () => {
  const [one] = await issue(2);
  const licenses = { filter: {} };
  const { seen } = await preview(licenses, SUSPEND);
  await authority.licenses.suspend(actor, one?.id ?? "", "");
  const request = { licenses, change: SUSPEND, seen, requestId: newUuid() };
  await expect(authority.licenseBatches.beginChange(actor, request)).rejects.toMatchObject({
    message: expect.stringContaining("have changed since you looked"),
  });
  const { actor: other } = await createVendor(authority);
  await expect(preview({ ids: [one?.id ?? ""] }, SUSPEND, other)).rejects.toMatchObject({
    message: expect.stringContaining("None of these licenses is there"),
  });
  const { id } = await begin({ ids: [one?.id ?? ""] }, { action: "reinstate", reason: "" });
  await expect(authority.licenseBatches.step(other, id)).rejects.toMatchObject({ code: "not_found" });
  expect(await authority.licenseBatches.refusedOf(other, id)).toEqual([]);
  expect(await audited("license_batch.change_begun")).toHaveLength(1);
});

test("where more may fit some words than a search looks through, all of them are not to be had, and nothing is begun", async () => {
  const [one] = await issue(1);
  for (let n = 0; n < 3; n++) await issueOne(authority, actor, catalog, { count: 67, note: "pilot" });
  const filter = { search: "pilot" };
  expect(await authority.licenseBatches.countMatching(actor, filter)).toEqual({ count: 200, more: true });
  await expect(preview({ filter }, SUSPEND)).rejects.toThrow(/choose by product, policy or customer/);
  await expect(authority.licenses.export(actor, filter)).rejects.toThrow(
    /choose by product, policy or customer/,
  );
  expect(await authority.licenseBatches.countMatching(actor, { search: one?.key.slice(-5) ?? "" })).toEqual({
    count: 1,
    more: false,
  });
});

test("all move to the version that was looked at, whatever is published meanwhile", async () => {
  const ids = (await issue(2)).map(({ id }) => id);
  await publishAnother({ graceDays: 2 });
  const licenses = { ids };
  const move: BulkChange = { action: "move" };
  const { seen } = await preview(licenses, move);
  await publishAnother({ graceDays: 3 });
  const request = { licenses, change: move, seen, requestId: newUuid() };
  await expect(authority.licenseBatches.beginChange(actor, request)).rejects.toMatchObject({
    message: expect.stringContaining("have changed since you looked"),
  });
  const { id } = await begin(licenses, move);
  const small = createLicenseBatches({ ...authority, rowsAtOnce: 1 });
  await small.step(actor, id);
  await publishAnother({ graceDays: 4 });
  expect(await finish(id, small)).toMatchObject({ done: 2, refused: 0 });
  const moved = await rows(ids);
  expect(moved.map(({ effective }) => effective)).toMatchObject([{ graceDays: 3 }, { graceDays: 3 }]);
});
