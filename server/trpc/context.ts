import type { Analytics } from "../analytics/service.ts";
import type { AccessByMail } from "../auth/access-by-mail.ts";
import type { Account } from "../auth/account.ts";
import type { AccountLog } from "../auth/account-log.ts";
import type { CurrentActor, CurrentCustomer, SessionClaims } from "../auth/actor.ts";
import type { CustomerPeople } from "../auth/customer-people.ts";
import type { Identities, Presented, ProvenIdentity } from "../auth/identities.ts";
import type { Invitations } from "../auth/invitations.ts";
import type { JoinRequests } from "../auth/join-requests.ts";
import type { KeySignUp } from "../auth/key-sign-up.ts";
import type { MailPreferences } from "../auth/mail-preferences.ts";
import type { Members } from "../auth/members.ts";
import type { Sessions } from "../auth/sessions.ts";
import type { Auth } from "../auth/sign-in.ts";
import type { SignUp } from "../auth/sign-up.ts";
import type { TwoFactor } from "../auth/two-factor.ts";
import type { Unsubscribing } from "../auth/unsubscribing.ts";
import type { Accounts } from "../authority/account-service.ts";
import type { ApiKeys } from "../authority/api-key-service.ts";
import type { Audit } from "../authority/audit-service.ts";
import type { Customers } from "../authority/customer-service.ts";
import type { Downloads } from "../authority/download-service.ts";
import type { GuidedStart } from "../authority/guided-start-service.ts";
import type { IdentityProviders } from "../authority/identity-provider-service.ts";
import type { Incidents } from "../authority/incident-service.ts";
import type { LicenseBatches } from "../authority/license-batch-service.ts";
import type { Licenses } from "../authority/license-service.ts";
import type { OfflineDesk } from "../authority/offline-desk.ts";
import type { Overview } from "../authority/overview-service.ts";
import type { OwnDevices } from "../authority/own-devices.ts";
import type { OwnLicenses } from "../authority/own-licenses.ts";
import type { OwnSeats } from "../authority/own-seats.ts";
import type { OwnUsage } from "../authority/own-usage.ts";
import type { Policies } from "../authority/policy-service.ts";
import type { Products } from "../authority/product-service.ts";
import type { Promotion } from "../authority/promotion-service.ts";
import type { Search } from "../authority/search-service.ts";
import type { Seats } from "../authority/seat-service.ts";
import type { TenantSettings } from "../authority/settings-service.ts";
import type { Stories } from "../authority/story-service.ts";
import type { TrustKeys } from "../authority/trust-service.ts";
import type { Lab } from "../lab/service.ts";
import type { HealthService } from "../operations/health-service.ts";
import type { PortalMetrics } from "../operations/portal-metrics.ts";
import type { Logger } from "../platform/log.ts";
import type { Webhooks } from "../webhooks/service.ts";

/** The services procedures call. The container has them all under these names; a router that needs one adds it here. */
export interface PortalServices {
  readonly log: Logger;
  readonly auth: Auth;
  readonly account: Account;
  readonly accessByMail: AccessByMail;
  readonly signUp: SignUp;
  readonly unsubscribing: Unsubscribing;
  readonly identities: Identities;
  /** The identity provider that people may sign in with, where there is one. */
  readonly oidc: { readonly name: string } | undefined;
  readonly twoFactor: TwoFactor;
  readonly tenantSettings: TenantSettings;
  readonly promotion: Promotion;
  readonly sessions: Pick<Sessions, "list" | "end" | "endOthers">;
  readonly accountLog: AccountLog;
  readonly mailPreferences: MailPreferences;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly products: Products;
  readonly policies: Policies;
  readonly customers: Customers;
  readonly licenses: Licenses;
  readonly guidedStart: GuidedStart;
  readonly ownLicenses: OwnLicenses;
  readonly ownDevices: OwnDevices;
  readonly ownSeats: OwnSeats;
  readonly customerPeople: CustomerPeople;
  readonly licenseBatches: Omit<LicenseBatches, "finishLeft">;
  readonly lab: Pick<Lab, "list">;
  readonly keySignUp: KeySignUp;
  readonly joinRequests: JoinRequests;
  readonly apiKeys: ApiKeys;
  readonly identityProviders: IdentityProviders;
  readonly overview: Overview;
  readonly seats: Seats;
  readonly balances: Accounts;
  readonly downloads: Downloads;
  readonly offlineDesk: OfflineDesk;
  readonly ownUsage: OwnUsage;
  readonly audit: Audit;
  readonly stories: Stories;
  readonly search: Search;
  readonly analytics: Omit<Analytics, "rollUp">;
  readonly incidents: Incidents;
  readonly health: Pick<HealthService, "get">;
  readonly portalMetrics: Pick<PortalMetrics, "begin">;
  readonly trustKeys: TrustKeys;
  readonly webhooks: Webhooks;
}

export interface PortalContext {
  readonly services: PortalServices;
  readonly correlationId: string;
  /** The network address the request came from. */
  readonly ip: string;
  /** Whose the page that asks says it shows (`SHOWN_FOR_HEADER`); undefined for what is rendered in the request itself. */
  readonly shownFor?: string | undefined;
  /** What the browser came with, for what is done with a fresh identity. */
  readonly presented?: Presented;
  /** Who is acting as of this request, or undefined; read from the database once for a whole batch. */
  currentActor(): Promise<CurrentActor | undefined>;
  /** The same for a person of an end customer. */
  currentCustomer(): Promise<CurrentCustomer | undefined>;
}

export function createPortalContext({
  services,
  session,
  proven,
  correlationId,
  ip,
  shownFor,
}: {
  services: PortalServices;
  session: SessionClaims | undefined;
  proven?: ProvenIdentity | undefined;
  correlationId: string;
  ip: string;
  shownFor?: string;
}): PortalContext {
  let actor: Promise<CurrentActor | undefined> | undefined;
  let customer: Promise<CurrentCustomer | undefined> | undefined;
  return {
    services,
    correlationId,
    ip,
    shownFor,
    presented: { session, proven },
    currentActor: () => {
      actor ??= services.auth.currentActor(session);
      return actor;
    },
    currentCustomer: () => {
      customer ??= services.auth.currentCustomer(session);
      return customer;
    },
  };
}
