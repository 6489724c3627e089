import { publicId } from "../domain/ids.ts";
import { licenseStatus } from "../domain/license-state.ts";
import { policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import { applyEntitlements } from "./entitlements-store.ts";
import type { StepResult } from "./license-batch-steps.ts";
import { type Decision, decideAll, plannedTargets } from "./license-bulk-decide.ts";
import { type BulkChange, changeRow } from "./license-bulk-input.ts";
import * as store from "./license-bulk-store.ts";
import { moveLicenses } from "./license-move-store.ts";
import { insertRevocations } from "./license-store.ts";
import type { Trust, Tx } from "./ports.ts";

interface Step {
  readonly tenantId: string;
  readonly batchId: string;
  readonly change: BulkChange;
  readonly clock: Clock;
  readonly trust: Pick<Trust, "publish">;
}

/** Changes the licenses that these rows name; what can no longer be changed says why, and stops no other. */
export async function changeRows(
  tx: Tx,
  { tenantId, batchId, change, clock, trust }: Step,
  stored: readonly { readonly row: number; readonly plan: unknown }[],
): Promise<StepResult> {
  const planned = stored.map(({ row, plan }) => ({ row, ...changeRow.parse(plan) }));
  const rowOf = new Map(planned.map(({ row, licenseId }) => [licenseId, row]));
  const versionIdOf = new Map(
    planned.flatMap(({ licenseId, versionId }) =>
      versionId === undefined ? [] : [[licenseId, versionId] as const],
    ),
  );
  const ids = [...rowOf.keys()];
  await store.lockLicenses(tx, tenantId, ids);
  const now = clock.now();
  const targets = await plannedTargets(tx, tenantId, versionIdOf);
  const decided = decideAll(await store.findLicenses(tx, tenantId, ids), change, targets, now);

  await store.updateTimes(
    tx,
    tenantId,
    decided.flatMap(({ decision }) =>
      "times" in decision ? [{ ...decision.times, status: licenseStatus(decision.times, now) }] : [],
    ),
    now,
  );
  for (const [version, moving] of byVersion(decided)) {
    const rules = policyRules.parse(version.rules);
    await moveLicenses(tx, tenantId, { ids: moving, versionId: version.id, rules, now });
  }
  const changed = decided.flatMap(({ license, decision }) => ("change" in decision ? [license.id] : []));
  if (change.action === "revoke") {
    await insertRevocations(tx, tenantId, changed, change.reason, now);
    if (changed.length > 0) await trust.publish(tx, tenantId);
  } else await applyEntitlements(tx, tenantId, changed, clock);

  return {
    rows: decided.map(({ license, decision }) => ({
      row: rowOf.get(license.id) ?? 0,
      licenseId: license.id,
      refusal: "refusal" in decision ? decision.refusal : null,
    })),
    customersCreated: 0,
    changed,
    entries: decided.flatMap(({ license, decision }) =>
      "change" in decision
        ? [
            {
              action: decision.change.action,
              subjectKind: "license",
              subjectId: license.id,
              before: decision.change.before,
              after: { ...decision.change.after, batchId: publicId("licenseBatch", batchId) },
            },
          ]
        : [],
    ),
  };
}

function byVersion(decided: readonly { license: { id: string }; decision: Decision }[]) {
  const moving = decided.flatMap(({ license, decision }) =>
    "version" in decision ? [{ id: license.id, version: decision.version }] : [],
  );
  const groups = Map.groupBy(moving, ({ version }) => version);
  return [...groups].map(([version, of]) => [version, of.map(({ id }) => id)] as const);
}
