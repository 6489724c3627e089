import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { type Credential, ofApiKey } from "#server/domain/credential.ts";
import { DEFAULT_RULES } from "#server/domain/policy.ts";
import {
  type Authority,
  type Catalog,
  createAuthority,
  createCatalog,
  createVendor,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { METER_RULES } from "#server/testing/usage.ts";

const credential = { kind: "apiKey", id: "apk_test" } as const;
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
  catalog = await createCatalog(authority, actor, {
    activationsMax: 3,
    seats: 2,
    reservedSeats: { ops: 1 },
    features: { "export-4k": true, "support-tier": "012" },
    meters: { "render-minutes": { ...METER_RULES, periodCredits: 9, period: "month" } },
  });
});

const exported = (tenantId = actor.tenantId) => authority.authorityFiles.export(tenantId);
const plan = (document: string, tenantId = actor.tenantId) =>
  authority.authorityFiles.plan(tenantId, document);
const lines = ({ steps }: Awaited<ReturnType<typeof plan>>) =>
  steps.map(({ action, kind, product, code, changes }) =>
    [action, kind, product === code ? code : `${product}/${code}`, ...changes.map(({ path }) => path)].join(
      " ",
    ),
  );

async function apply(document: string, tenantId = actor.tenantId, by: Credential = credential) {
  const { state } = await plan(document, tenantId);
  return authority.authorityFiles.apply(tenantId, { document, state, credential: by });
}

