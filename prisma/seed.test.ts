import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { listLicenses } from "#server/authority/license-input.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";

const printed = z.object({
  tenant: z.string(),
  rootKey: z.string(),
  users: z.array(z.object({ role: z.string(), email: z.string(), password: z.string().nullable() })),
  signIns: z.array(z.object({ label: z.string(), email: z.string(), password: z.string() })),
  licenses: z.array(z.object({ product: z.string(), key: z.string() })),
});

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

async function seed(env: Record<string, string> = {}) {
  const script = fileURLToPath(new URL("./seed.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    env: {
      ...process.env,
      DATABASE_APP_URL: database.appUrl,
      SIGNET_MASTER_KEY: TEST_MASTER_KEY,
      NEXTAUTH_SECRET: "s".repeat(32),
      ...env,
    },
  });
  return printed.parse(JSON.parse(stdout.trimEnd()));
}

test("the seed makes a tenant that can be signed in to, with licenses that work; a second run changes nothing", async () => {
  await expect(seed({ SIGNET_DEMO_PASSWORD: "short" })).rejects.toThrow("Use at least 12 characters.");

  const made = await seed();
  expect(made).toMatchObject({
    tenant: "acme",
    users: [
      { role: "owner", email: "admin@signet.local" },
      { role: "customer", email: "customer@signet.local" },
    ],
  });
  expect(made.signIns.map(({ label }) => label)).toEqual(["Admin", "Customer"]);
  expect(made.licenses).toHaveLength(3);
  const tenant = await authority.tenants.resolve("acme");
  if (tenant === undefined) throw new Error("the seed makes a tenant");
  for (const { key, product } of made.licenses) {
    const request = { ...activateRequest(key, "laptop"), product };
    const decision = await authority.activations.activate(tenant.id, request);
    // The test's clock says 2030, long after these licenses: what counts is that each is known, for this product.
    if (decision.outcome === "denied") expect(decision.code).toBe("license_expired");
  }

  const again = await seed({ SIGNET_DEMO_PASSWORD: "another password" });
  expect(again).toMatchObject({ tenant: "acme", rootKey: made.rootKey, signIns: [], licenses: [] });
  expect(again.users.map(({ password }) => password)).toEqual([null, null]);
  const { items } = await authority.licenses.list(
    { kind: "system", tenantId: tenant.id },
    listLicenses.parse({}),
  );
  expect(items).toHaveLength(3);
}, 60_000);
