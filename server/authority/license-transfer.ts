import type { Actor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newCorrelationId } from "../platform/ids.ts";
import { currentCorrelationId } from "../platform/log.ts";
import { findCustomer } from "./customer-store.ts";
import { createLicenseChanger } from "./license-change.ts";
import type { TransferLicense } from "./license-input.ts";
import { refuseTransition } from "./license-transition.ts";
import { present } from "./missing.ts";
import type { Devices, SeatChanges, Tx } from "./ports.ts";
import { receivingCustomer } from "./receiving-customer.ts";

/** A license that another customer gets, with its key, its end, its balances and its history. */
export function createTransfers(deps: {
  database: Database;
  clock: Clock;
  devices: Devices;
  seatChanges: SeatChanges;
}) {
  const { devices } = deps;
  const change = createLicenseChanger(deps);

  return {
    /**
     * The old customer's people no longer see it from their next request on. Seats that backends hold stay; those of
     * devices go with the devices, borrowed ones at their end. Throws `invalid_request` when it is revoked, or no longer of the customer it was seen at.
     */
    transfer(actor: Actor, request: TransferLicense) {
      const { tenantId } = actor;
      const { id, fromCustomerId, customerId, reason } = request;
      const deactivates = request.devices === "deactivate";
      return change(actor, id, async (license, now, tx) => {
        refuseTransition(license, "transfer", now);
        const owner = await named(tx, tenantId, license.customerId);
        if (license.customerId !== fromCustomerId) {
          throw new SignetError(
            "invalid_request",
            `Meanwhile this license was transferred to ${owner.name}; look at it again.`,
          );
        }
        const receiver = await receivingCustomer(tx, tenantId, customerId);
        if (receiver.id === license.customerId)
          throw invalidField("/customerId", `This license is ${receiver.name}'s already; choose another.`);
        const correlationId = currentCorrelationId() ?? newCorrelationId();
        return {
          action: "license.transferred",
          data: { customerId },
          before: { customer: owner },
          after: {
            customer: { id: publicId("customer", receiver.id), name: receiver.name },
            // The license is locked, so that no device joins or leaves until it is done.
            devicesDeactivated: deactivates ? license.activationCount : 0,
            reason,
          },
          also: async () => {
            if (deactivates) await devices.deactivateAll(tx, tenantId, { licenseId: id, correlationId });
          },
        };
      });
    },
  };
}

async function named(tx: Tx, tenantId: string, id: string) {
  const { name } = present(await findCustomer(tx, tenantId, id), "customer");
  return { id: publicId("customer", id), name };
}
