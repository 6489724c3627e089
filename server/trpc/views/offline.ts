import type { OfflineDesk } from "../../authority/offline-desk.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

type Seen = Awaited<ReturnType<OfflineDesk["look"]>>;
type Taken = Awaited<ReturnType<OfflineDesk["take"]>>;
type License = Taken["license"];
type Exchange = Awaited<ReturnType<OfflineDesk["exchanges"]>>["items"][number];

/** Of the license that a file is about, what tells it from others: neither its key nor the vendor's note. */
function aboutLicense({
  id,
  customer,
  product,
  policy,
  activationCount,
  activationsMax,
  ...license
}: License) {
  return {
    id: publicId("license", id),
    keyHint: keyHint(product.keyPrefix, license.keyHint),
    customer: customer.name,
    product: product.name,
    policy: policy.name,
    activationCount,
    activationsMax,
  };
}

/** What a file is and would do. */
export function seenFile(seen: Seen) {
  switch (seen.kind) {
    case "response":
      return { kind: seen.kind };
    case "snapshot":
      return { kind: seen.kind };
    case "codeWithoutLicense":
      return { kind: seen.kind, licenses: seen.licenses.map(aboutLicense) };
    case "deactivation": {
      const activationId = publicId("activation", seen.activationId);
      return { ...seen, activationId, license: aboutLicense(seen.license) };
    }
    case "journal":
      return { ...seen, license: aboutLicense(seen.license) };
    case "request":
    case "code":
      return { ...seen, license: aboutLicense(seen.license) };
  }
}

/** What was done about it. */
export function takenFile(taken: Taken) {
  return { ...taken, license: aboutLicense(taken.license) };
}

export function exchangeRow(row: Exchange) {
  const { deviceThumbprint, licenseId, keyPrefix, activationId, ...shown } = row;
  return {
    ...shown,
    id: `${deviceThumbprint}.${row.nonce}`,
    deviceKey: deviceThumbprint,
    activationId: publicId("activation", activationId),
    licenseId: publicId("license", licenseId),
    keyHint: keyHint(keyPrefix, row.keyHint),
  };
}
