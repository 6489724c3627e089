import { createActivationsStore } from "./activations/activations-store.ts";
import { createActivations } from "./activations/service.ts";
import { createAnalytics } from "./analytics/service.ts";
import { createAccessByMail } from "./auth/access-by-mail.ts";
import { createAccount } from "./auth/account.ts";
import { createCustomerPeople } from "./auth/customer-people.ts";
import { createIdentities } from "./auth/identities.ts";
import { createInvitations } from "./auth/invitations.ts";
import { createJoinRequests } from "./auth/join-requests.ts";
import { createKeySignUp } from "./auth/key-sign-up.ts";
import { createAskLimiter, createInviteLimiter, createSignInLimiter } from "./auth/limiter.ts";
import { createMailLinks } from "./auth/mail-links.ts";
import { createMailPreferences } from "./auth/mail-preferences.ts";
import { createMembers } from "./auth/members.ts";
import { createOidcProvider } from "./auth/oidc-provider.ts";
import { createAuth } from "./auth/sign-in.ts";
import { createSignUp } from "./auth/sign-up.ts";
import { createTwoFactor } from "./auth/two-factor.ts";
import { createUnsubscribing } from "./auth/unsubscribing.ts";
import { createAccounts } from "./authority/account-service.ts";
import { createApiKeys } from "./authority/api-key-service.ts";
import { createAuditCheckpoints } from "./authority/audit-checkpoints.ts";
import { createAudit } from "./authority/audit-service.ts";
import { createAuthorityFiles } from "./authority/authority-file-service.ts";
import { createCustomers } from "./authority/customer-service.ts";
import { createDownloads } from "./authority/download-service.ts";
import { createGuidedStart } from "./authority/guided-start-service.ts";
import { createIdentityProviderSettings } from "./authority/identity-provider-service.ts";
import { createIncidents } from "./authority/incident-service.ts";
import { createLicenseBatches } from "./authority/license-batch-service.ts";
import { createLicenses } from "./authority/license-service.ts";
import { createOfflineDesk } from "./authority/offline-desk.ts";
import { createOverview } from "./authority/overview-service.ts";
import { createOwnDevices } from "./authority/own-devices.ts";
import { createOwnLicenses } from "./authority/own-licenses.ts";
import { createOwnSeats } from "./authority/own-seats.ts";
import { createOwnUsage } from "./authority/own-usage.ts";
import { createPolicies } from "./authority/policy-service.ts";
import { createProducts } from "./authority/product-service.ts";
import { createPromotion } from "./authority/promotion-service.ts";
import { createSearch } from "./authority/search-service.ts";
import { createSeats } from "./authority/seat-service.ts";
import { createTenantSettings } from "./authority/settings-service.ts";
import { createStories } from "./authority/story-service.ts";
import { createTenants } from "./authority/tenant-service.ts";
import { createTrustKeys } from "./authority/trust-service.ts";
import { createCallersStore } from "./callers/callers-store.ts";
import { createCallers } from "./callers/service.ts";
import { createEventRelay } from "./events/relay.ts";
import { createIdempotencyStore } from "./idempotency/idempotency-store.ts";
import { createIdempotency } from "./idempotency/service.ts";
import { createLab } from "./lab/service.ts";
import { createLeasesStore } from "./leases/leases-store.ts";
import { createLeases } from "./leases/service.ts";
import { createLicenseStreams } from "./live/license-streams.ts";
import { createLocalOutbox } from "./mail/local-outbox.ts";
import { createMailer } from "./mail/mailer.ts";
import { createMails } from "./mail/mails.ts";
import { createNotices } from "./mail/notices.ts";
import { createMailPreviews } from "./mail/previews.ts";
import { createPayloads } from "./mail/sealed-payload.ts";
import { createSmtpSender } from "./mail/smtp.ts";
import { createOfflineStore } from "./offline/offline-store.ts";
import { createOffline } from "./offline/service.ts";
import { createHealth } from "./operations/health-service.ts";
import { createPortalMetrics } from "./operations/portal-metrics.ts";
import { createAnnouncer, LICENSE_USES, SEAT_CHANGES } from "./platform/announcer.ts";
import { systemClock } from "./platform/clock.ts";
import { createRedisCounters, memoryCounters } from "./platform/counters.ts";
import { createDatabase } from "./platform/database.ts";
import type { Env } from "./platform/env.ts";
import { watchEventLoop } from "./platform/event-loop.ts";
import { createListener } from "./platform/listener.ts";
import { createLogger } from "./platform/log.ts";
import { localKeyWrapper } from "./platform/master-key.ts";
import { createPublicFetch, createPublicRequest, refuseUrl } from "./platform/public-fetch.ts";
import { createReconciliation } from "./reconciliation/service.ts";
import { createRetentionStore } from "./retention/retention-store.ts";
import { createRetention } from "./retention/service.ts";
import { createCertificates } from "./trust/certificates.ts";
import { createTrust } from "./trust/service.ts";
import { createVault } from "./trust/vault.ts";
import { createCredits } from "./usage/credits.ts";
import { createUsage } from "./usage/service.ts";
import { createUsageStore } from "./usage/usage-store.ts";
import { createDeliverer } from "./webhooks/deliveries.ts";
import { createSender } from "./webhooks/sender.ts";
import { createWebhooks } from "./webhooks/service.ts";

