import { execFile } from "node:child_process";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createFastifyApp } from "#server/license-server/fastify-adapter.ts";
import { createLicenseServer } from "#server/license-server/license-server.ts";
import { createAuthority } from "#server/testing/authority.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createLicense, createTenant } from "#server/testing/fixtures.ts";

test("the documentation's client without the SDK activates, verifies from the root key down, and believes no other root", async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const authority = createAuthority(database.appUrl);
  onTestFinished(() => authority.close());
  // The program goes by the machine's own clock.
  authority.clock.turnTo(new Date());
  const tenant = await createTenant(authority);
  const { licenseKey } = await createLicense(authority, tenant, { features: { "export-4k": true } });
  const app = createFastifyApp(createLicenseServer({ ...authority, log: pino({ level: "silent" }) }));
  onTestFinished(() => app.close());
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;

  const run = (changes: Record<string, string>) =>
    promisify(execFile)(process.execPath, ["docs/examples/plain-http.mjs"], {
      env: {
        ...process.env,
        SIGNET_SERVER: `http://127.0.0.1:${port}`,
        SIGNET_TENANT: tenant.slug,
        SIGNET_PRODUCT: tenant.product,
        SIGNET_LICENSE_KEY: licenseKey,
        ...changes,
      },
    });
  const rootKey = await authority.trust.rootKey(tenant.tenantId);
  const { stdout } = await run({ SIGNET_ROOT_KEY: rootKey });
  expect(stdout).toMatch(/^Activated act_\w{26} with .*'export-4k': true/);

  const otherTenant = await createTenant(authority);
  const otherRoot = await authority.trust.rootKey(otherTenant.tenantId);
  await expect(run({ SIGNET_ROOT_KEY: otherRoot })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("signed by the expected key"),
  });
});
