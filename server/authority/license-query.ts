import type { Actor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { overrideSources } from "../domain/override-sources.ts";
import { effectivePolicy, policyOverrides, policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { recordAudit } from "./audit.ts";
import { listAuditEvents, listTermsChanges, withActorNames } from "./audit-store.ts";
import { exportLicenses } from "./license-export.ts";
import type { FilterLicenses, ListLicenses } from "./license-input.ts";
import { openLicenseKey } from "./license-keys.ts";
import { listLicenses } from "./license-list-store.ts";
import { searchFor } from "./license-search.ts";
import * as store from "./license-store.ts";
import { present } from "./missing.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Certificates, Devices, Vault } from "./ports.ts";
import { countHeld } from "./seat-store.ts";

const AUDIT_SHOWN_MAX = 50;

/** Reading licenses, and what is done to a single one without changing its rules. */
export function createLicenseQueries(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  devices: Devices;
  certificates: Certificates;
}) {
  const { database, clock, vault, devices, certificates } = deps;

  return {
    /** Newest first. A search that is a whole key or a license id finds exactly that license. */
    async list(actor: Actor, { search: text, cursor, limit, ...filter }: ListLicenses) {
      const { tenantId } = actor;
      const before = readCursor(cursor);
      const rows = await database.withTenant(tenantId, async (tx) => {
        const search = await searchFor(tx, vault, tenantId, text);
        return listLicenses(tx, tenantId, { ...filter, search, before, limit }, clock.now());
      });
      return pageOf(rows, limit, ({ issuedAt, id }) => ({ at: issuedAt, id }));
    },

    /** The whole of what a filter leaves, as CSV: read page by page as it is sent, and never counted. */
    export: (actor: Actor, filter: FilterLicenses, ids?: readonly string[]) =>
      exportLicenses({ database, clock, vault }, actor, filter, ids),

    /** With its effective policy and where each value came from, its devices, its last decisions and its history. */
    async get(actor: Actor, id: string) {
      const { tenantId } = actor;
      return database.withTenant(tenantId, async (tx) => {
        const license = present(await store.findLicense(tx, tenantId, id), "license");
        const overrides = policyOverrides.parse(license.overrides);
        const { provenance } = effectivePolicy(policyRules.parse(license.policyVersion.rules), overrides);
        const events = await store.listRuntimeEvents(tx, tenantId, id);
        const history = await listAuditEvents(tx, tenantId, { subjectId: id, limit: AUDIT_SHOWN_MAX });
        const terms = await listTermsChanges(tx, tenantId, id);
        return {
          ...license,
          status: licenseStatus(license, clock.now()),
          overrides,
          effective: policyRules.parse(license.effective),
          provenance,
          /** Of what it has of its own: who gave it that value, and when. */
          overrideSources: overrideSources(overrides, await withActorNames(tx, terms)),
          events,
          /** Decisions before this are not among `events`; null: all are. */
          eventsSince: events.length < store.EVENTS_SHOWN_MAX ? null : (events.at(-1)?.at ?? null),
          history: await withActorNames(tx, history),
        };
      });
    },

    /** The key itself. Who saw it is in the audit log before they see it. */
    async revealKey(actor: Actor, id: string): Promise<string> {
      const { tenantId } = actor;
      const keyCipher = await database.withTenant(tenantId, async (tx) => {
        const license = present(await store.findLicenseKey(tx, tenantId, id), "license");
        await recordAudit(tx, actor, clock, {
          action: "license.key_revealed",
          subjectKind: "license",
          subjectId: id,
          before: null,
          after: null,
        });
        return license.keyCipher;
      });
      return openLicenseKey(vault, tenantId, keyCipher);
    },

    /** What deactivating a device would do now, in numbers. Throws `not_found` for a device of another license. */
    async deviceImpact({ tenantId }: Actor, id: string, activationId: string) {
      return database.withTenant(tenantId, async (tx) => {
        const device = await store.findActivation(tx, tenantId, id, activationId);
        present(device, "device of this license");
        return countHeld(tx, tenantId, { licenseId: id, activationId }, clock.now());
      });
    },

    /** Frees a device's slot, and its seats but for borrowed ones, which end by time. Throws `not_found` for a device of another license, or with why the runtime plane refuses. */
    async deactivateDevice(actor: Actor, id: string, activationId: string): Promise<void> {
      const { tenantId } = actor;
      const correlationId = currentCorrelationId() ?? newCorrelationId();
      await database.withTenant(tenantId, async (tx) => {
        const { name } = present(
          await store.findActivation(tx, tenantId, id, activationId),
          "device of this license",
        );
        await recordAudit(tx, actor, clock, {
          action: "license.device_deactivated",
          subjectKind: "license",
          subjectId: id,
          before: { activationId: publicId("activation", activationId), name },
          after: null,
        });
        // Last, and in a transaction of the runtime plane's own: if it refuses, the entry above goes with ours.
        const decision = await devices.deactivate(tenantId, { activationId, correlationId, byVendor: true });
        if (decision.outcome === "denied") throw new SignetError(decision.code);
      });
    },

    /** A signed certificate that the customer can keep. */
    async certificate(actor: Actor, id: string): Promise<string> {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) =>
        present(await store.findLicenseKey(tx, tenantId, id), "license"),
      );
      return certificates.of(tenantId, id, currentCorrelationId() ?? newCorrelationId());
    },
  };
}
