import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH, parseLicenseKey } from "#sdk/license-key.ts";
import type { ActivateRequest } from "#sdk/wire.ts";
import { createActivationsStore } from "#server/activations/activations-store.ts";
import { createActivations } from "#server/activations/service.ts";
import { createCallersStore } from "#server/callers/callers-store.ts";
import { createCallers } from "#server/callers/service.ts";
import { licenseStatus, validity } from "#server/domain/license-state.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { createIdempotencyStore } from "#server/idempotency/idempotency-store.ts";
import { createIdempotency } from "#server/idempotency/service.ts";
import { createLeasesStore } from "#server/leases/leases-store.ts";
import { createLeases } from "#server/leases/service.ts";
import { createOfflineStore } from "#server/offline/offline-store.ts";
import { createOffline } from "#server/offline/service.ts";
import { createAnnouncer, LICENSE_USES, SEAT_CHANGES } from "#server/platform/announcer.ts";
import { createDatabase } from "#server/platform/database.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { localKeyWrapper } from "#server/platform/master-key.ts";
import { createPublicFetch, type PublicFetch } from "#server/platform/public-fetch.ts";
import { createCertificates } from "#server/trust/certificates.ts";
import { createTrust } from "#server/trust/service.ts";
import { createVault } from "#server/trust/vault.ts";
import { createCredits } from "#server/usage/credits.ts";
import { createUsage } from "#server/usage/service.ts";
import { createUsageStore } from "#server/usage/usage-store.ts";
import { TestClock } from "./test-clock.ts";

/** A master key for tests; every process of one test must be given the same. */
export const TEST_MASTER_KEY = Buffer.alloc(32, 7).toString("base64");

export type Runtime = ReturnType<typeof createRuntime>;

/** The runtime plane's services on a real database, with a clock to advance. */
export function createRuntime(
  appUrl: string,
  clock: TestClock = new TestClock("2030-01-01"),
  fetch: PublicFetch = createPublicFetch(),
) {
  const log = pino({ level: "silent" });
  const database = createDatabase({ url: appUrl });
  const vault = createVault({ database, keyWrapper: localKeyWrapper(TEST_MASTER_KEY) });
  const trust = createTrust({ database, clock, vault });
  const certificates = createCertificates({ database, clock, trust });
  const store = createActivationsStore(database.pool, clock);
  const seatChanges = createAnnouncer({ pool: database.pool, channel: SEAT_CHANGES, log });
  const uses = createAnnouncer({ pool: database.pool, channel: LICENSE_USES, log });
  const activations = createActivations({ store, trust, vault, certificates, clock, seatChanges, uses });
  const leases = createLeases({
    store: createLeasesStore(database.pool, clock),
    trust,
    database,
    seatChanges,
    uses,
  });
  const usage = createUsage({ store: createUsageStore(database.pool, clock), trust, database, uses });
  const credits = createCredits({ clock });
  const offlineStore = createOfflineStore(database.pool, clock);
  const offline = createOffline({
    store: offlineStore,
    trust,
    vault,
    certificates,
    activations,
    usage,
    clock,
    uses,
  });
  const callers = createCallers({
    store: createCallersStore(database.pool, clock),
    trust,
    vault,
    clock,
    fetch,
  });
  const idempotencyStore = createIdempotencyStore(database.pool, clock);
  const idempotency = createIdempotency({ store: idempotencyStore, vault, log });
  const close = async () => {
    await Promise.all([seatChanges.close(), uses.close()]);
    await database.close();
  };
  return {
    database,
    clock,
    vault,
    trust,
    certificates,
    seatChanges,
    activations,
    leases,
    usage,
    credits,
    offline,
    callers,
    idempotency,
    idempotencyStore,
    uses,
    close,
  };
}

