import { SignetError } from "../domain/errors.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { policyOverrides, policyRules } from "../domain/policy.ts";
import type { AuditEntry } from "./audit.ts";
import type { BulkChange } from "./license-bulk-input.ts";
import type { BulkLicense } from "./license-bulk-store.ts";
import { decideTransition } from "./license-transition.ts";
import { unfitReason } from "./policy-rules.ts";
import { findNewestVersions, findVersionsWithCatalogue } from "./policy-store.ts";
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

/** Which version each license is to get, by the license's id; others get none. */
type Targets = ReadonlyMap<string, Version>;

/** The newest of its policy, for each. */
export async function newestTargets(
  tx: Tx,
  tenantId: string,
  licenses: readonly BulkLicense[],
): Promise<Targets> {
  const policyIds = [...new Set(licenses.map(({ policyId }) => policyId))];
  const newest = new Map(
    (await findNewestVersions(tx, tenantId, policyIds)).map((version) => [version.policyId, version]),
  );
  return new Map(
    licenses.flatMap(({ id, policyId }) => {
      const version = newest.get(policyId);
      return version === undefined ? [] : [[id, version] as const];
    }),
  );
}

/** Those that were looked at, whatever was published since. */
export async function plannedTargets(
  tx: Tx,
  tenantId: string,
  versionIdOf: ReadonlyMap<string, string>,
): Promise<Targets> {
  const ids = [...new Set(versionIdOf.values())];
  const versions = new Map(
    (await findVersionsWithCatalogue(tx, tenantId, ids)).map((version) => [version.id, version]),
  );
  return new Map(
    [...versionIdOf].flatMap(([licenseId, versionId]) => {
      const version = versions.get(versionId);
      return version === undefined ? [] : [[licenseId, version] as const];
    }),
  );
}

/** What becomes of each license, or why nothing can: as each alone would be answered. */
export function decideAll(
  licenses: readonly BulkLicense[],
  change: BulkChange,
  targets: Targets,
  now: Date,
): { readonly license: BulkLicense; readonly decision: Decision }[] {
  const decide = (license: BulkLicense): Decision => {
    if (change.action === "move") return decideMove(license, targets.get(license.id));
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
  if (version.number < license.policyVersion)
    return { refusal: "This license is under a newer version of its policy by now." };
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
