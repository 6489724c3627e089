import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import {
  type Authority,
  type Catalog,
  createAuthority,
  createCatalog,
  createVendor,
} from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";

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
  catalog = await createCatalog(authority, actor);
});

const rules = (change: Partial<PolicyRules>): PolicyRules => ({ ...DEFAULT_RULES, ...change });
const refusal = (message: string) => expect.objectContaining({ code: "invalid_request", message });

describe("a policy", () => {
  test("begins as a draft of the default rules, and becomes version 1 when published", async () => {
    const { policies } = authority;
    const fields = { code: "basic", name: "Basic", description: "", productId: catalog.productId };
    const { id } = await policies.create(actor, fields);
    expect(await policies.get(actor, id)).toMatchObject({ draft: DEFAULT_RULES, versions: [], changes: [] });
    expect(await policies.publish(actor, id)).toMatchObject({ number: 1 });
    expect(await policies.get(actor, id)).toMatchObject({
      draft: null,
      versions: [
        {
          number: 1,
          rules: DEFAULT_RULES,
          publishedBy: "Olive Owner",
          licenses: { count: 0, capped: false },
        },
      ],
    });
    await expect(policies.create(actor, fields)).rejects.toMatchObject({
      errors: [{ pointer: "/code", message: "This product already has a policy basic." }],
    });
  });

  test("shows what publishing its draft would change, and drops a draft that changes nothing", async () => {
    const { policies } = authority;
    const { policyId } = catalog;
    const saved = await policies.saveDraft(actor, policyId, rules({ activationsMax: 5 }));
    const changes = [{ path: "activationsMax", before: 1, after: 5 }];
    expect(saved).toMatchObject({ conflict: null, hasDraft: true, changes });
    expect((await policies.get(actor, policyId)).changes).toEqual(saved.changes);
    const undone = await policies.saveDraft(actor, policyId, rules({}));
    expect(undone).toMatchObject({ conflict: null, hasDraft: false, changes: [] });
    await expect(policies.publish(actor, policyId)).rejects.toEqual(
      refusal("Nothing has changed since version 1."),
    );
  });

  test("keeps its first draft, which is all there is of it, and lets go of a later one", async () => {
    const { policies } = authority;
    const { id } = await policies.create(actor, {
      productId: catalog.productId,
      code: "basic",
      name: "Basic",
      description: "",
    });
    await expect(policies.discardDraft(actor, id)).rejects.toEqual(
      refusal("This policy was never published, so its draft is all there is."),
    );
    await policies.saveDraft(actor, catalog.policyId, rules({ activationsMax: 5 }));
    await policies.discardDraft(actor, catalog.policyId);
    expect(await policies.get(actor, catalog.policyId)).toMatchObject({ draft: null });
  });

  test("with rules that contradict each other or the catalogue is refused, naming each rule", async () => {
    const bad = rules({ type: "trial", features: { "export-4k": 3, nothing: true }, heartbeatSeconds: 299 });
    const saving = authority.policies.saveDraft(actor, catalog.policyId, bad);
    await expect(saving).rejects.toMatchObject({
      code: "invalid_request",
      errors: [
        { pointer: "/rules/durationDays" },
        { pointer: "/rules/heartbeatSeconds" },
        { pointer: "/rules/features/export-4k", message: "This feature is a flag: on or off." },
        { pointer: "/rules/features/nothing", message: "The product has no feature nothing." },
      ],
    });
    expect(await authority.policies.get(actor, catalog.policyId)).toMatchObject({ draft: null });
  });

  test("cannot publish a draft that grants what was archived after it was saved", async () => {
    const { policies, products } = authority;
    await policies.saveDraft(actor, catalog.policyId, rules({ features: { "export-4k": true } }));
    const { features } = await products.get(actor, catalog.productId);
    const feature = features.find(({ code }) => code === "export-4k");
    await products.setFeatureArchived(actor, feature?.id ?? "", true);
    await expect(policies.publish(actor, catalog.policyId)).rejects.toMatchObject({
      errors: [{ pointer: "/rules/features/export-4k" }],
    });
  });

  test("that is archived publishes nothing until it is restored", async () => {
    const { policies } = authority;
    await policies.saveDraft(actor, catalog.policyId, rules({ activationsMax: 5 }));
    await policies.setArchived(actor, catalog.policyId, true);
    await expect(policies.publish(actor, catalog.policyId)).rejects.toEqual(
      refusal("This policy is archived; restore it first."),
    );
    await policies.setArchived(actor, catalog.policyId, false);
    expect(await policies.publish(actor, catalog.policyId)).toMatchObject({ number: 2 });
  });
});

