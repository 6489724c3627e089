import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { licenseStatus, validity } from "../domain/license-state.ts";
import { graceEnd } from "../domain/license-terms.ts";
import type { PolicyOverrides, PolicyRules } from "../domain/policy.ts";
import { refuseBeyondTrial } from "../domain/trial.ts";
import type { Clock } from "../platform/clock.ts";
import { newUuid } from "../platform/ids.ts";
import type { AuditEntry } from "./audit.ts";
import { applyEntitlements } from "./entitlements-store.ts";
import { newLicenseKey } from "./license-keys.ts";
import * as store from "./license-store.ts";
import type { TenantCipher, Tx } from "./ports.ts";
import { findTrial } from "./trial-store.ts";

interface Times {
  readonly validFrom: Date | null;
  readonly expiresAt: Date | null;
  readonly graceUntil: Date | null;
}

/** A license that is to be issued, once everything about it was found good. */
export interface LicenseGrant {
  readonly customerId: string;
  readonly product: { readonly id: string; readonly keyPrefix: string; readonly lab: boolean };
  readonly version: { readonly id: string; readonly number: number; readonly policyId: string };
  readonly note: string;
  readonly overrides: PolicyOverrides;
  /** The version's rules and the overrides put together. */
  readonly rules: PolicyRules;
  readonly times: Times;
}

export interface IssuedLicense {
  readonly id: string;
  /** Shown this once; afterwards only an audited reveal gives it. */
  readonly key: string;
}

/** From when until when a license counts; both are left out where the policy decides, or the first activation does. */
export function timesOf(rules: PolicyRules, startsAt: Date, expiresAt?: Date | null): Times {
  if (rules.validFrom === "first_activation") return { validFrom: null, expiresAt: null, graceUntil: null };
  if (expiresAt === undefined || expiresAt === null)
    return { validFrom: startsAt, ...validity(rules, startsAt) };
  return { validFrom: startsAt, expiresAt, graceUntil: graceEnd(expiresAt, rules) };
}

/**
 * Writes licenses, in a few statements however many they are. Locks the tenant's state: customers are to be held before.
 * Throws `idempotency_conflict` where `firstId`, the first one's id, is taken. Returns them in order, with the audit entries that the caller is to record last.
 * Returns them in order, with the audit entries that the caller is to record last. Throws `forbidden` where a trial's limits
 * leave no room for all of them; the scenario lab's own do not count.
 */
export async function insertGrants(
  tx: Tx,
  { tenantId, cipher, clock }: { tenantId: string; cipher: TenantCipher; clock: Clock },
  grants: readonly LicenseGrant[],
  { batchId, firstId }: { readonly batchId?: string; readonly firstId?: string | undefined } = {},
): Promise<{ readonly issued: IssuedLicense[]; readonly entries: AuditEntry[] }> {
  const now = clock.now();
  const firstIndex = await store.allocateStatusIndexes(tx, tenantId, grants.length);
  // Whoever had this id before has committed, or the tenant's state would be locked.
  if (firstId !== undefined && (await store.hasLicense(tx, tenantId, firstId))) {
    throw new SignetError(
      "idempotency_conflict",
      "This form has issued already, though its answer was lost. Find the licenses and their keys in the list; to issue more, reload the page.",
    );
  }
  const counted = grants.filter(({ product }) => !product.lab).length;
  if (counted > 0) refuseBeyondTrial(await findTrial(tx, tenantId), now, counted);
  const made = grants.map((grant, offset) => {
    const { key, stored } = newLicenseKey(grant.product.keyPrefix, cipher);
    return {
      id: (offset === 0 ? firstId : undefined) ?? newUuid(),
      key,
      stored,
      statusIndex: firstIndex + offset,
      grant,
    };
  });
  await store.insertLicenses(
    tx,
    tenantId,
    now,
    made.map(({ id, stored, statusIndex, grant }) => ({
      id,
      customerId: grant.customerId,
      productId: grant.product.id,
      policyId: grant.version.policyId,
      policyVersionId: grant.version.id,
      note: grant.note,
      ...stored,
      statusIndex,
      overrides: grant.overrides,
      effective: grant.rules,
      ...grant.times,
      announcedStatus: licenseStatus({ ...grant.times, suspendedAt: null, revokedAt: null }, now),
    })),
  );
  await applyEntitlements(
    tx,
    tenantId,
    made.map(({ id }) => id),
    clock,
  );
  return {
    issued: made.map(({ id, key }) => ({ id, key })),
    entries: made.map(({ id, grant }) => issuedEntry(id, grant, batchId)),
  };
}

function issuedEntry(id: string, grant: LicenseGrant, batchId: string | undefined): AuditEntry {
  const { customerId, version, note, overrides, times } = grant;
  return {
    action: "license.issued",
    subjectKind: "license",
    subjectId: id,
    before: null,
    after: {
      customerId: publicId("customer", customerId),
      policyId: publicId("policy", version.policyId),
      policyVersion: version.number,
      note,
      overrides,
      validFrom: times.validFrom,
      expiresAt: times.expiresAt,
      ...(batchId === undefined ? {} : { batchId: publicId("licenseBatch", batchId) }),
    },
  };
}
