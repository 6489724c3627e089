import { SignetError } from "../domain/errors.ts";
import { storedId } from "../domain/ids.ts";
import { type LicenseStatus, licenseStatus, type OwnState } from "../domain/license-state.ts";
import { policyRules } from "../domain/policy.ts";
import { policyStatements } from "../domain/policy-sentence.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { recordAudit } from "./audit.ts";
import { licenseKeyHash, openLicenseKey } from "./license-keys.ts";
import { type LicenseQuery, type LicenseSearch, listLicenses } from "./license-list-store.ts";
import * as licenseStore from "./license-store.ts";
import { present } from "./missing.ts";
import type { ListOwnLicenses } from "./own-input.ts";
import * as store from "./own-store.ts";
import { authorOf, type Owner } from "./owner.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Certificates, Tx, Vault } from "./ports.ts";

export type OwnLicenses = ReturnType<typeof createOwnLicenses>;

/** A license that ends within these days is one to renew. */
const ENDING_DAYS = 30;
const DAY_MS = 86_400_000;

/** What the people of an end customer may see of its licenses: nothing of others', and none of the vendor's notes. */
export function createOwnLicenses(deps: {
  database: Database;
  clock: Clock;
  vault: Vault;
  certificates: Certificates;
}) {
  const { database, clock, vault, certificates } = deps;

  /** Of all that a license has, only what a customer may know. */
  async function atAGlance(tx: Tx, tenantId: string, ids: readonly string[]) {
    const devices = await licenseStore.listLiveDevices(tx, tenantId, ids);
    const seats = await store.countOwnSeats(tx, tenantId, ids, clock.now());
    const accounts = await store.listOwnAccounts(tx, tenantId, ids);
    return (id: string) => ({
      devices: devices.filter(({ licenseId }) => licenseId === id),
      seats: seats.find(({ licenseId }) => licenseId === id) ?? null,
      accounts: accounts.filter(({ licenseId }) => licenseId === id),
    });
  }

  return {
    /** Newest first, with what of each is in use. */
    async list({ tenantId, customerId }: Owner, { state, search: text, cursor, limit }: ListOwnLicenses) {
      const before = readCursor(cursor);
      const search = await searchFor(vault, tenantId, text);
      const now = clock.now();
      return database.withTenant(tenantId, async (tx) => {
        const query = { ...narrowed(state, now), customerId, search, before, limit };
        const rows = await listLicenses(tx, tenantId, query, now);
        const page = pageOf(rows, limit, ({ issuedAt, id }) => ({ at: issuedAt, id }));
        const of = await atAGlance(
          tx,
          tenantId,
          page.items.map(({ id }) => id),
        );
        return { ...page, items: page.items.map((row) => ({ ...row, ...of(row.id) })) };
      });
    },

    /** How many there are in each state, and when the next one ends. */
    async summary({ tenantId, customerId }: Owner) {
      const now = clock.now();
      const rows = await database.withTenant(tenantId, (tx) =>
        store.countOwnLicenses(tx, { tenantId, customerId }, now, soon(now)),
      );
      const count = (state: OwnState) =>
        rows.reduce((sum, row) => sum + (STATES[state].includes(row.status) ? row.count : 0), 0);
      const active = rows.find(({ status }) => status === "active");
      const total = rows.reduce((sum, row) => sum + row.count, 0);
      return {
        total,
        capped: total >= store.OWN_COUNT_CAP,
        working: count("working"),
        ending: active?.ending ?? 0,
        stopped: count("stopped"),
        waiting: count("waiting"),
        nextEnd: active?.nextEnd ?? null,
      };
    },

    /** Throws `not_found` for a license of anybody else, as for one that is none. */
    async get({ tenantId, customerId }: Owner, vendorName: string, id: string) {
      return database.withTenant(tenantId, async (tx) => {
        const license = present(await store.findOwnLicense(tx, { tenantId, customerId }, id), "license");
        const { product } = license;
        const names = {
          features: Object.fromEntries(product.features.map(({ code, name }) => [code, name])),
          units: Object.fromEntries(product.meters.map(({ code, unit }) => [code, unit])),
        };
        const rules = policyRules.parse(license.effective);
        const of = await atAGlance(tx, tenantId, [id]);
        return {
          ...license,
          ...of(id),
          status: licenseStatus(license, clock.now()),
          movable: rules.selfServiceDeactivation,
          terms: policyStatements(rules, names, { customerOf: vendorName }),
        };
      });
    },

    /** A signed certificate to keep. */
    async certificate({ tenantId, customerId }: Owner, id: string): Promise<string> {
      await database.withTenant(tenantId, async (tx) =>
        present(await store.findOwnLicense(tx, { tenantId, customerId }, id), "license"),
      );
      return certificates.of(tenantId, id, currentCorrelationId() ?? newCorrelationId());
    },

    /** The key itself. Who saw it is in the audit log before they see it. */
    async revealKey(owner: Owner, id: string): Promise<string> {
      const { tenantId } = owner;
      const keyCipher = await database.withTenant(tenantId, async (tx) => {
        const license = present(await store.findOwnLicense(tx, owner, id), "license");
        if (license.revokedAt !== null)
          throw new SignetError("license_revoked", "The key of a revoked license opens nothing any more.");
        await recordAudit(tx, authorOf(owner), clock, {
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
  };
}

const STATES: Record<OwnState, readonly LicenseStatus[]> = {
  working: ["active", "grace"],
  ending: ["active"],
  stopped: ["expired", "suspended", "revoked"],
  waiting: ["pending"],
};

function narrowed(state: OwnState | undefined, now: Date): Pick<LicenseQuery, "anyStatus" | "endsBefore"> {
  if (state === undefined) return {};
  return { anyStatus: STATES[state], ...(state === "ending" ? { endsBefore: soon(now) } : {}) };
}

function soon(now: Date): Date {
  return new Date(now.getTime() + ENDING_DAYS * DAY_MS);
}

/** Never by words: those of the vendor's notes are not the customer's to find. */
async function searchFor(
  vault: Vault,
  tenantId: string,
  text: string | undefined,
): Promise<LicenseSearch | undefined> {
  if (!text) return undefined;
  const id = storedId("license", text);
  if (id !== undefined) return { kind: "id", id };
  const keyHash = await licenseKeyHash(vault, tenantId, text);
  if (keyHash !== undefined) return { kind: "key", keyHash };
  return { kind: "text", hint: text.toUpperCase().slice(-5), customerIds: [], noteIds: [], isCut: false };
}
