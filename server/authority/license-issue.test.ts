import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parseLicenseKey } from "#sdk/license-key.ts";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
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
import { issueLicenses, listLicenses } from "./license-input.ts";

const DAY_MS = 86_400_000;

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
  catalog = await createCatalog(authority, actor, { type: "subscription", durationDays: 30, graceDays: 5 });
});

async function find(search: string): Promise<string[]> {
  const { items } = await authority.licenses.list(actor, listLicenses.parse({ search }));
  return items.map(({ id }) => id);
}

describe("issuing", () => {
  test("gives a key that is read back without mistakes, and activates a device", async () => {
    const { key, id } = await issueOne(authority, actor, catalog);
    expect(parseLicenseKey(key)).toMatchObject({ ok: true, prefix: "RNDR" });
    const decision = await authority.activations.activate(actor.tenantId, activateRequest(key, "laptop"));
    expect(decision).toMatchObject({ outcome: "granted", value: { licenseId: id } });
  });

  test("is done once for each form, also when it is sent twice at once", async () => {
    const request = issueLicenses.parse({
      customerId: publicId("customer", catalog.customerId),
      policyId: publicId("policy", catalog.policyId),
      count: 3,
      requestId: newUuid(),
    });
    const sent = await Promise.allSettled([1, 2].map(() => authority.licenses.issue(actor, request)));
    expect(sent.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(sent.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "idempotency_conflict" },
    });
    expect((await authority.licenses.list(actor, listLicenses.parse({}))).items).toHaveLength(3);
  });

  test("a hundred at once gives a hundred different keys, each audited", async () => {
    const request = issueLicenses.parse({
      customerId: publicId("customer", catalog.customerId),
      policyId: publicId("policy", catalog.policyId),
      count: 100,
    });
    const batches = await Promise.all([
      authority.licenses.issue(actor, request),
      authority.licenses.issue(actor, request),
    ]);
    const issued = batches.flat();
    expect(new Set(issued.map(({ key }) => key)).size).toBe(200);
    const { items } = await authority.audit.list(
      actor,
      listAudit.parse({ action: "license.issued", limit: 100 }),
    );
    expect(items).toHaveLength(100);
    expect(await authority.audit.verify(actor)).toMatchObject({ intact: true });
  });

  test("to a customer that is being renamed waits for its new name, and each gets through", async () => {
    const { tenantId } = actor;
    const issuing: Promise<unknown>[] = [];
    await authority.database.withTenant(tenantId, async (tx) => {
      await tx.customer.update({
        where: { tenantId_id: { tenantId, id: catalog.customerId } },
        data: { name: "Northwind Pictures" },
      });
      issuing.push(issueOne(authority, actor, catalog));
      await vi.waitUntil(async () => {
        const waiting = await tx.$queryRaw<unknown[]>`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return waiting.length > 0;
      }, 10_000);
      // As recording the change does, last.
      await tx.$queryRaw`SELECT 1 FROM tenant_state WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
    });
    expect(await Promise.all(issuing)).toHaveLength(1);
  });

  test("never writes the key itself: not in the row, nor in the audit log", async () => {
    const { key, id } = await issueOne(authority, actor, catalog);
    const row = await authority.database.withTenant(actor.tenantId, (tx) =>
      tx.license.findUniqueOrThrow({ where: { tenantId_id: { tenantId: actor.tenantId, id } } }),
    );
    const log = await authority.audit.list(actor, listAudit.parse({}));
    const body = key.replaceAll("-", "").slice(4);
    for (const text of [
      JSON.stringify(log),
      JSON.stringify(row),
      Buffer.from(row.keyCipher).toString("latin1"),
    ]) {
      expect(text).not.toContain(body);
      expect(text).not.toContain(key);
    }
    expect(row.keyHint).toBe(body.slice(-5));
  });

  test("counts validity from the issue, from a chosen start, or from the first activation", async () => {
    const now = authority.clock.now();
    const { id } = await issueOne(authority, actor, catalog);
    expect(await authority.licenses.get(actor, id)).toMatchObject({
      status: "active",
      validFrom: now,
      expiresAt: new Date(now.getTime() + 30 * DAY_MS),
      graceUntil: new Date(now.getTime() + 35 * DAY_MS),
    });
    const startsAt = new Date(now.getTime() + DAY_MS);
    const later = await issueOne(authority, actor, catalog, { startsAt });
    expect(await authority.licenses.get(actor, later.id)).toMatchObject({
      status: "pending",
      validFrom: startsAt,
    });
    const overrides = { validFrom: "first_activation" };
    const waiting = await issueOne(authority, actor, catalog, { overrides });
    expect(await authority.licenses.get(actor, waiting.id)).toMatchObject({
      validFrom: null,
      expiresAt: null,
    });
    await expect(issueOne(authority, actor, catalog, { overrides, startsAt })).rejects.toMatchObject({
      errors: [{ pointer: "/startsAt" }],
    });
  });

  test("shows which value of the effective policy came from the license itself", async () => {
    const { id } = await issueOne(authority, actor, catalog, { overrides: { activationsMax: 7 } });
    expect(await authority.licenses.get(actor, id)).toMatchObject({
      overrides: { activationsMax: 7 },
      effective: { activationsMax: 7, durationDays: 30 },
      provenance: { activationsMax: "license", durationDays: "policy" },
      activationsMax: 7,
    });
  });

  test("is refused under a policy that was never published, and with overrides that do not go together", async () => {
    const { id } = await authority.policies.create(actor, {
      productId: catalog.productId,
      code: "draft",
      name: "Draft",
      description: "",
    });
    await expect(issueOne(authority, actor, { ...catalog, policyId: id })).rejects.toMatchObject({
      errors: [{ pointer: "/policyId", message: "Publish this policy before issuing licenses under it." }],
    });
    await expect(
      issueOne(authority, actor, catalog, { overrides: { features: { "export-4k": 3 } } }),
    ).rejects.toMatchObject({ errors: [{ pointer: "/overrides/features/export-4k" }] });
  });

  test("is refused for a customer or policy of another tenant, as for one that does not exist", async () => {
    const other = await createVendor(authority);
    const theirs = await createCatalog(authority, other.actor);
    for (const customerId of [theirs.customerId, newUuid()]) {
      await expect(issueOne(authority, actor, { ...catalog, customerId })).rejects.toMatchObject({
        errors: [{ pointer: "/customerId", message: "There is no such customer; choose one of the list." }],
      });
    }
    for (const policyId of [theirs.policyId, newUuid()]) {
      await expect(issueOne(authority, actor, { ...catalog, policyId })).rejects.toMatchObject({
        errors: [{ pointer: "/policyId", message: "There is no such policy; choose one of the list." }],
      });
    }
  });
});

describe("a license is found", () => {
  test("by its whole key, however it was typed, and by its id", async () => {
    await issueOne(authority, actor, catalog);
    const { key, id } = await issueOne(authority, actor, catalog);
    expect(await find(key)).toEqual([id]);
    expect(await find(` ${key.toLowerCase().replaceAll("-", " ")} `)).toEqual([id]);
    expect(await find(publicId("license", id))).toEqual([id]);
  });

  test("by the end of its key, words of its customer's name, or words of its note", async () => {
    const { key, id } = await issueOne(authority, actor, catalog, { note: "50% off_season" });
    const other = await issueOne(authority, actor, catalog, { note: "500 offXseason" });
    expect(await find(key.slice(-5).toLowerCase())).toEqual([id]);
    expect((await find("northw")).toSorted()).toEqual([id, other.id].toSorted());
    expect((await find("50")).toSorted()).toEqual([id, other.id].toSorted());
    expect(await find("off_s")).toEqual([id]);
    expect(await find("sea 50%")).toEqual([id]);
    expect(await find("season")).toEqual([id]);
    expect(await find("nothing like it")).toEqual([]);
  });

  test("by its key only in its own tenant", async () => {
    const { key, id } = await issueOne(authority, actor, catalog);
    const other = await createVendor(authority);
    for (const search of [key, publicId("license", id)]) {
      const { items } = await authority.licenses.list(other.actor, listLicenses.parse({ search }));
      expect(items).toEqual([]);
    }
  });

  test("page by page, newest first, each once, also when many were issued at the same moment", async () => {
    for (let batch = 0; batch < 3; batch++) {
      await issueOne(authority, actor, catalog, { count: 3 });
      authority.clock.advance(1);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = listLicenses.parse({ limit: 2, cursor });
      const page: Awaited<ReturnType<Authority["licenses"]["list"]>> = await authority.licenses.list(
        actor,
        query,
      );
      const times = page.items.map(({ issuedAt }) => issuedAt.getTime());
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(9);
    expect(new Set(seen).size).toBe(9);
  });
});
