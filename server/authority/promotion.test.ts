import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "../platform/ids.ts";
import { type Authority, createAuthority, createCatalog, createVendor } from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";

let database: TestDatabase;
let authority: Authority;

beforeAll(async () => {
  database = await createTestDatabase();
  authority = createAuthority(database.appUrl);
});
afterAll(async () => {
  await authority.close();
  await database.drop();
});

test("the list says what there is; promotion happens once, says in the audit log what was open, and forgets the lab's runs alone", async () => {
  const { promotion } = authority;
  const { actor, tenantId } = await createVendor(authority);
  const other = await createVendor(authority);
  const none = { rootOffline: false, secondAdmin: false, webhookWorks: false, policyPublished: false };
  expect(await promotion.get(actor)).toEqual({ mode: "trial", labRuns: 0, readiness: none });

  await createCatalog(authority, actor);
  const userId = newUuid();
  const { prisma } = authority.database;
  await prisma.user.create({ data: { id: userId, email: `${userId}@example.com`, name: "Ada" } });
  await prisma.membership.create({ data: { tenantId, userId, role: "admin" } });
  const at = authority.clock.now();
  const run = { licenseId: newUuid(), scenario: "online", startedAt: at, leaseUntil: at, steps: [] } as const;
  for (const vendor of [{ tenantId, userId }, other]) {
    await authority.database.withTenant(vendor.tenantId, (tx) =>
      tx.labRun.create({
        data: {
          ...run,
          tenantId: vendor.tenantId,
          id: newUuid(),
          startedBy: vendor.userId,
          endedAt: at,
          outcome: "passed",
        },
      }),
    );
  }
  const readiness = { ...none, secondAdmin: true, policyPublished: true };
  expect(await promotion.get(actor)).toEqual({ mode: "trial", labRuns: 1, readiness });

  await Promise.all([promotion.promote(actor), promotion.promote(actor)]);
  expect(await promotion.get(actor)).toEqual({ mode: "production", labRuns: 0, readiness });
  expect((await promotion.get(other.actor)).labRuns).toBe(1);
  const audited = await authority.database.withTenant(tenantId, (tx) =>
    tx.auditEvent.findMany({ where: { action: "tenant.promoted" } }),
  );
  expect(audited).toMatchObject([
    {
      before: { mode: "trial", trialLicenses: null },
      after: { mode: "production", ...readiness, labRunsForgotten: 1 },
    },
  ]);
});
