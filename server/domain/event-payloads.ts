import { z } from "zod";

/** What the payloads of events are made of. A field may be added; one that goes or means something else is a new version. */

const time = z.iso.datetime();
const named = z.object({ id: z.string(), name: z.string() });

/** A license as it stood when the event happened. Its key is not told. */
export const licensePayload = z.object({
  id: z.string(),
  /** The last characters of its key. */
  keyHint: z.string(),
  status: z.enum(["pending", "active", "grace", "expired", "suspended", "revoked"]),
  product: z.object({ id: z.string(), code: z.string() }),
  policy: z.object({ id: z.string(), code: z.string(), version: z.int() }),
  customer: named,
  note: z.string(),
  issuedAt: time,
  validFrom: time.nullable(),
  expiresAt: time.nullable(),
  graceUntil: time.nullable(),
  /** Null: no limit. */
  activationsMax: z.int().nullable(),
  seats: z.int(),
});
export type LicensePayload = z.infer<typeof licensePayload>;

export const activationPayload = z.object({
  id: z.string(),
  name: z.string(),
  platform: z.string(),
  appVersion: z.string(),
  /** Whether it was made or ended by a file, on a machine without a network. */
  offline: z.boolean(),
});

export const license = z.object({ license: licensePayload });
export const licenseWithReason = license.extend({ reason: z.string() });
export const licenseUpdated = license.extend({ changed: z.enum(["terms", "note", "policy_version"]) });
export const licenseTransferred = license.extend({
  /** Whose it was; `license.customer` is whose it is now. */
  previousCustomer: named,
  devicesDeactivated: z.int(),
  reason: z.string(),
});
export const licenseExpiring = license.extend({ daysLeft: z.int() });
export const activation = license.extend({ activation: activationPayload });
export const poolExhausted = license.extend({ firstRefusedAt: time });
export const credits = license.extend({
  meter: z.string(),
  balance: z.int(),
});
export const creditsLow = credits.extend({ lastGranted: z.int() });
export const creditsExhausted = credits.extend({ firstRefusedAt: time });
export const customer = z.object({ customer: named });
export const policyPublished = z.object({
  policy: z.object({ id: z.string(), code: z.string(), name: z.string(), version: z.int() }),
});
export const key = z.object({
  use: z.enum(["license", "activation", "lease", "ticket", "receipt", "root"]),
  /** The key that is compromised, or that signs from now on; of a root also its public `x`, which applications pin. */
  kid: z.string().optional(),
  x: z.string().optional(),
  /** `seq` of the trust bundle that says so. */
  trustSeq: z.int(),
});
export const incident = z.object({
  /** `ledger_sums`, `seat_leases` … */
  kind: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  expected: z.unknown(),
  actual: z.unknown(),
});
export const test = z.object({ sentBy: z.string() });

export const EXAMPLE_LICENSE: LicensePayload = {
  id: "lic_01jdezv3k8e2rbq5x0m9n7t4wa",
  keyHint: "RNDR-…-7QK2M",
  status: "active",
  product: { id: "prd_01jdezt0c5fy3a1v8w6k2d9hme", code: "renderer" },
  policy: { id: "pol_01jdezt9q7gk4s2x5b8n0c6rte", code: "studio", version: 3 },
  customer: { id: "cus_01jdezva2mhr6t3z9d4p1k8wsx", name: "Northwind" },
  note: "",
  issuedAt: "2026-11-24T10:15:00.000Z",
  validFrom: "2026-11-24T10:15:00.000Z",
  expiresAt: "2027-11-24T10:15:00.000Z",
  graceUntil: "2027-12-08T10:15:00.000Z",
  activationsMax: 3,
  seats: 25,
};
