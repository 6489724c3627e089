import { pino } from "pino";
import { createMailPreferences } from "#server/auth/mail-preferences.ts";
import { createAccounts } from "#server/authority/account-service.ts";
import { createApiKeys } from "#server/authority/api-key-service.ts";
import { createAuditCheckpoints } from "#server/authority/audit-checkpoints.ts";
import { createAudit } from "#server/authority/audit-service.ts";
import { createAuthorityFiles } from "#server/authority/authority-file-service.ts";
import { createCustomers } from "#server/authority/customer-service.ts";
import { createDownloads } from "#server/authority/download-service.ts";
import { createGuidedStart } from "#server/authority/guided-start-service.ts";
import { createIdentityProviderSettings } from "#server/authority/identity-provider-service.ts";
import { createLicenseBatches } from "#server/authority/license-batch-service.ts";
import { issueLicenses } from "#server/authority/license-input.ts";
import { createLicenses } from "#server/authority/license-service.ts";
import { createOfflineDesk } from "#server/authority/offline-desk.ts";
import { createOverview } from "#server/authority/overview-service.ts";
import { createOwnDevices } from "#server/authority/own-devices.ts";
import { createOwnLicenses } from "#server/authority/own-licenses.ts";
import { createOwnSeats } from "#server/authority/own-seats.ts";
import { createOwnUsage } from "#server/authority/own-usage.ts";
import { createPolicies } from "#server/authority/policy-service.ts";
import { createProducts } from "#server/authority/product-service.ts";
import { createPromotion } from "#server/authority/promotion-service.ts";
import { createSearch } from "#server/authority/search-service.ts";
import { createSeats } from "#server/authority/seat-service.ts";
import { createTenantSettings } from "#server/authority/settings-service.ts";
import { createStories } from "#server/authority/story-service.ts";
import { createTenants } from "#server/authority/tenant-service.ts";
import { createTrustKeys } from "#server/authority/trust-service.ts";
import type { UserActor } from "#server/domain/actor.ts";
import { publicId } from "#server/domain/ids.ts";
import { DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import { createMails } from "#server/mail/mails.ts";
import { createNotices } from "#server/mail/notices.ts";
import { createPayloads } from "#server/mail/sealed-payload.ts";
import { createStaffDigest } from "#server/mail/staff-digest.ts";
import { newUuid, randomSecret } from "#server/platform/ids.ts";
import { localKeyWrapper } from "#server/platform/master-key.ts";
import { createPublicRequest, type PublicRequestOptions, refuseUrl } from "#server/platform/public-fetch.ts";
import { createDeliverer } from "#server/webhooks/deliveries.ts";
import { createSender } from "#server/webhooks/sender.ts";
import { createWebhooks } from "#server/webhooks/service.ts";
import { createRuntime, type Runtime, TEST_MASTER_KEY } from "./fixtures.ts";

export type Authority = ReturnType<typeof createAuthority>;

/** The control plane's services beside the runtime's, on a real database, with a clock to advance. */
export function createAuthority(
  appUrl: string,
  runtime: Runtime = createRuntime(appUrl),
  reach: PublicRequestOptions = {},
) {
  const { activations: devices } = runtime;
  const auditCheckpoints = createAuditCheckpoints({ ...runtime, log: pino({ level: "silent" }) });
  const send = createSender({ ask: createPublicRequest(reach), clock: runtime.clock, timeoutMs: 1_000 });
  const deliveries = createDeliverer({ ...runtime, send });
  const checkUrl = (url: string) => refuseUrl(url, reach);
  const payloads = createPayloads({ ...runtime, keyWrapper: localKeyWrapper(TEST_MASTER_KEY) });
  const seats = createSeats(runtime);
  const mails = createMails({ ...runtime, payloads });
  const { wanting, digestReaders: readersOf } = createMailPreferences(runtime);
  const notices = createNotices({ mails, wanting });
  return {
    ...runtime,
    ownLicenses: createOwnLicenses(runtime),
    ownDevices: createOwnDevices({ ...runtime, devices }),
    ownSeats: createOwnSeats({ ...runtime, seats }),
    notices,
    staffDigest: createStaffDigest({ ...runtime, mails, readersOf }),
    tenants: createTenants(runtime),
    products: createProducts(runtime),
    policies: createPolicies(runtime),
    authorityFiles: createAuthorityFiles(runtime),
    customers: createCustomers(runtime),
    guidedStart: createGuidedStart(runtime),
    licenseBatches: createLicenseBatches(runtime),
    licenses: createLicenses({ ...runtime, devices, notices }),
    identityProviders: createIdentityProviderSettings(runtime),
    apiKeys: createApiKeys(runtime),
    overview: createOverview(runtime),
    auditCheckpoints,
    audit: createAudit({ ...runtime, auditCheckpoints }),
    seats,
    tenantSettings: createTenantSettings(runtime),
    promotion: createPromotion(runtime),
    balances: createAccounts(runtime),
    ownUsage: createOwnUsage({ ...runtime, ledgers: createAccounts(runtime) }),
    downloads: createDownloads(runtime),
    offlineDesk: createOfflineDesk({ ...runtime, files: runtime.offline }),
    stories: createStories(runtime),
    search: createSearch(runtime),
    trustKeys: createTrustKeys(runtime),
    deliveries,
    payloads,
    mails,
    webhooks: createWebhooks({ ...runtime, deliverer: deliveries, checkUrl }),
  };
}

/** A tenant made as the product makes it, and its owner. */
export async function createVendor({ database, tenants }: Authority) {
  const userId = newUuid();
  const name = `v-${randomSecret(6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "x")}`;
  await database.prisma.user.create({
    data: { id: userId, email: `${name}@example.com`, name: "Olive Owner" },
  });
  const { id: tenantId, slug } = await tenants.create({
    slug: name,
    name,
    mode: "trial",
    ownerUserId: userId,
  });
  const actor: UserActor = { kind: "user", userId, tenantId, role: "owner" };
  return { tenantId, slug, userId, actor };
}

/** A product with one feature of each kind and a meter, a published policy, and a customer. */
export async function createCatalog(
  authority: Authority,
  actor: UserActor,
  rules: Partial<PolicyRules> = {},
) {
  const { products, policies, customers } = authority;
  const text = { description: "" };
  const { id: productId } = await products.create(actor, {
    ...text,
    code: "renderer",
    name: "Renderer",
    keyPrefix: "RNDR",
  });
  const flag = { ...text, code: "export-4k", name: "4K export", kind: "flag" } as const;
  await products.addFeature(actor, productId, flag);
  await products.addFeature(actor, productId, {
    ...text,
    code: "projects-max",
    name: "Projects",
    kind: "limit",
  });
  await products.addFeature(actor, productId, {
    ...text,
    code: "support-tier",
    name: "Support",
    kind: "value",
  });
  await products.addMeter(actor, productId, { code: "render-minutes", name: "Rendering", unit: "minutes" });
  const { id: policyId } = await policies.create(actor, {
    ...text,
    productId,
    code: "studio",
    name: "Studio",
    rules: { ...DEFAULT_RULES, ...rules },
  });
  const { versionId } = await policies.publish(actor, policyId);
  const { id: customerId } = await customers.create(actor, { name: "Northwind", email: null, note: "" });
  return { productId, policyId, versionId, customerId };
}

export type Catalog = Awaited<ReturnType<typeof createCatalog>>;

/** Issues one license, as the portal would ask for it. */
export async function issueOne(
  { licenses }: Authority,
  actor: UserActor,
  { customerId, policyId }: Catalog,
  change: object = {},
) {
  const request = issueLicenses.parse({
    customerId: publicId("customer", customerId),
    policyId: publicId("policy", policyId),
    ...change,
  });
  const [issued] = await licenses.issue(actor, request);
  if (issued === undefined) throw new Error("one license was asked for");
  return issued;
}
