import type { Code } from "../domain/codes.ts";
import { SignetError } from "../domain/errors.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { licenseKeyHash, openLicenseKey } from "./license-keys.ts";
import * as store from "./offline-desk-store.ts";
import type { LookAtFile } from "./offline-input.ts";
import type { Tx, Vault } from "./ports.ts";
import type { AskingDevice, OfflineFile, OfflineFiles } from "./ports-offline.ts";

/** Who brings a file: one of a customer's people, for its own licenses, or of the vendor's staff, for any. */
export interface Bearer {
  readonly tenantId: string;
  readonly userId: string;
  readonly customerId?: string | undefined;
}

/** What would come of it: a new slot, a device that is known already, the same answer again, or a refusal. */
export type Prospect =
  | { readonly outcome: "new" }
  | { readonly outcome: "known"; readonly device: string }
  | { readonly outcome: "again" }
  | { readonly outcome: "refused"; readonly code: Code };

export interface TicketWanted {
  readonly meterName: string;
  readonly unit: string;
  readonly amount: number;
  /** Null: the license has no credits of this kind. */
  readonly available: number | null;
}

/** A file that was read and understood, and nothing done yet. Ids are as stored. */
export type Seen =
  | {
      readonly kind: "request" | "code";
      readonly license: store.DeskLicense;
      readonly device: { readonly name: string; readonly platform: string; readonly appVersion: string };
      readonly madeAt: Date | null;
      readonly offlineDays: number | null;
      readonly tickets: readonly TicketWanted[];
      readonly prospect: Prospect;
    }
  | { readonly kind: "codeWithoutLicense"; readonly licenses: readonly store.DeskLicense[] }
  | {
      readonly kind: "deactivation";
      readonly license: store.DeskLicense;
      readonly activationId: string;
      readonly device: string;
      readonly madeAt: Date;
      /** Its journal has entries that have not come yet. */
      readonly lacksJournal: boolean;
      readonly prospect: Exclude<Prospect, { outcome: "new" | "known" }> | { readonly outcome: "frees" };
    }
  | {
      readonly kind: "journal";
      readonly license: store.DeskLicense;
      readonly device: string;
      readonly first: number;
      readonly last: number;
      /** Entries that were recorded before. */
      readonly recorded: number;
      /** What the entries that are new say was used. */
      readonly used: readonly {
        readonly meterName: string;
        readonly unit: string;
        readonly amount: number;
      }[];
    }
  | { readonly kind: "response" }
  | { readonly kind: "snapshot" };

/** Licenses offered for a code. */
const LICENSES_MAX = 100;
const REFUSED_BY_STATUS = {
  revoked: "license_revoked",
  suspended: "license_suspended",
  expired: "license_expired",
} as const;

