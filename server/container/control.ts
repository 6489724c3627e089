import { createAccounts } from "../authority/account-service.ts";
import { createApiKeys } from "../authority/api-key-service.ts";
import { createAuditCheckpoints } from "../authority/audit-checkpoints.ts";
import { createAudit } from "../authority/audit-service.ts";
import { createAuthorityFiles } from "../authority/authority-file-service.ts";
import { createCustomers } from "../authority/customer-service.ts";
import { createDownloads } from "../authority/download-service.ts";
import { createGuidedStart } from "../authority/guided-start-service.ts";
import { createIdentityProviderSettings } from "../authority/identity-provider-service.ts";
import { createIncidents } from "../authority/incident-service.ts";
import { createLicenseBatches } from "../authority/license-batch-service.ts";
import { createLicenses } from "../authority/license-service.ts";
import { createOfflineDesk } from "../authority/offline-desk.ts";
import { createOverview } from "../authority/overview-service.ts";
import { createOwnDevices } from "../authority/own-devices.ts";
import { createOwnLicenses } from "../authority/own-licenses.ts";
import { createOwnSeats } from "../authority/own-seats.ts";
import { createOwnUsage } from "../authority/own-usage.ts";
import { createPolicies } from "../authority/policy-service.ts";
import { createProducts } from "../authority/product-service.ts";
import { createPromotion } from "../authority/promotion-service.ts";
import { createSearch } from "../authority/search-service.ts";
import { createSeats } from "../authority/seat-service.ts";
import { createTenantSettings } from "../authority/settings-service.ts";
import { createStories } from "../authority/story-service.ts";
import { createTenants } from "../authority/tenant-service.ts";
import { createTrustKeys } from "../authority/trust-service.ts";
import type { Foundation } from "./foundation.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Runtime } from "./runtime.ts";

export type Control = ReturnType<typeof createControl>;

/** What vendors and their customers decide and see: the Authority. */
export function createControl(foundation: Foundation, runtime: Runtime, { notices }: Outgoing) {
  const { clock, log, database, vault, trust, certificates, seatChanges } = foundation;
  const { activations: devices, leases, credits, offline } = runtime;
  const stored = { database, clock };

  const balances = createAccounts({ ...stored, credits });
  const seats = createSeats({ ...stored, leases });
  const auditCheckpoints = createAuditCheckpoints({ ...stored, trust, log });
  return {
    tenants: createTenants({ ...stored, trust }),
    tenantSettings: createTenantSettings(stored),
    promotion: createPromotion({ ...stored, trust }),
    guidedStart: createGuidedStart({ ...stored, trust, vault }),
    products: createProducts({ ...stored, trust }),
    policies: createPolicies(stored),
    authorityFiles: createAuthorityFiles(stored),
    customers: createCustomers(stored),
    licenses: createLicenses({ ...stored, vault, trust, certificates, devices, seatChanges, notices }),
    licenseBatches: createLicenseBatches({ ...stored, vault, trust, seatChanges }),
    seats,
    balances,
    downloads: createDownloads(stored),
    offlineDesk: createOfflineDesk({ ...stored, vault, files: offline }),
    ownLicenses: createOwnLicenses({ ...stored, vault, certificates }),
    ownDevices: createOwnDevices({ ...stored, devices }),
    ownSeats: createOwnSeats({ database, seats }),
    ownUsage: createOwnUsage({ ...stored, credits, ledgers: balances }),
    apiKeys: createApiKeys({ ...stored, vault }),
    identityProviders: createIdentityProviderSettings(stored),
    trustKeys: createTrustKeys({ ...stored, trust }),
    incidents: createIncidents(stored),
    overview: createOverview(stored),
    stories: createStories({ database, vault }),
    search: createSearch({ ...stored, vault }),
    auditCheckpoints,
    audit: createAudit({ ...stored, trust, auditCheckpoints }),
  };
}
