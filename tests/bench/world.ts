import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { startCluster } from "#prisma/embedded/cluster.ts";
import { migrate } from "#prisma/migrator/migrate.ts";
import { publicId } from "#server/domain/ids.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { databaseAppUrl } from "#server/platform/master-key.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
  TEST_MASTER_KEY,
  type TestTenant,
} from "#server/testing/fixtures.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import { METER_RULES } from "#server/testing/usage.ts";

const SPREAD_LICENSES = 1_000;
const SEATS = 60;
/** Leases held on each license, for heartbeats; the other seats are there to be checked out. */
const HELD_PER_LICENSE = 4;
const HELD = "held-";
const DAY_SECONDS = 86_400;
const MADE_AT_ONCE = 8;

/** A device with its token, as an application holds it. */
export interface Device {
  readonly licenseId: string;
  readonly activationId: string;
  readonly token: string;
}

export interface HeldLease {
  /** As in a path. */
  readonly id: string;
  readonly stored: string;
  readonly activationId: string;
  readonly fence: number;
  /** The device's. */
  readonly token: string;
}

/** One tenant with all that the hot paths need; none of its limits is ever reached. */
export interface World {
  readonly slug: string;
  readonly tenantId: string;
  readonly hotKey: string;
  readonly spreadKeys: readonly string[];
  /** A device of each license with seats. */
  readonly seated: readonly Device[];
  readonly leases: readonly HeldLease[];
  /** A device whose license has a balance. */
  readonly metered: Device;
}

/** A durable PostgreSQL of its own. */
export async function createServer() {
  const directory = mkdtempSync(join(tmpdir(), "signet-bench-"));
  // PostgreSQL's own user, when root starts it as another, must be able to pass through.
  chmodSync(directory, 0o711);
  const cluster = await startCluster({
    dataDirectory: join(directory, "postgres"),
    password: "bench",
    durable: true,
  });
  return {
    cluster,
    async stop() {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A migrated database with one tenant in it: one hot license, a thousand others with seats, one with credits. */
export async function createWorld(ownerUrl: string, spreadLicenses = SPREAD_LICENSES) {
  const appUrl = databaseAppUrl(ownerUrl, TEST_MASTER_KEY);
  await migrate({ ownerUrl, appUrl });
  const runtime = createRuntime(appUrl, new TestClock(new Date()));
  const tenant = await createTenant(runtime);
  const rules: Partial<PolicyRules> = { activationsMax: null, fingerprintMatch: "all" };
  const seats: Partial<PolicyRules> = { seats: SEATS, leaseTtlSeconds: DAY_SECONDS, heartbeatSeconds: 60 };
  const hot = await createLicense(runtime, tenant, rules);
  const metered = await createMetered(runtime, tenant, rules);

  const spreadKeys: string[] = [];
  const seated: Device[] = [];
  const leases: HeldLease[] = [];
  let left = spreadLicenses;
  async function makeSome(): Promise<void> {
    while (left-- > 0) {
      const license = await createLicense(runtime, tenant, { ...rules, ...seats });
      spreadKeys.push(license.licenseKey);
      const device = await activate(runtime, tenant, license);
      seated.push(device);
      for (let held = 0; held < HELD_PER_LICENSE; held++) {
        leases.push(await checkOut(runtime, tenant.tenantId, device, `${HELD}${held}`));
      }
    }
  }
  await Promise.all(Array.from({ length: MADE_AT_ONCE }, makeSome));
  await runtime.close();

  const { tenantId, slug } = tenant;
  const world: World = { slug, tenantId, hotKey: hot.licenseKey, spreadKeys, seated, leases, metered };
  const owner = new Pool({ connectionString: ownerUrl, max: 1 });
  // A database that has run for some minutes has statistics; autovacuum would otherwise gather them while we measure.
  await owner.query("VACUUM (ANALYZE)");
  return {
    ...world,
    ownerUrl,
    appUrl,
    owner,
    /** Gives back every seat that was checked out since, and leaves the tables as autovacuum would. */
    async freeSeats(): Promise<void> {
      await owner.query(
        `UPDATE seat SET lease_id = NULL, activation_id = NULL, holder = NULL, borrowed = false, expires_at = NULL
          WHERE lease_id IS NOT NULL AND holder NOT LIKE '${HELD}%'`,
      );
      await owner.query("VACUUM (ANALYZE) seat");
    },
    stop: () => owner.end(),
  };
}

export type StartedWorld = Awaited<ReturnType<typeof createWorld>>;

/** A device whose license has credits that no benchmark can spend. */
async function createMetered(
  runtime: Runtime,
  tenant: TestTenant,
  rules: Partial<PolicyRules>,
): Promise<Device> {
  const { tenantId } = tenant;
  const license = await createLicense(runtime, tenant, { ...rules, meters: { credits: METER_RULES } });
  await runtime.database.withTenant(tenantId, (tx) =>
    runtime.credits.grant(tx, tenantId, {
      licenseId: license.id,
      meter: "credits",
      kind: "prepaid",
      amount: 1_000_000_000_000,
      priority: 100,
      expiresAt: null,
      reason: "benchmark",
      correlationId: "cor_benchmark",
    }),
  );
  return activate(runtime, tenant, license);
}

async function activate(
  { activations }: Runtime,
  { tenantId }: TestTenant,
  license: { readonly id: string; readonly licenseKey: string },
): Promise<Device> {
  const decision = await activations.activate(tenantId, activateRequest(license.licenseKey, "bench"));
  if (decision.outcome === "denied") throw new Error(decision.code);
  const { activationId, token } = decision.value;
  return { licenseId: license.id, activationId, token };
}

async function checkOut(
  { leases }: Runtime,
  tenantId: string,
  { activationId, token }: Device,
  holder: string,
): Promise<HeldLease> {
  const { requestHash, correlationId, nonce } = activateRequest("", "bench");
  const request = { activationId, holder, nonce, requestHash, correlationId };
  const decision = await leases.checkout(tenantId, request);
  if (decision.outcome === "denied") throw new Error(decision.code);
  const { leaseId, fence } = decision.value;
  return { id: publicId("lease", leaseId), stored: leaseId, activationId, fence, token };
}