test("of two people who edit one draft the second is told of the first, and nothing is overwritten, published or dropped unseen", async () => {
  const { policies } = authority;
  const { policyId } = catalog;
  const { revision: opened } = await policies.get(actor, policyId);
  const save = (activationsMax: number, basedOn: number) =>
    policies.saveDraft(actor, policyId, rules({ activationsMax }), basedOn);
  const [one, other] = await Promise.all([save(5, opened), save(7, opened)]);
  const [kept, refused] = one.conflict === null ? [one, other] : [other, one];
  expect(kept).toMatchObject({ conflict: null, hasDraft: true });
  expect(refused.conflict).toEqual({
    revision: kept.revision,
    what: "saved",
    at: authority.clock.now(),
    by: "Olive Owner",
  });
  const { draft } = await policies.get(actor, policyId);
  expect(draft?.activationsMax).toBe(one.conflict === null ? 5 : 7);
  const unseen = refusal(
    "Olive Owner saved a draft of it after you had opened this policy. Nothing was done; look at it first.",
  );
  await expect(policies.publish(actor, policyId, opened)).rejects.toEqual(unseen);
  await expect(policies.discardDraft(actor, policyId, opened)).rejects.toEqual(unseen);

  const over = await save(9, refused.revision);
  expect(over.conflict).toBeNull();
  await policies.publish(actor, policyId, over.revision);
  expect((await save(11, over.revision)).conflict).toMatchObject({ what: "published" });
  expect(await policies.get(actor, policyId)).toMatchObject({
    draft: null,
    versions: [{ rules: { activationsMax: 9 } }, {}],
  });
});

describe("a published version", () => {
  test("cannot be changed or deleted, even by a statement of the processes' own role", async () => {
    for (const sql of ["UPDATE policy_version SET rules = '{}'", "DELETE FROM policy_version"]) {
      const attempt = authority.database.withTenant(actor.tenantId, (tx) => tx.$executeRawUnsafe(sql));
      await expect(attempt).rejects.toThrow(/permission denied/);
    }
    expect((await authority.policies.get(actor, catalog.policyId)).versions[0]?.rules).toEqual(DEFAULT_RULES);
  });

  test("is numbered one after the other by people who publish at the same moment", async () => {
    const { policies } = authority;
    const publish = async (activationsMax: number) => {
      await policies.saveDraft(actor, catalog.policyId, rules({ activationsMax }));
      return policies.publish(actor, catalog.policyId);
    };
    const outcomes = await Promise.allSettled([2, 3, 4, 5, 6, 7].map(publish));
    const numbers = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? [outcome.value.number] : [],
    );
    for (const outcome of outcomes) {
      // Somebody else's publishing took the draft along.
      if (outcome.status === "rejected")
        expect(outcome.reason.message).toMatch(/^Nothing has changed since version/);
    }
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 2));
    const { versions } = await policies.get(actor, catalog.policyId);
    expect(versions.map(({ number }) => number)).toEqual(
      [...numbers.keys(), numbers.length].map((n) => n + 1).reverse(),
    );
  });

  test("differs from another by exactly the rules that changed", async () => {
    const { policies } = authority;
    await policies.saveDraft(actor, catalog.policyId, rules({ features: { "projects-max": 3 } }));
    const { versionId } = await policies.publish(actor, catalog.policyId);
    expect(await policies.diff(actor, catalog.versionId, versionId)).toEqual([
      { path: "features/projects-max", before: undefined, after: 3 },
    ]);
  });
});

test("what belongs to another tenant answers as what does not exist", async () => {
  const other = await createVendor(authority);
  const theirs = await createCatalog(authority, other.actor);
  const { policies } = authority;
  for (const id of [theirs.policyId, newUuid()]) {
    for (const attempt of [
      () => policies.get(actor, id),
      () => policies.update(actor, id, { name: "Mine", description: "" }),
      () => policies.saveDraft(actor, id, DEFAULT_RULES),
      () => policies.discardDraft(actor, id),
      () => policies.publish(actor, id),
      () => policies.setArchived(actor, id, true),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: "not_found",
        message: "There is no such policy.",
      });
    }
  }
  await expect(policies.diff(actor, catalog.versionId, theirs.versionId)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await policies.list(actor)).toHaveLength(1);
});
