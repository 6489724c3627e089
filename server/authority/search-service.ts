import type { Actor } from "../domain/actor.ts";
import { ID_PREFIXES, type IdKind, storedId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { licenseKeyHash } from "./license-keys.ts";
import type { Tx, Vault } from "./ports.ts";
import { SEARCH_LENGTH_MIN } from "./search-input.ts";
import * as store from "./search-store.ts";
import { findByWords } from "./search-terms.ts";

export type Search = ReturnType<typeof createSearch>;

/** What the person asking may see; what they may not is not looked for. */
export interface Sight {
  readonly licenses: boolean;
  readonly customers: boolean;
  readonly products: boolean;
  readonly policies: boolean;
  readonly apiKeys: boolean;
  readonly staff: boolean;
  readonly audit: boolean;
}

/** Of each kind. */
const SHOWN_MAX = 6;
/** Read before the best are chosen. */
const CANDIDATES_MAX = 60;
const HINT = /^[0-9A-HJKMNP-TV-Z]{3,5}$/;
const FINGERPRINT = /^[A-Za-z0-9_-]{8,43}$/;
const CORRELATION = /^\S{8,128}$/;

interface Found {
  licenses: store.LicenseHit[];
  customers: Awaited<ReturnType<typeof store.readCustomers>>;
  devices: store.DeviceHit[];
  products: Awaited<ReturnType<typeof store.readProducts>>;
  policies: Awaited<ReturnType<typeof store.readPolicies>>;
  apiKeys: Awaited<ReturnType<typeof store.readApiKeys>>;
  staff: Awaited<ReturnType<typeof store.findStaff>>;
  /** What is looked up in the trace: a request by its correlation id, a ticket by its id. */
  traces: { readonly kind: "request" | "ticket" | "lease"; readonly id: string }[];
}

const NOTHING: Readonly<Found> = {
  licenses: [],
  customers: [],
  devices: [],
  products: [],
  policies: [],
  apiKeys: [],
  staff: [],
  traces: [],
};

/** One search over everything a tenant has. Every look-up is of an index's range, or of a table that stays small. */
export function createSearch({ database, clock, vault }: { database: Database; clock: Clock; vault: Vault }) {
  /** An id says what it is of: that, and nothing else, is looked for. */
  async function byId(tx: Tx, tenantId: string, kind: IdKind, id: string, text: string, sight: Sight) {
    const found: Found = { ...NOTHING };
    const licensesOf = async (ids: readonly string[]) => {
      if (sight.licenses)
        found.licenses = await store.readLicenses(tx, tenantId, ids, clock.now(), SHOWN_MAX);
    };
    switch (kind) {
      case "license":
        await licensesOf([id]);
        break;
      case "customer":
        if (sight.customers) found.customers = await store.readCustomers(tx, tenantId, [id]);
        break;
      case "product":
        if (sight.products) found.products = await store.readProducts(tx, tenantId, id);
        break;
      case "policy":
        if (sight.policies) found.policies = await store.readPolicies(tx, tenantId, id);
        break;
      case "policyVersion": {
        const policyId = await store.policyOfVersion(tx, tenantId, id);
        if (sight.policies && policyId !== undefined)
          found.policies = await store.readPolicies(tx, tenantId, policyId);
        break;
      }
      case "activation":
        if (sight.licenses) found.devices = await store.findDevices(tx, tenantId, { id }, SHOWN_MAX);
        break;
      case "lease":
      case "pool":
      case "account":
      case "grant": {
        const licenseId = await store.ownerOf(tx, tenantId, kind, id);
        if (licenseId === undefined) break;
        await licensesOf([licenseId]);
        if (kind === "lease" && sight.licenses) found.traces = [{ kind: "lease", id: text }];
        break;
      }
      default:
        return undefined;
    }
    return found;
  }

  async function licenseIds(
    tx: Tx,
    tenantId: string,
    text: string,
    keyHash: Buffer<ArrayBuffer> | undefined,
  ) {
    if (keyHash !== undefined) return store.findByKeyHash(tx, tenantId, keyHash);
    // What is written behind the last dash, since only a key's last characters are known.
    const hint = (
      text
        .toUpperCase()
        .split(/[\s\p{Dash_Punctuation}…]+/u)
        .at(-1) ?? ""
    )
      .replace(/[IL]/g, "1")
      .replace(/O/g, "0");
    const byHint = HINT.test(hint) ? await store.findByKeyHint(tx, tenantId, hint, SHOWN_MAX) : [];
    return [...byHint, ...(await findByWords(tx, tenantId, "license", text, SHOWN_MAX)).ids];
  }

  async function customersBy(tx: Tx, tenantId: string, text: string) {
    const { ids } = await findByWords(tx, tenantId, "customer", text, CANDIDATES_MAX);
    if (text.includes("@")) {
      const theirs = await store.findCustomersOfPerson(tx, tenantId, text.toLowerCase(), SHOWN_MAX);
      ids.push(...theirs.map(({ customerId }) => customerId));
    }
    const wanted = text.toLowerCase();
    const rank = ({ name, archivedAt }: { name: string; archivedAt: Date | null }) =>
      (name.toLowerCase().startsWith(wanted) ? 0 : 1) + (archivedAt === null ? 0 : 2);
    const rows = await store.readCustomers(tx, tenantId, ids);
    return rows.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)).slice(0, SHOWN_MAX);
  }

  async function devicesBy(tx: Tx, tenantId: string, text: string) {
    const named = await store.findDevices(tx, tenantId, { name: text }, SHOWN_MAX);
    if (!FINGERPRINT.test(text)) return named;
    const printed = await store.findDevices(tx, tenantId, { fingerprint: text }, SHOWN_MAX);
    return [...new Map([...named, ...printed].map((device) => [device.id, device])).values()];
  }

  return {
    /** A few of each kind, best first. Text of less than two characters finds nothing. */
    async query({ tenantId }: Actor, text: string, sight: Sight): Promise<Found> {
      if (text.length < SEARCH_LENGTH_MIN) return NOTHING;
      const keyHash = sight.licenses ? await licenseKeyHash(vault, tenantId, text) : undefined;
      return database.withTenant(tenantId, async (tx) => {
        const id = anyId(text);
        const exact =
          id === undefined ? undefined : await byId(tx, tenantId, id.kind, id.stored, text, sight);
        if (exact !== undefined) return exact;
        const found: Found = { ...NOTHING };
        if (sight.licenses) {
          const ids = await licenseIds(tx, tenantId, text, keyHash);
          found.licenses = await store.readLicenses(tx, tenantId, ids, clock.now(), SHOWN_MAX);
          if (keyHash !== undefined) return found;
          found.devices = await devicesBy(tx, tenantId, text);
          if (CORRELATION.test(text)) {
            if (await store.isRequest(tx, tenantId, text, sight.audit)) {
              found.traces = [{ kind: "request", id: text }];
            } else if (await store.isTicket(tx, tenantId, text))
              found.traces = [{ kind: "ticket", id: text }];
          }
        }
        if (sight.customers) found.customers = await customersBy(tx, tenantId, text);
        const catalog = await store.findCatalog(tx, tenantId, text, SHOWN_MAX);
        if (sight.products) found.products = catalog.products;
        if (sight.policies) found.policies = catalog.policies;
        if (sight.apiKeys) found.apiKeys = await store.readApiKeys(tx, tenantId, text, SHOWN_MAX);
        if (sight.staff) found.staff = await store.findStaff(tx, tenantId, text, SHOWN_MAX);
        return found;
      });
    },
  };
}

const KINDS = Object.keys(ID_PREFIXES).filter((kind): kind is IdKind => kind in ID_PREFIXES);

/** What the id is of, where the text is one. */
function anyId(text: string): { readonly kind: IdKind; readonly stored: string } | undefined {
  for (const kind of KINDS) {
    if (!text.startsWith(`${ID_PREFIXES[kind]}_`)) continue;
    const stored = storedId(kind, text);
    if (stored !== undefined) return { kind, stored };
  }
  return undefined;
}
