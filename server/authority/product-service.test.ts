import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "#server/domain/actor.ts";
import { SignetError } from "#server/domain/errors.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { listAudit } from "./audit-input.ts";
import { productFields } from "./product-input.ts";

let database: TestDatabase;
let authority: Authority;
let actor: UserActor;

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
});

const renderer = { code: "renderer", name: "Renderer", description: "", keyPrefix: "RNDR" };
const flag = { code: "export-4k", name: "4K export", description: "", kind: "flag" } as const;
const minutes = { code: "render-minutes", name: "Rendering", unit: "minutes" };

function naming(pointer: string, message: string) {
  return expect.objectContaining({ code: "invalid_request", errors: [{ pointer, message }] });
}

describe("a product", () => {
  test("is listed with its catalogue's size, and read with the catalogue itself", async () => {
    const { id } = await authority.products.create(actor, renderer);
    await authority.products.addFeature(actor, id, flag);
    const { id: meterId } = await authority.products.addMeter(actor, id, minutes);
    expect(await authority.products.list(actor)).toMatchObject([
      { id, code: "renderer", _count: { features: 1, meters: 1, policies: 0 } },
    ]);
    expect(await authority.products.get(actor, id)).toMatchObject({
      ...renderer,
      features: [flag],
      meters: [{ id: meterId, ...minutes }],
    });
  });

  test("with a code or key prefix that is taken is refused, naming the field", async () => {
    await authority.products.create(actor, renderer);
    await expect(authority.products.create(actor, { ...renderer, keyPrefix: "OTHER" })).rejects.toEqual(
      naming("/code", "Another product already has the code renderer."),
    );
    await expect(authority.products.create(actor, { ...renderer, code: "other" })).rejects.toEqual(
      naming("/keyPrefix", "Another product already has the key prefix RNDR."),
    );
  });

  test("created twice at the same moment is created once, and the other is told why", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => authority.products.create(actor, renderer)),
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toHaveLength(5);
    for (const reason of refused) expect(reason).toBeInstanceOf(SignetError);
    expect(await authority.products.list(actor)).toHaveLength(1);
    const { items } = await authority.audit.list(actor, listAudit.parse({ action: "product." }));
    expect(items).toHaveLength(1);
  });

  test("is changed in name and description, with the audit log knowing both", async () => {
    const { id } = await authority.products.create(actor, renderer);
    await authority.products.update(actor, id, { name: "Renderer 2", description: "Faster." });
    expect(await authority.products.get(actor, id)).toMatchObject({ name: "Renderer 2", code: "renderer" });
    const { items } = await authority.audit.list(actor, listAudit.parse({ action: "product.updated" }));
    expect(items).toMatchObject([
      {
        before: { name: "Renderer", description: "" },
        after: { name: "Renderer 2", description: "Faster." },
      },
    ]);
  });

  test("that is archived takes nothing new until it is restored", async () => {
    const { id } = await authority.products.create(actor, renderer);
    await authority.products.setArchived(actor, id, true);
    await expect(authority.products.addFeature(actor, id, flag)).rejects.toEqual(
      naming("/productId", "This product is archived; restore it first."),
    );
    await authority.products.setArchived(actor, id, false);
    await authority.products.addFeature(actor, id, flag);
  });

  test("tells a developer what to embed", async () => {
    const { id } = await authority.products.create(actor, renderer);
    const sdk = await authority.products.sdk(actor, id);
    expect(sdk).toMatchObject({ product: "renderer", rootKey: expect.stringMatching(/^[\w-]{43}$/) });
  });
});

describe("features and meters", () => {
  test("with a code that the product has already are refused, naming it; another product may have it", async () => {
    const { id } = await authority.products.create(actor, renderer);
    const { id: otherId } = await authority.products.create(actor, {
      ...renderer,
      code: "other",
      keyPrefix: "OTHR",
    });
    for (const productId of [id, otherId]) {
      await authority.products.addFeature(actor, productId, flag);
      await authority.products.addMeter(actor, productId, minutes);
    }
    await expect(authority.products.addFeature(actor, id, { ...flag, name: "Again" })).rejects.toEqual(
      naming("/code", "This product already has a feature export-4k."),
    );
    await expect(authority.products.addMeter(actor, id, minutes)).rejects.toEqual(
      naming("/code", "This product already has a meter render-minutes."),
    );
  });
});

test("what belongs to another tenant answers as what does not exist", async () => {
  const other = await createVendor(authority);
  const { id } = await authority.products.create(other.actor, renderer);
  const { id: featureId } = await authority.products.addFeature(other.actor, id, flag);
  const { id: meterId } = await authority.products.addMeter(other.actor, id, minutes);
  const change = { name: "Mine", description: "" };
  for (const productId of [id, newUuid()]) {
    for (const attempt of [
      () => authority.products.get(actor, productId),
      () => authority.products.sdk(actor, productId),
      () => authority.products.update(actor, productId, change),
      () => authority.products.setArchived(actor, productId, true),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: "not_found",
        message: "There is no such product.",
      });
    }
    await expect(authority.products.addFeature(actor, productId, flag)).rejects.toEqual(
      naming("/productId", "There is no such product; choose one of the list."),
    );
  }
  await expect(authority.products.updateFeature(actor, featureId, change)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(authority.products.setMeterArchived(actor, meterId, true)).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await authority.products.get(other.actor, id)).toMatchObject({ name: "Renderer", archivedAt: null });
});

test.each([
  ["code", { code: "-x" }],
  ["code", { code: "Renderer" }],
  ["code", { code: "a" }],
  ["code", { code: undefined }],
  ["name", { name: "   " }],
  ["name", { name: "x".repeat(121) }],
  ["name", { name: "a\u0000b" }],
  ["name", { name: "\ud800" }],
  ["keyPrefix", { keyPrefix: "R" }],
  ["keyPrefix", { keyPrefix: 7 }],
])("a bad %s is named with a sentence: %j", (field, change) => {
  const issues = productFields.safeParse({ ...renderer, ...change }).error?.issues ?? [];
  expect(issues.map(({ path }) => path)).toEqual([[field]]);
  expect(issues[0]?.message).toMatch(/^[A-Z].*\.$/);
});

test("a field that is not known is refused", () => {
  expect(productFields.safeParse({ ...renderer, tenantId: newUuid() }).error?.issues).toMatchObject([
    { code: "unrecognized_keys", keys: ["tenantId"] },
  ]);
});
