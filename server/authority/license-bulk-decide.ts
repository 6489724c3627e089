import { SignetError } from "../domain/errors.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { policyOverrides, policyRules } from "../domain/policy.ts";
import type { AuditEntry } from "./audit.ts";
import type { BulkChange } from "./license-bulk-input.ts";
import type { BulkLicense } from "./license-bulk-store.ts";
import { decideTransition } from "./license-transition.ts";
import { unfitReason } from "./policy-rules.ts";
import { findNewestVersions } from "./policy-store.ts";
import type { Tx } from "./ports.ts";

type Version = Awaited<ReturnType<typeof findNewestVersions>>[number];
type Change = Pick<AuditEntry, "action"> & {
  readonly before: Readonly<Record<string, AuditEntry["before"]>>;
  readonly after: Readonly<Record<string, AuditEntry["after"]>>;
};

export type Decision =
  | { readonly refusal: string }
  | { readonly change: Change; readonly times: BulkLicense }
  | { readonly change: Change; readonly version: Version };

/** What becomes of each license, or why nothing can: as each alone would be answered. */
export async function decideAll(
  tx: Tx,
  tenantId: string,
  licenses: readonly BulkLicense[],
  change: BulkChange,
  now: Date,
): Promise<{ readonly license: BulkLicense; readonly decision: Decision }[]> {
  const policyIds = change.action === "move" ? [...new Set(licenses.map(({ policyId }) => policyId))] : [];
  const newest = new Map(
    (await findNewestVersions(tx, tenantId, policyIds)).map((version) => [version.policyId, version]),
  );
  const decide = (license: BulkLicense): Decision => {
    if (change.action === "move") return decideMove(license, newest.get(license.policyId));
    const { data, ...decided } = decideTransition(license, change, now);
    return { change: decided, times: { ...license, ...data } };
  };
  return licenses.map((license) => ({ license, decision: refusing(() => decide(license)) }));
}

function decideMove(license: BulkLicense, version: Version | undefined): Decision {
  if (license.revokedAt !== null)
    return { refusal: "This license is revoked, which is final: its rules can no longer change." };
  if (version === undefined || version.id === license.policyVersionId)
    return { refusal: "This license is under the newest version of its policy already." };
  const overrides = policyOverrides.parse(license.overrides);
  const unfit = unfitReason(policyRules.parse(version.rules), overrides, version.policy.product);
  if (unfit !== undefined) return { refusal: unfit };
  const before = { policyVersion: license.policyVersion };
  return { change: { action: "license.moved", before, after: { policyVersion: version.number } }, version };
}

function refusing(decide: () => Decision): Decision {
  try {
    return decide();
  } catch (error) {
    if (error instanceof SignetError) return { refusal: error.message };
    throw error;
  }
}

/** Whether a license may be used: its devices are answered. */
export function mayBeUsed(license: BulkLicense, now: Date): boolean {
  const status = licenseStatus(license, now);
  return status === "active" || status === "grace";
}
