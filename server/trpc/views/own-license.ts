import type { Licenses } from "../../authority/license-service.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

type Row = Awaited<ReturnType<Licenses["listOwn"]>>["items"][number];

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
    devices: row.devices.map(({ id, name, platform, createdAt, lastSeenAt }) => ({
      id: publicId("activation", id),
      name,
      platform,
      createdAt,
      lastSeenAt,
    })),
  };
}