/** A tenant with keys and a first bundle, and one product. */
export async function createTenant({ database, trust, clock }: Runtime, product = "renderer") {
  const tenantId = newUuid();
  const productId = newUuid();
  const slug = `t-${randomBytes(6).toString("hex")}`;
  await database.prisma.tenant.create({ data: { id: tenantId, slug, name: "Test", createdAt: clock.now() } });
  await database.withTenant(tenantId, async (tx) => {
    await trust.provision(tx, tenantId);
    await tx.product.create({
      data: { tenantId, id: productId, code: product, name: product, keyPrefix: "TEST" },
    });
  });
  return { tenantId, slug, productId, product };
}

export type TestTenant = Awaited<ReturnType<typeof createTenant>>;

/** A license issued now under rules of its own. */
export async function createLicense(runtime: Runtime, tenant: TestTenant, change: Partial<PolicyRules> = {}) {
  const { database, clock, vault } = runtime;
  const { tenantId, productId } = tenant;
  const rules: PolicyRules = { ...DEFAULT_RULES, ...change };
  const now = clock.now();
  const licenseKey = formatLicenseKey(
    "TEST",
    randomBytes(LICENSE_KEY_DATA_LENGTH).map((byte) => byte & 31),
  );
  const parsed = parseLicenseKey(licenseKey);
  if (!parsed.ok) throw new Error(parsed.reason);
  const cipher = await vault.cipher(tenantId);
  const [id, customerId, policyId, policyVersionId] = [newUuid(), newUuid(), newUuid(), newUuid()];
  const starts = rules.validFrom === "issue" ? now : null;
  const ends = starts === null ? { expiresAt: null, graceUntil: null } : validity(rules, starts);
  const times = { validFrom: starts, ...ends, suspendedAt: null, revokedAt: null };
  await database.withTenant(tenantId, async (tx) => {
    await tx.customer.create({ data: { tenantId, id: customerId, name: `Customer ${customerId}` } });
    await tx.policy.create({ data: { tenantId, id: policyId, productId, code: policyId, name: "Test" } });
    await tx.policyVersion.create({
      data: { tenantId, id: policyVersionId, policyId, number: 1, rules, publishedAt: now },
    });
    const state = await tx.tenantState.update({
      where: { tenantId },
      data: { nextStatusIndex: { increment: 1 } },
    });
    await tx.license.create({
      data: {
        tenantId,
        id,
        customerId,
        productId,
        policyId,
        policyVersionId,
        keyHash: cipher.keyedHash("license-key", parsed.body),
        keyCipher: cipher.encrypt("license-key", Buffer.from(licenseKey)),
        keyHint: parsed.body.slice(-5),
        statusIndex: state.nextStatusIndex - 1,
        effective: rules,
        issuedAt: now,
        ...times,
        updatedAt: now,
        announcedStatus: licenseStatus(times, now),
        activationsMax: rules.activationsMax,
        activationsCeiling: rules.activationsMax,
      },
    });
    await tx.$executeRaw`SELECT resize_pools(${tenantId}::uuid, ARRAY[${id}::uuid], ${now})`;
    for (const code of Object.keys(rules.meters)) {
      await tx.meter.upsert({
        where: { tenantId_productId_code: { tenantId, productId, code } },
        create: { tenantId, id: newUuid(), productId, code, name: code, unit: code },
        update: {},
      });
    }
    await tx.$executeRaw`SELECT open_accounts(${tenantId}::uuid, ARRAY[${id}::uuid], ${now})`;
  });
  return { id, licenseKey, rules, statusIndex: 0 };
}

/** A well-formed activation request of a device; the same name gives the same device. */
export function activateRequest(
  licenseKey: string,
  device: string,
  change: Partial<ActivateRequest> = {},
): ActivateRequest & { requestHash: string; correlationId: string } {
  const digest = (component: string): string =>
    Buffer.from(`${device}/${component}`.padEnd(32)).toString("base64url");
  return {
    licenseKey,
    product: "renderer",
    fingerprint: { machine: digest("machine"), cpu: digest("cpu"), disk: digest("disk") },
    deviceKey: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
    nonce: randomSecret(16),
    ...change,
    requestHash: randomSecret(32),
    correlationId: `cor_${randomSecret(12)}`,
  };
}
