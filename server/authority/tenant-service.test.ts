import { afterAll, beforeAll, expect, test } from "vitest";
import { publicId } from "#server/domain/ids.ts";
import { newUuid } from "#server/platform/ids.ts";
import { type Authority, createAuthority, createVendor } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createTenants } from "./tenant-service.ts";

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

test("a tenant comes with its owner, its keys and its first bundle", async () => {
  const { tenantId, slug, userId } = await createVendor(authority);
  expect(await authority.database.prisma.membership.findMany({ where: { tenantId } })).toMatchObject([
    { userId, role: "owner" },
  ]);
  expect(await authority.trust.rootKey(tenantId)).toMatch(/^[\w-]{43}$/);
  expect(await authority.trust.currentBundle(tenantId)).toMatchObject({ seq: 1 });
  expect(await authority.tenants.resolve(slug)).toEqual({ id: tenantId, slug });
  expect(await authority.tenants.resolve(publicId("tenant", tenantId))).toEqual({ id: tenantId, slug });
});

test("when its keys cannot be made, nothing of the tenant remains", async () => {
  const { userId } = await createVendor(authority);
  const broken = createTenants({
    ...authority,
    trust: { provision: () => Promise.reject(new Error("no keys")) },
  });
  const fields = { slug: "half-made", name: "Half", mode: "trial", ownerUserId: userId } as const;
  await expect(broken.create(fields)).rejects.toThrow("no keys");
  expect(await authority.tenants.resolve("half-made")).toBeUndefined();
  expect(await authority.database.prisma.membership.count({ where: { userId } })).toBe(1);
});

test("a slug that is taken is refused, naming it", async () => {
  const { slug, userId } = await createVendor(authority);
  const creating = authority.tenants.create({ slug, name: "Again", mode: "trial", ownerUserId: userId });
  await expect(creating).rejects.toMatchObject({ errors: [{ pointer: "/slug" }] });
});

test("an address that is not one is unknown, and becomes known as soon as it is one", async () => {
  for (const address of [
    "",
    "nobody",
    "../etc",
    publicId("tenant", newUuid()),
    publicId("license", newUuid()),
  ]) {
    expect(await authority.tenants.resolve(address)).toBeUndefined();
  }
  const { userId } = await createVendor(authority);
  await authority.tenants.create({ slug: "nobody", name: "Somebody", mode: "trial", ownerUserId: userId });
  expect(await authority.tenants.resolve("nobody")).toMatchObject({ slug: "nobody" });
});
