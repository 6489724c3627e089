import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { recordAudit } from "./audit.ts";
import { present } from "./missing.ts";
import type { ListOwnDevices } from "./own-input.ts";
import * as store from "./own-store.ts";
import { authorOf, type Owner } from "./owner.ts";
import { pageOf, readCursor } from "./page.ts";
import type { Devices, Tx } from "./ports.ts";
import { countHeld } from "./seat-store.ts";

export type OwnDevices = ReturnType<typeof createOwnDevices>;

/** What a customer's people do with the devices on its licenses. A device of anybody else's is `not_found`. */
export function createOwnDevices(deps: { database: Database; clock: Clock; devices: Devices }) {
  const { database, clock, devices } = deps;

  async function inUse(tx: Tx, owner: Owner, id: string) {
    const device = present(await store.findOwnDevice(tx, owner, id), "device");
    if (device.liveFingerprint === null)
      throw new SignetError("not_found", "This device is no longer activated.");
    return device;
  }

  return {
    /** Those in use, last activated first. */
    async list({ tenantId, customerId }: Owner, { cursor, ...query }: ListOwnDevices) {
      const before = readCursor(cursor);
      const rows = await database.withTenant(tenantId, (tx) =>
        store.listOwnDevices(tx, { tenantId, customerId }, { ...query, before }),
      );
      return pageOf(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
    },

    /** What deactivating it would do now, in numbers; `allowed`: whether the license's rules leave it to the customer. */
    async impact(owner: Owner, id: string) {
      const { tenantId } = owner;
      return database.withTenant(tenantId, async (tx) => {
        const device = await inUse(tx, owner, id);
        const rules = policyRules.parse(device.license.effective);
        return {
          name: device.name,
          allowed: rules.selfServiceDeactivation,
          devices: device.license.activationCount,
          devicesMax: rules.activationsMax,
          ...(await countHeld(tx, tenantId, { licenseId: device.licenseId, activationId: id }, clock.now())),
          /** How long a device that hears nothing may still work. */
          worksOnSeconds: rules.activationTokenTtlSeconds,
          offline: rules.offlineAllowed,
        };
      });
    },

    /** Answers the name it had, for whoever wants it back. An application that activates again with a name of its own gives it that. */
    async rename(owner: Owner, id: string, name: string): Promise<{ before: string }> {
      const { tenantId } = owner;
      return database.withTenant(tenantId, async (tx) => {
        const device = await inUse(tx, owner, id);
        if (device.name === name) return { before: name };
        await store.renameDevice(tx, tenantId, id, name);
        const activationId = publicId("activation", id);
        await recordAudit(tx, authorOf(owner), clock, {
          action: "license.device_renamed",
          subjectKind: "license",
          subjectId: device.licenseId,
          before: { activationId, name: device.name },
          after: { activationId, name },
        });
        return { before: device.name };
      });
    },

    /** Frees the device's slot, and the seats it holds but for borrowed ones, which end by time. Throws `forbidden` where the license's rules leave that to the vendor. */
    async deactivate(owner: Owner, vendorName: string, id: string): Promise<void> {
      const { tenantId } = owner;
      const correlationId = currentCorrelationId() ?? newCorrelationId();
      await database.withTenant(tenantId, async (tx) => {
        const device = await inUse(tx, owner, id);
        await recordAudit(tx, authorOf(owner), clock, {
          action: "license.device_deactivated",
          subjectKind: "license",
          subjectId: device.licenseId,
          before: { activationId: publicId("activation", id), name: device.name },
          after: null,
        });
        // Again, under the audit log's lock: by now it may be another customer's, or given up in another tab.
        await inUse(tx, owner, id);
        // Last, and in a transaction of the runtime plane's own, which holds the policy to it: if it refuses, the entry goes with ours.
        const decision = await devices.deactivate(tenantId, {
          activationId: id,
          correlationId,
          byVendor: false,
        });
        if (decision.outcome === "granted") return;
        if (decision.code === "forbidden")
          throw new SignetError(
            "forbidden",
            `This license does not let you move devices yourself; ask ${vendorName}.`,
          );
        throw new SignetError(decision.code);
      });
    },
  };
}
