import type { JobName, JobPayload } from "#server/jobs/catalogue.ts";
import { type Analytics, analyticsRollup } from "./analytics-rollup.ts";
import { type AuditCheckpoints, auditCheckpoint } from "./audit-checkpoint.ts";
import { type Credits, creditExpiry } from "./credit-expiry.ts";
import { type Events, eventRelay } from "./event-relay.ts";
import { type Health, healthFigures } from "./health-figures.ts";
import { type Leases, leaseExpiry } from "./lease-expiry.ts";
import { type LicenseBatches, licenseBatches } from "./license-batches.ts";
import { licenseTally, type Overview } from "./license-tally.ts";
import { type Licenses, licenseTransitions } from "./license-transitions.ts";
import { type Mailer, mailDelivery } from "./mail-delivery.ts";
import { type Reconciliation, reconciliation } from "./reconciliation.ts";
import { type Retention, retention } from "./retention.ts";
import { type StaffDigest, staffDigest } from "./staff-digest.ts";
import { type Tickets, ticketExpiry } from "./ticket-expiry.ts";
import { type Trust, trustRefresh } from "./trust-refresh.ts";
import { type Deliveries, webhookDelivery } from "./webhook-delivery.ts";

/** Does a job's work; what it returns, counts of what it did, is logged. Throws to be run again. */
export type Processor<Name extends JobName> = (
  payload: JobPayload<Name>,
) => Promise<Readonly<Record<string, number>>>;
export type Processors = { readonly [Name in JobName]: Processor<Name> };

/** One processor for each job of the catalogue; a job without one does not compile. */
export function createProcessors(services: {
  leases: Leases;
  usage: Tickets & Credits;
  licenses: Licenses;
  licenseBatches: LicenseBatches;
  events: Events;
  deliveries: Deliveries;
  mailer: Mailer;
  staffDigest: StaffDigest;
  overview: Overview;
  analytics: Analytics;
  reconciliation: Reconciliation;
  auditCheckpoints: AuditCheckpoints;
  retention: Retention;
  health: Health;
  trust: Trust;
}): Processors {
  return {
    "lease-expiry": leaseExpiry(services.leases),
    "ticket-expiry": ticketExpiry(services.usage),
    "credit-expiry": creditExpiry(services.usage),
    "license-transitions": licenseTransitions(services.licenses),
    "event-relay": eventRelay(services.events),
    "webhook-delivery": webhookDelivery(services.deliveries),
    "mail-delivery": mailDelivery(services.mailer),
    "staff-digest": staffDigest(services.staffDigest),
    "license-batches": licenseBatches(services.licenseBatches),
    "license-tally": licenseTally(services.overview),
    "analytics-rollup": analyticsRollup(services.analytics),
    reconciliation: reconciliation(services.reconciliation),
    "audit-checkpoint": auditCheckpoint(services.auditCheckpoints),
    retention: retention(services.retention),
    "health-figures": healthFigures(services.health),
    "trust-refresh": trustRefresh(services.trust),
  };
}