/** The same text with one thing changed; the thing must be there. */
function edited(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe("an exported file", () => {
  test("says the same whenever it is exported, and applied to its own account changes nothing", async () => {
    await authority.policies.saveDraft(actor, catalog.policyId, { ...DEFAULT_RULES, activationsMax: 7 });
    const { features } = await authority.products.get(actor, catalog.productId);
    const limit = features.find(({ code }) => code === "projects-max");
    await authority.products.setFeatureArchived(actor, limit?.id ?? "", true);
    const text = await exported();
    expect(text).toMatch(/^# What this vendor's account defines/);
    expect(text).toContain('support-tier: "012"');
    expect(await exported()).toBe(text);
    expect(await plan(text)).toMatchObject({ steps: [], missing: [] });
    expect(await apply(text)).toMatchObject({ steps: [] });
    expect(await exported()).toBe(text);
  });

  test("brings another account to the same state, where applying it again does nothing", async () => {
    const text = await exported();
    const { actor: production } = await createVendor(authority);
    const first = await apply(text, production.tenantId);
    expect(lines(first)).toEqual([
      "create product renderer name description keyPrefix",
      "create feature renderer/export-4k name description kind",
      "create feature renderer/projects-max name description kind",
      "create feature renderer/support-tier name description kind",
      "create meter renderer/render-minutes name unit",
      "create policy renderer/studio name description",
      "publish policy renderer/studio",
    ]);
    expect(await exported(production.tenantId)).toBe(text);
    expect(await apply(text, production.tenantId)).toMatchObject({ steps: [], state: first.state });
    const [policy] = await authority.policies.list(production);
    expect(policy).toMatchObject({ hasDraft: false, newestVersion: { number: 1 } });
    const { items } = await authority.audit.list(production, { limit: 20 });
    expect(items.find(({ action }) => action === "policy.published")).toMatchObject({
      after: { credential },
    });
    const terms = { name: "Deploy", scopes: ["authority:write"], publicKey: null, expiresAt: null } as const;
    const key = await authority.apiKeys.create(production, { ...terms, scopes: [...terms.scopes] });
    const change = edited(text, "activationsMax: 3", "activationsMax: 4");
    await apply(change, production.tenantId, ofApiKey("apiKey", key.id));
    const [newest] = (await authority.audit.list(production, { limit: 1 })).items;
    expect(newest).toMatchObject({ actorUserId: null, actorKey: { id: key.id, name: "Deploy" } });
    expect(await authority.audit.verify(production)).toMatchObject({ intact: true });
  });
});

describe("an edited file", () => {
  test("publishes the rules that changed as a new version, and keeps a draft that it does not mention", async () => {
    await authority.policies.saveDraft(actor, catalog.policyId, { ...DEFAULT_RULES, activationsMax: 7 });
    const text = (await exported()).replace(/ {8}draft:\n( {10}.*\n)*/, "");
    const change = edited(text, "activationsMax: 3", "activationsMax: 5");
    expect(await plan(change)).toMatchObject({
      steps: [
        { action: "publish", code: "studio", changes: [{ path: "activationsMax", before: 3, after: 5 }] },
      ],
      missing: ["products.renderer.policies.studio.draft"],
    });
    await apply(change);
    expect(await authority.policies.get(actor, catalog.policyId)).toMatchObject({
      draft: { activationsMax: 7 },
      versions: [{ number: 2, rules: { activationsMax: 5, seats: 2 } }, { number: 1 }],
    });
  });

  test("archives and restores only what it says so of, and lists what it does not name", async () => {
    const text = await exported();
    const named = edited(text, "name: Rendering\n", "name: Rendering of frames\n");
    const less = edited(named, /( {6}projects-max:\n(?: {8}.*\n)+)/.exec(named)?.[0] ?? "?", "");
    const archiving = edited(less, "name: Studio\n", "name: Studio\n        archived: true\n");
    expect(await plan(archiving)).toMatchObject({ missing: ["products.renderer.features.projects-max"] });
    expect(lines(await apply(archiving))).toEqual([
      "update meter renderer/render-minutes name",
      "archive policy renderer/studio",
    ]);
    expect(await authority.policies.list(actor)).toMatchObject([{ archivedAt: expect.any(Date) }]);
    expect(lines(await apply(text))).toEqual([
      "update meter renderer/render-minutes name",
      "restore policy renderer/studio",
    ]);
  });

  test.each<[string, string, string, RegExp]>([
    [
      "a value out of bounds",
      "activationsMax: 3",
      "activationsMax: -3",
      /^line \d+: products\.renderer\.policies\.studio\.rules\.activationsMax: At least 0\.$/,
    ],
    [
      "a field that is not known",
      "activationsMax: 3",
      "activationMax: 3",
      /rules\.activationMax: is not known; leave it out\.$/,
    ],
    [
      "rules that do not go together",
      "seats: 2",
      "seats: 0",
      /rules\.reservedSeats: 1 seats are reserved but there are only 0\.$/,
    ],
    [
      "a feature that is not there",
      "export-4k: true",
      "export-8k: true",
      /rules\.features\.export-8k: The product has no feature export-8k\.$/,
    ],
    [
      "a kind that changes",
      "kind: limit",
      "kind: flag",
      /features\.projects-max\.kind: It is a limit and never changes\.$/,
    ],
    [
      "a key prefix that changes",
      "keyPrefix: RNDR",
      "keyPrefix: RND",
      /products\.renderer\.keyPrefix: It is RNDR and never changes\.$/,
    ],
    ["text that is no YAML", "products:", "products: [", /^line \d+: /],
    ["another format", "signet: 1", "signet: 2", /^line \d+: signet: must be 1/],
  ])("with %s is refused, naming the line and the path", async (what, from, to, message) => {
    const expectsLine = what !== "text that is no YAML" && what !== "rules that do not go together";
    const before = await exported();
    const text = edited(before, from, to);
    const line = before.split("\n").findIndex((each) => each.includes(from)) + 1;
    const refused = await plan(text).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/document" }] });
    const told = Object(refused).errors[0].message;
    expect(told).toMatch(message);
    if (expectsLine) expect(told).toContain(`line ${line}:`);
    expect(await exported()).toBe(before);
  });

  test("is not applied where the account has changed since it was planned, and of what fails nothing stays", async () => {
    const text = edited(await exported(), "activationsMax: 3", "activationsMax: 5");
    const { state } = await plan(text);
    await authority.products.update(actor, catalog.productId, { name: "Renamed", description: "" });
    const applying = authority.authorityFiles.apply(actor.tenantId, { document: text, state, credential });
    await expect(applying).rejects.toMatchObject({ errors: [{ pointer: "/state" }] });
    expect(await exported()).toContain("activationsMax: 3");
    // Two that apply the same plan at once: one does it, the other finds another account.
    const again = await plan(text);
    const both = await Promise.allSettled(
      [1, 2].map(() =>
        authority.authorityFiles.apply(actor.tenantId, { document: text, state: again.state, credential }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await authority.policies.get(actor, catalog.policyId)).versions).toHaveLength(2);
  });
});

test("only an owner or an admin makes or rotates a key that may publish", async () => {
  const { apiKeys } = authority;
  const terms = { name: "CI", scopes: ["authority:write" as const], publicKey: null, expiresAt: null };
  const developer: UserActor = { ...actor, role: "developer" };
  await expect(apiKeys.create(developer, terms)).rejects.toMatchObject({ code: "forbidden" });
  const { id } = await apiKeys.create(actor, terms);
  await expect(apiKeys.rotate(developer, id, 1)).rejects.toMatchObject({ code: "forbidden" });
  await apiKeys.rotate(actor, id, 1);
  await apiKeys.create(developer, { ...terms, scopes: ["authority:read"] });
});