export type Container = ReturnType<typeof createContainer>;

/** Every service of the product, built once a process; only entry points import this. Nothing connects until used. */
export function createContainer(env: Env, name = "signet") {
  const clock = systemClock;
  const log = createLogger({ level: env.LOG_LEVEL, name, format: env.LOG_FORMAT });
  const database = createDatabase({ url: env.DATABASE_APP_URL, poolSize: env.DATABASE_POOL_SIZE, log });

  const counters = env.REDIS_URL === undefined ? memoryCounters : createRedisCounters(env.REDIS_URL, log);
  const eventLoop = watchEventLoop(env.EVENT_LOOP_DELAY_MAX_MS);
  const rateLimits = {
    counters,
    tenantPerMinute: env.RATE_LIMIT_TENANT_PER_MINUTE,
    clientPerMinute: env.RATE_LIMIT_CLIENT_PER_MINUTE,
    backendPerMinute: env.RATE_LIMIT_BACKEND_PER_MINUTE,
  };

  const keyWrapper = localKeyWrapper(env.SIGNET_MASTER_KEY, env.SIGNET_MASTER_KEY_PREVIOUS);
  const vault = createVault({ database, keyWrapper });
  const trust = createTrust({ database, clock, vault });
  const certificates = createCertificates({ database, clock, trust });
  const seatChanges = createAnnouncer({ pool: database.pool, channel: SEAT_CHANGES, log });
  const uses = createAnnouncer({ pool: database.pool, channel: LICENSE_USES, log });
  const granting = { trust, vault, certificates, clock, uses };
  const activationsStore = createActivationsStore(database.pool, clock);
  const activations = createActivations({ store: activationsStore, ...granting, seatChanges });
  const leasesStore = createLeasesStore(database.pool, clock);
  const leases = createLeases({ store: leasesStore, trust, database, seatChanges, uses });
  const usage = createUsage({ store: createUsageStore(database.pool, clock), trust, database, uses });
  const credits = createCredits({ clock });
  const offlineStore = createOfflineStore(database.pool, clock);
  const offline = createOffline({ store: offlineStore, ...granting, activations, usage });

  const callers = createCallers({
    store: createCallersStore(database.pool, clock),
    trust,
    vault,
    clock,
    fetch: createPublicFetch(),
  });
  const idempotencyStore = createIdempotencyStore(database.pool, clock);
  const idempotency = createIdempotency({ store: idempotencyStore, vault, log });

  const payloads = createPayloads({ vault, keyWrapper });
  const mails = createMails({ clock, payloads });
  const mailPreferences = createMailPreferences({ database, clock });
  const notices = createNotices({ mails, wanting: mailPreferences.wanting });

  const tenants = createTenants({ database, clock, trust });
  const products = createProducts({ database, clock, trust });
  const policies = createPolicies({ database, clock });
  const authorityFiles = createAuthorityFiles({ database, clock });
  const customers = createCustomers({ database, clock });
  const licenses = createLicenses({
    database,
    clock,
    vault,
    trust,
    certificates,
    devices: activations,
    seatChanges,
    notices,
  });
  const guidedStart = createGuidedStart({ database, clock, trust, vault });
  const licenseBatches = createLicenseBatches({ database, clock, vault });
  const balances = createAccounts({ database, clock, credits });
  const ownUsage = createOwnUsage({ database, clock, credits, ledgers: balances });
  const downloads = createDownloads({ database, clock });
  const offlineDesk = createOfflineDesk({ database, clock, vault, files: offline });
  const seats = createSeats({ database, clock, leases });
  const ownLicenses = createOwnLicenses({ database, clock, vault, certificates });
  const ownDevices = createOwnDevices({ database, clock, devices: activations });
  const ownSeats = createOwnSeats({ database, seats });
  const apiKeys = createApiKeys({ database, clock, vault });
  const identityProviders = createIdentityProviderSettings({ database, clock });
  const incidents = createIncidents({ database, clock });
  const tenantSettings = createTenantSettings({ database, clock });
  const promotion = createPromotion({ database, clock, trust });
  const overview = createOverview({ database, clock });
  const auditCheckpoints = createAuditCheckpoints({ database, clock, trust, log });
  const audit = createAudit({ database, clock, trust, auditCheckpoints });
  const analytics = createAnalytics({ database, clock });
  const retention = createRetention({
    database,
    store: createRetentionStore(database.pool, clock),
    idempotencyKeys: idempotencyStore,
    eventDays: env.EVENT_RETENTION_DAYS,
    webhookDays: env.WEBHOOK_RETENTION_DAYS,
  });
  const reconciliation = createReconciliation({ database, clock, log });
  const health = createHealth({ database, clock });
  const portalMetrics = createPortalMetrics({ clock });
  const stories = createStories({ database, vault });
  const search = createSearch({ database, clock, vault });
  const trustKeys = createTrustKeys({ database, clock, trust });

  const events = createEventRelay({ database, clock, notices });
  const reach = env.WEBHOOK_PRIVATE_NETWORK ? { isAllowed: () => true, plainHttp: true } : {};
  const send = createSender({ ask: createPublicRequest(reach), clock });
  const deliveries = createDeliverer({ database, clock, vault, send });
  const checkUrl = (url: string) => refuseUrl(url, reach);
  const webhooks = createWebhooks({ database, clock, vault, deliverer: deliveries, checkUrl });

  const smtp =
    env.SMTP_URL === undefined || env.MAIL_FROM === undefined
      ? undefined
      : createSmtpSender({ url: env.SMTP_URL, from: env.MAIL_FROM });
  const outgoing = { database, clock, log, payloads, vault, portalUrl: env.NEXTAUTH_URL };
  const mailer = createMailer({ ...outgoing, send: smtp?.send });
  const mailPreviews = createMailPreviews({ database, portalUrl: env.NEXTAUTH_URL });
  const outbox = { secret: env.NEXTAUTH_SECRET, hasMailServer: smtp !== undefined };
  const localOutbox = createLocalOutbox({ ...outgoing, ...outbox });

  const limiter = createSignInLimiter(database.pool);
  const twoFactor = createTwoFactor({ database, clock, log, keyWrapper, limiter });
  const auth = createAuth({ database, log, limiter, twoFactor });
  const links = createMailLinks({ database, clock });
  const account = createAccount({ database, log, limiter, links });
  const identities = createIdentities({ database, clock, log, auth, twoFactor });
  const oidc = env.OIDC && createOidcProvider({ settings: env.OIDC, clock, log });
  const streamsOf = (channel: string) =>
    createLicenseStreams({
      auth,
      licensesOf: ownSeats.pooledLicenses,
      listener: createListener({ url: env.DATABASE_APP_URL, channel, log }),
      log,
    });
  const seatStreams = streamsOf(SEAT_CHANGES);
  const useStreams = streamsOf(LICENSE_USES);
  const played = { database, clock, trust, vault, auth, licenses, stories, log };
  const lab = createLab({ ...played, server: env.LICENSE_SERVER_URL });
  /** Ends what browsers watch, so that none of it holds up the end. */
  const endStreams = async () =>
    void (await Promise.all([seatStreams.close(), useStreams.close(), lab.close()]));
  const askLimiter = createAskLimiter(database.pool);
  const byMail = { database, clock, log, mails, links, askLimiter };
  const accessByMail = createAccessByMail({ ...byMail, limiter, twoFactor });
  const unsubscribing = createUnsubscribing({ database, vault, mailPreferences });
  const signUp = createSignUp({ ...byMail, tenants, isOpen: env.SIGN_UP === "open" });
  const members = createMembers({ database, clock, log });
  const inviteLimiter = createInviteLimiter(database.pool);
  const invitations = createInvitations({ database, clock, log, auth, identities, mails, inviteLimiter });
  const keySignUp = createKeySignUp({ ...byMail, vault });
  const joinRequests = createJoinRequests({ database, clock, invitations });
  const customerPeople = createCustomerPeople({ database, clock });

  return {
    env,
    clock,
    log,
    database,
    vault,
    trust,
    certificates,
    activations,
    leases,
    usage,
    credits,
    offline,
    callers,
    idempotency,
    rateLimits,
    eventLoop,
    tenants,
    products,
    policies,
    authorityFiles,
    customers,
    licenses,
    guidedStart,
    ownLicenses,
    ownDevices,
    ownSeats,
    customerPeople,
    licenseBatches,
    keySignUp,
    joinRequests,
    apiKeys,
    identityProviders,
    incidents,
    overview,
    audit,
    auditCheckpoints,
    stories,
    search,
    analytics,
    reconciliation,
    health,
    portalMetrics,
    retention,
    trustKeys,
    events,
    deliveries,
    webhooks,
    mailer,
    localOutbox,
    mailPreviews,
    auth,
    account,
    accessByMail,
    signUp,
    unsubscribing,
    identities,
    oidc,
    limiter,
    twoFactor,
    tenantSettings,
    promotion,
    mailPreferences,
    members,
    invitations,
    seats,
    balances,
    downloads,
    offlineDesk,
    ownUsage,
    seatStreams,
    useStreams,
    lab,
    endStreams,
    async close() {
      counters.close();
      eventLoop.stop();
      smtp?.close();
      await Promise.all([endStreams(), seatChanges.close(), uses.close()]);
      await database.close();
    },
  };
}
