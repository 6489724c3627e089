import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { verifyPassword } from "#server/auth/passwords.ts";
import { listLicenses } from "#server/authority/license-input.ts";
import { type Authority, createAuthority } from "#server/testing/authority.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { activateRequest, TEST_MASTER_KEY } from "#server/testing/fixtures.ts";

const printed = z.object({
  tenant: z.string(),
  rootKey: z.string(),
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
  const made = await seed({ SIGNET_DEMO_SECRET: "one" });
  expect(made).toMatchObject({
    tenant: "acme",
    signIns: [
      { label: "Admin", email: "admin@signet.local" },
      { label: "Customer", email: "customer@signet.local" },
    ],
  });
  for (const { email, password } of made.signIns) {
    const user = await authority.database.prisma.user.findUniqueOrThrow({ where: { email } });
    expect(await verifyPassword(user.passwordHash, password)).toBe(true);
  }
  expect(made.licenses).toHaveLength(3);
  const tenant = await authority.tenants.resolve("acme");
  if (tenant === undefined) throw new Error("the seed makes a tenant");
  for (const { key, product } of made.licenses) {
    const request = { ...activateRequest(key, "laptop"), product };
    const decision = await authority.activations.activate(tenant.id, request);
    // The test's clock says 2030, long after these licenses: what counts is that each is known, for this product.
    if (decision.outcome === "denied") expect(decision.code).toBe("license_expired");
  }

  expect(await seed({ SIGNET_DEMO_SECRET: "one" })).toEqual(made);
  // A password that is not the demo's is not known, and so not told.
  expect(await seed({ SIGNET_DEMO_SECRET: "another" })).toEqual({ ...made, signIns: [] });
  const { items } = await authority.licenses.list(
    { kind: "system", tenantId: tenant.id },
    listLicenses.parse({}),
  );
  expect(items).toHaveLength(3);
}, 60_000);
