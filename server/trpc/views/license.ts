import type { Licenses } from "../../authority/license-service.ts";
import { publicId } from "../../domain/ids.ts";
import { auditEvent, runtimeEvent } from "./event.ts";

type Row = Awaited<ReturnType<Licenses["list"]>>["items"][number];
type Detail = Awaited<ReturnType<Licenses["get"]>>;

/** Enough of a key to tell it from others, and no more. */
export function keyHint(prefix: string, hint: string): string {
  return `${prefix}-…-${hint}`;
}

export function licenseRow(row: Row) {
  const { status, note, issuedAt, validFrom, expiresAt, graceUntil, activationCount, activationsMax } = row;
  return {
    id: publicId("license", row.id),
    keyHint: keyHint(row.keyPrefix, row.keyHint),
    status,
    note,
    issuedAt,
    validFrom,
    expiresAt,
    graceUntil,
    activationCount,
    activationsMax,
    customer: { id: publicId("customer", row.customerId), name: row.customerName },
    product: { id: publicId("product", row.productId), name: row.productName },
    policy: { id: publicId("policy", row.policyId), name: row.policyName, version: row.policyVersion },
  };
}

export function licenseDetail(license: Detail) {
  const { customer, product, policy, policyVersion, activations, events, history } = license;
  const { status, note, issuedAt, validFrom, expiresAt, graceUntil, activationCount, activationsMax } =
    license;
  const { firstActivatedAt, suspendedAt, revokedAt, updatedAt, overrides, effective, provenance } = license;
  return {
    id: publicId("license", license.id),
    keyHint: keyHint(product.keyPrefix, license.keyHint),
    status,
    note,
    issuedAt,
    validFrom,
    expiresAt,
    graceUntil,
    firstActivatedAt,
    suspendedAt,
    revokedAt,
    updatedAt,
    activationCount,
    activationsMax,
    customer: { id: publicId("customer", customer.id), name: customer.name },
    product: { id: publicId("product", product.id), code: product.code, name: product.name },
    policy: {
      id: publicId("policy", policy.id),
      code: policy.code,
      name: policy.name,
      versionId: publicId("policyVersion", policyVersion.id),
      version: policyVersion.number,
    },
    overrides,
    effective,
    provenance,
    overrideSources: Object.fromEntries(
      [...license.overrideSources].map(([rule, { at, actorName }]) => [rule, { at, by: actorName }]),
    ),
    activations: activations.map(deviceView),
    events: events.map(runtimeEvent),
    history: history.map(auditEvent),
    eventsSince: license.eventsSince,
  };
}

function deviceView(activation: Detail["activations"][number]) {
  const { id, name, platform, appVersion, sdkVersion, createdAt, lastSeenAt, deactivatedAt, revokedAt } =
    activation;
  return {
    id: publicId("activation", id),
    name,
    platform,
    appVersion,
    sdkVersion,
    createdAt,
    lastSeenAt,
    deactivatedAt,
    revokedAt,
    active: activation.liveFingerprint !== null,
  };
}
