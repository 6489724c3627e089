import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "#prisma/embedded/cluster.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { databaseAppUrl } from "#server/platform/master-key.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  TEST_MASTER_KEY,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";

const SPREAD_LICENSES = 1_000;

/** A durable PostgreSQL of its own with one tenant, one hot license and a thousand others, none of which has a limit. */
export async function createWorld() {
  const directory = mkdtempSync(join(tmpdir(), "signet-bench-"));
  const cluster = await startCluster({
    dataDirectory: join(directory, "postgres"),
    password: "bench",
    durable: true,
  });
  const ownerUrl = cluster.url("postgres");
  const appUrl = databaseAppUrl(ownerUrl, TEST_MASTER_KEY);
  await migrate({ ownerUrl, appUrl });

  const runtime = createRuntime(appUrl, new TestClock(new Date()));
  const tenant = await createTenant(runtime);
  const rules = { activationsMax: null, fingerprintMatch: "all" } as const;
  const hot = await createLicense(runtime, tenant, rules);
  const spread: string[] = [];
  for (let made = 0; made < SPREAD_LICENSES; made++) {
    spread.push((await createLicense(runtime, tenant, rules)).licenseKey);
  }
  await runtime.close();

  return {
    appUrl,
    slug: tenant.slug,
    hotKey: hot.licenseKey,
    spreadKeys: spread,
    async stop() {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A body that activates a device never seen before. */
export function newDeviceBody(licenseKey: string): string {
  const { requestHash, correlationId, ...body } = activateRequest(licenseKey, randomBytes(8).toString("hex"));
  return JSON.stringify(body);
}
