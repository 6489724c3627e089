import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "../domain/actor.ts";
import { publicId } from "../domain/ids.ts";
import { newUuid } from "../platform/ids.ts";
import {
  type Authority,
  type Catalog,
  createAuthority,
  createCatalog,
  createVendor,
  issueOne,
} from "../testing/authority.ts";
import type { TestDatabase } from "../testing/cluster.ts";
import { createTestDatabase } from "../testing/database.ts";
import { listAudit } from "./audit-input.ts";
import { checkImport, importLicenses, issueManyLicenses } from "./license-batch-input.ts";

const DAY_MS = 86_400_000;
const LIMIT = 5;

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

async function createTrial() {
  const { actor, tenantId } = await createVendor(authority);
  const trialEndsAt = new Date(authority.clock.now().getTime() + 30 * DAY_MS);
  await authority.database.prisma.tenant.update({
    where: { id: tenantId },
    data: { trialLicenses: LIMIT, trialEndsAt },
  });
  return { actor, tenantId, catalog: await createCatalog(authority, actor), trialEndsAt };
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );
const licensesOf = ({ tenantId }: UserActor) =>
  authority.database.withTenant(tenantId, (tx) => tx.license.count());
const fileOf = (rows: number) => ["customer,policy", ...Array(rows).fill("Northwind,studio")].join("\n");
const issueMany = (actor: UserActor, { customerId, policyId }: Catalog, count: number) =>
  authority.licenseBatches.issueMany(
    actor,
    issueManyLicenses.parse({
      requestId: newUuid(),
      count,
      customerId: publicId("customer", customerId),
      policyId: publicId("policy", policyId),
    }),
  );

test("issues at the same moment stop at the very limit, the scenario lab's own do not count, and promotion lifts it, audited", async () => {
  const { actor, tenantId, catalog, trialEndsAt } = await createTrial();
  const { promotion } = authority;
  await issueOne(authority, actor, catalog, { count: LIMIT - 1 });
  expect(await refusal(issueOne(authority, actor, catalog, { count: 2 }))).toBe(
    "forbidden: A trial issues at most 5 licenses: 4 are issued, so 1 more fits, and 2 were asked for. " +
      "An owner or admin lifts the limits in the portal, under “Go to production”.",
  );
  const both = await Promise.all([1, 2].map(() => refusal(issueOne(authority, actor, catalog))));
  expect(both.toSorted()).toEqual(["done", expect.stringMatching(/^forbidden: .*so 0 more fit/)]);
  expect(await licensesOf(actor)).toBe(LIMIT);
  expect(await promotion.trial(actor)).toEqual({ licensesMax: 5, issued: 5, daysLeft: 30, state: "over" });

  const setLab = (lab: boolean) =>
    authority.database.withTenant(tenantId, (tx) =>
      tx.product.updateMany({ where: { id: catalog.productId }, data: { lab } }),
    );
  await setLab(true);
  await issueOne(authority, actor, catalog);
  expect(await promotion.trial(actor)).toMatchObject({ issued: 0, state: "good" });
  await setLab(false);
  expect(await refusal(issueOne(authority, actor, catalog))).toMatch(/^forbidden/);

  await promotion.promote(actor);
  await issueOne(authority, actor, catalog);
  expect(await promotion.trial(actor)).toBeNull();
  const audited = await authority.audit.list(actor, listAudit.parse({ action: "tenant.promoted", limit: 1 }));
  expect(audited.items).toMatchObject([
    {
      before: { mode: "trial", trialLicenses: LIMIT, trialEndsAt: trialEndsAt.toISOString() },
      after: { mode: "production", trialLicenses: null, trialEndsAt: null },
    },
  ]);
});

test("a batch beyond the limit issues nothing and a dry run says so; one overtaken issues to the limit and tells each row beyond", async () => {
  const { actor, catalog } = await createTrial();
  const { licenseBatches } = authority;
  const check = (rows: number) => licenseBatches.check(actor, checkImport.parse({ csv: fileOf(rows) }));
  expect((await check(LIMIT)).beyondTrial).toBeNull();
  expect((await check(LIMIT + 1)).beyondTrial).toMatch(/so 5 more fit, and 6 were asked for/);
  const tooMany = importLicenses.parse({ csv: fileOf(LIMIT + 1), fileName: "file.csv" });
  expect(await refusal(licenseBatches.importFile(actor, tooMany))).toMatch(/^forbidden: A trial issues/);
  expect(await refusal(issueMany(actor, catalog, LIMIT + 1))).toMatch(/^forbidden: A trial issues/);
  expect([await licensesOf(actor), await licenseBatches.list(actor)]).toEqual([0, []]);

  const begun = [await issueMany(actor, catalog, 3), await issueMany(actor, catalog, 4)];
  const done = await Promise.all(begun.map(({ id }) => licenseBatches.step(actor, id)));
  expect(done.every(({ finishedAt }) => finishedAt !== null)).toBe(true);
  expect(await licensesOf(actor)).toBe(LIMIT);
  let problems: string[] = [];
  for (const { id } of begun) {
    let csv = "";
    for await (const chunk of licenseBatches.keys(actor, id)) csv += chunk;
    const rows: { problem: string }[] = parse(csv, { columns: true });
    problems = [...problems, ...rows.map(({ problem }) => problem)];
  }
  expect(problems.filter((problem) => problem !== "")).toEqual(
    Array(2).fill("The trial’s limits were reached meanwhile."),
  );
});

test("after its last moment nothing new is issued, and what was issued stays as it is", async () => {
  const { actor, catalog } = await createTrial();
  const { id } = await issueOne(authority, actor, catalog);
  authority.clock.advance(30 * DAY_MS - 1);
  await issueOne(authority, actor, catalog);
  expect(await authority.promotion.trial(actor)).toMatchObject({ daysLeft: 1, state: "near" });
  authority.clock.advance(1);
  const ended = /^forbidden: The trial ended on .* goes on working/;
  expect(await refusal(issueOne(authority, actor, catalog))).toMatch(ended);
  expect(await refusal(issueMany(actor, catalog, 1))).toMatch(ended);
  expect(await authority.promotion.trial(actor)).toMatchObject({ daysLeft: 0, state: "over" });
  expect((await authority.licenses.get(actor, id)).status).toBe("active");
});
