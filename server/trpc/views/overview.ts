import type { Overview } from "../../authority/overview-service.ts";
import { publicId } from "../../domain/ids.ts";
import { runtimeEvent } from "./event.ts";
import { keyHint } from "./license.ts";

type Numbers = Awaited<ReturnType<Overview["get"]>>;

export function overviewView(numbers: Numbers) {
  const { licensesByStatus, activeDevices, countedAt, activationsByDay, denialsByCode, expiring, decisions } =
    numbers;
  return {
    licensesByStatus,
    activeDevices,
    countedAt,
    activationsByDay,
    denialsByCode,
    expiring: expiring.map((license) => ({
      id: publicId("license", license.id),
      keyHint: keyHint(license.product.keyPrefix, license.keyHint),
      expiresAt: license.expiresAt,
      customer: { id: publicId("customer", license.customer.id), name: license.customer.name },
      product: license.product.name,
    })),
    decisions: decisions.map(({ license, deviceName, ...event }) => ({
      ...runtimeEvent(event),
      license: license && {
        keyHint: keyHint(license.product.keyPrefix, license.keyHint),
        customerName: license.customer.name,
      },
      deviceName,
    })),
  };
}
