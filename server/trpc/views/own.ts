import type { CustomerPeople } from "../../auth/customer-people.ts";
import type { OwnDevices } from "../../authority/own-devices.ts";
import type { OwnLicenses } from "../../authority/own-licenses.ts";
import type { OwnSeats } from "../../authority/own-seats.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";
import { poolView } from "./seat.ts";

type Row = Awaited<ReturnType<OwnLicenses["list"]>>["items"][number];
type Detail = Awaited<ReturnType<OwnLicenses["get"]>>;
type Device = Awaited<ReturnType<OwnDevices["list"]>>["items"][number];
type Pool = Awaited<ReturnType<OwnSeats["pools"]>>["items"][number];
type Person = Awaited<ReturnType<CustomerPeople["list"]>>[number];

/** A license as its customer sees it: without the vendor's note. */
export function ownLicense(row: Row) {
  const { status, issuedAt, validFrom, expiresAt, graceUntil, activationCount, activationsMax } = row;
  return {
    id: publicId("license", row.id),
    keyHint: keyHint(row.keyPrefix, row.keyHint),
    product: row.productName,
    policy: row.policyName,
    status,
    issuedAt,
    validFrom,
    expiresAt,
    graceUntil,
    activationCount,
    activationsMax,
    ...inUse(row),
  };
}

/** All that its customer may know of a license. */
export function ownLicenseDetail(license: Detail) {
  const { product, policy, status, issuedAt, validFrom, expiresAt, graceUntil, firstActivatedAt } = license;
  const { suspendedAt, revokedAt, activationCount, activationsMax, movable, terms } = license;
  return {
    id: publicId("license", license.id),
    keyHint: keyHint(product.keyPrefix, license.keyHint),
    product: product.name,
    policy: policy.name,
    status,
    issuedAt,
    validFrom,
    expiresAt,
    graceUntil,
    firstActivatedAt,
    suspendedAt,
    revokedAt,
    activationCount,
    activationsMax,
    movable,
    terms,
    ...inUse(license),
  };
}

function inUse({ devices, seats, accounts }: Pick<Row, "devices" | "seats" | "accounts">) {
  return {
    devices: devices.map(({ id, name, platform, createdAt, lastSeenAt }) => ({
      id: publicId("activation", id),
      name,
      platform,
      createdAt,
      lastSeenAt,
    })),
    seats: seats && { held: seats.held, capacity: seats.seats },
    credits: accounts.map(({ meter, granted, reserved, spent }) => ({
      meter: meter.code,
      name: meter.name,
      unit: meter.unit,
      granted: Number(granted),
      left: Number(granted - reserved - spent),
    })),
  };
}

export function ownDevice(device: Device) {
  const { name, platform, appVersion, createdAt, lastSeenAt, movable } = device;
  return {
    id: publicId("activation", device.id),
    license: {
      id: publicId("license", device.licenseId),
      keyHint: keyHint(device.keyPrefix, device.keyHint),
      product: device.productName,
    },
    name,
    platform,
    appVersion,
    createdAt,
    lastSeenAt,
    movable,
  };
}

/** A pool without whose it is: they know. */
export function ownPool(pool: Pool) {
  const { customer: _, ...shown } = poolView(pool);
  return shown;
}

export function ownPerson({ userId, role, createdAt, user }: Person) {
  return { userId: publicId("user", userId), name: user.name, email: user.email, role, joinedAt: createdAt };
}