/** Looks at what somebody brought: what it is, whose, and what it would do. */
export function createLook(deps: { database: Database; clock: Clock; vault: Vault; files: OfflineFiles }) {
  const { database, clock, vault, files } = deps;

  /** What activate_offline would decide now; it decides anew when it is asked to. */
  async function prospectOf(
    tx: Tx,
    { tenantId }: Bearer,
    license: store.DeskLicense,
    product: string,
    asking: AskingDevice,
  ): Promise<Prospect> {
    const rules = policyRules.parse(license.effective);
    const refused = (code: Code): Prospect => ({ outcome: "refused", code });
    const status = licenseStatus(license, clock.now());
    if (license.product.code !== product) return refused("product_mismatch");
    if (status === "revoked" || status === "suspended" || status === "expired")
      return refused(REFUSED_BY_STATUS[status]);
    if (license.validFrom !== null && status === "pending") return refused("license_not_yet_valid");
    if (!rules.offlineAllowed) return refused("offline_not_allowed");
    const exchange = await store.findExchange(tx, tenantId, asking);
    if (exchange !== null && exchange.responseCipher !== null) {
      const device = await store.findDevice(tx, { tenantId }, exchange.activationId);
      if (device?.revokedAt) return refused("activation_revoked");
      return device?.liveFingerprint == null ? refused("activation_not_found") : { outcome: "again" };
    }
    const known = await store.findKnownDevice(tx, tenantId, license, asking);
    if (known !== undefined) return { outcome: "known", device: known.name };
    const { activationCount, activationsMax } = license;
    return activationsMax !== null && activationCount >= activationsMax
      ? refused("activation_limit_reached")
      : { outcome: "new" };
  }

  async function ticketsWanted(
    tx: Tx,
    tenantId: string,
    licenseId: string,
    wanted: readonly { readonly meter: string; readonly amount: number }[],
  ): Promise<TicketWanted[]> {
    const accounts = await store.readBalances(
      tx,
      tenantId,
      licenseId,
      wanted.map(({ meter }) => meter),
    );
    return wanted.map(({ meter: code, amount }) => {
      const account = accounts.find(({ meter }) => meter.code === code);
      if (account === undefined) return { meterName: code, unit: code, amount, available: null };
      const { granted, reserved, spent, meter } = account;
      const available = Number(granted - reserved - spent);
      return { meterName: meter.name, unit: meter.unit, amount, available };
    });
  }

  async function seeRequest(
    tx: Tx,
    bearer: Bearer,
    file: Extract<OfflineFile, { kind: "request" }>,
  ): Promise<Seen> {
    const { tenantId } = bearer;
    const keyHash = await licenseKeyHash(vault, tenantId, file.licenseKey);
    const license = keyHash === undefined ? null : await store.findLicenseByKey(tx, bearer, keyHash);
    if (license === null) throw notYours("license_not_found", bearer);
    return {
      kind: "request",
      license,
      device: file.device,
      madeAt: file.madeAt,
      offlineDays: policyRules.parse(license.effective).offlineDaysMax,
      tickets: await ticketsWanted(tx, tenantId, license.id, file.tickets),
      prospect: await prospectOf(tx, bearer, license, file.product, file.asking),
    };
  }

  async function seeCode(tx: Tx, bearer: Bearer, code: string, licenseId: string | undefined): Promise<Seen> {
    if (licenseId === undefined)
      return {
        kind: "codeWithoutLicense",
        licenses: await store.listOfflineLicenses(tx, bearer, LICENSES_MAX),
      };
    const license = await store.findLicense(tx, bearer, licenseId);
    if (license === null) throw notYours("license_not_found", bearer);
    const product = license.product.code;
    const licenseKey = await openLicenseKey(vault, bearer.tenantId, license.keyCipher);
    const asking = await files.recogniseCode({ code, licenseKey, product });
    return {
      kind: "code",
      license,
      device: { name: "", platform: "", appVersion: "" },
      madeAt: null,
      offlineDays: policyRules.parse(license.effective).offlineDaysMax,
      tickets: [],
      prospect: await prospectOf(tx, bearer, license, product, asking),
    };
  }

  async function seeDeactivation(
    tx: Tx,
    bearer: Bearer,
    file: Extract<OfflineFile, { kind: "deactivation" }>,
  ): Promise<Seen> {
    const { activationId, thumbprint, journal, madeAt } = file;
    const device = await store.findDevice(tx, bearer, activationId);
    if (device === null || device.deviceThumbprint !== thumbprint)
      throw notYours("activation_not_found", bearer);
    const head = await store.journalHead(tx, bearer.tenantId, activationId, thumbprint);
    return {
      kind: "deactivation",
      license: device.license,
      activationId,
      device: device.name,
      madeAt,
      lacksJournal: journal !== null && journal !== head.hash,
      prospect:
        device.revokedAt !== null
          ? { outcome: "refused", code: "activation_revoked" }
          : { outcome: device.deactivatedAt === null ? "frees" : "again" },
    };
  }

  async function seeJournal(
    tx: Tx,
    bearer: Bearer,
    file: Extract<OfflineFile, { kind: "journal" }>,
  ): Promise<Seen> {
    const { activationId, thumbprint, first, entries } = file;
    const device = await store.findDevice(tx, bearer, activationId);
    if (device === null) throw notYours("activation_not_found", bearer);
    const { tenantId } = bearer;
    const { entry: recorded } = await store.journalHead(tx, tenantId, activationId, thumbprint);
    const fresh = entries.filter((_, index) => first + index > recorded);
    const tickets = await store.readTickets(
      tx,
      tenantId,
      activationId,
      fresh.map(({ ticket }) => ticket),
    );
    const meterOf = new Map(tickets.map(({ id, account }) => [id, account.meter]));
    const used = Map.groupBy(fresh, ({ ticket }) => meterOf.get(ticket)?.code ?? "");
    return {
      kind: "journal",
      license: device.license,
      device: device.name,
      first,
      last: first + entries.length - 1,
      recorded,
      used: [...used.values()].flatMap((uses) => {
        const meter = meterOf.get(uses[0]?.ticket ?? "");
        const amount = uses.reduce((sum, use) => sum + use.amount, 0);
        return meter === undefined ? [] : [{ meterName: meter.name, unit: meter.unit, amount }];
      }),
    };
  }

  return {
    /** Throws `offline_request_invalid` for what cannot be read; of another's license or device, as of one that does not exist. */
    async look(bearer: Bearer, { text, licenseId }: LookAtFile): Promise<Seen> {
      const file = await files.recognise(text);
      if (file.kind === "response" || file.kind === "snapshot") return { kind: file.kind };
      return database.withTenant(bearer.tenantId, (tx) => {
        switch (file.kind) {
          case "request":
            return seeRequest(tx, bearer, file);
          case "code":
            return seeCode(tx, bearer, text, licenseId);
          case "deactivation":
            return seeDeactivation(tx, bearer, file);
          case "journal":
            return seeJournal(tx, bearer, file);
        }
      });
    },
  };
}

/** The same whether it is another customer's, another vendor's, or nobody's. */
function notYours(code: "license_not_found" | "activation_not_found", { customerId }: Bearer): SignetError {
  const whose = customerId === undefined ? "of this account" : "of yours";
  return new SignetError(
    code,
    code === "license_not_found"
      ? `No license ${whose} has the key in this request: it was made for somebody else's license, or for another vendor. Look at the key on the machine.`
      : `No license ${whose} has this device: the file is of somebody else's machine, or of another vendor's program.`,
  );
}
