import type { Actor } from "../domain/actor.ts";
import { policyOverrides, policyRules } from "../domain/policy.ts";
import { advisePolicy } from "../domain/policy-advice.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { scanLicensesToMove } from "./license-move-store.ts";
import { present } from "./missing.ts";
import { listDecisionsOf, pastOf } from "./policy-impact-store.ts";
import { findPolicyWithVersions } from "./policy-store.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;
/** What is looked at while somebody waits: the newest of each. */
const LICENSES_MAX = 500;
const DECISIONS_MAX = 20_000;

/** Which changes of a policy's rules, its draft's where it has one, would have let in those that were turned away. */
export function createPolicyAdvice({ database, clock }: { database: Database; clock: Clock }) {
  return async function suggestions(actor: Actor, policyId: string) {
    const { tenantId } = actor;
    return database.withTenant(tenantId, async (tx) => {
      const policy = present(await findPolicyWithVersions(tx, tenantId, policyId), "policy");
      const rules = policyRules.parse(policy.draft ?? policy.versions[0]?.rules);
      const query = { policyId, versionId: null, filter: {}, scannedMax: LICENSES_MAX };
      const { licenses, capped } = await scanLicensesToMove(tx, tenantId, query);
      const since = new Date(clock.now().getTime() - DAYS * DAY_MS);
      const each = Math.floor(DECISIONS_MAX / Math.max(1, licenses.length));
      const licenseIds = licenses.map(({ id }) => id);
      const found = await listDecisionsOf(tx, tenantId, { licenseIds, since, each });
      const own = new Map(licenses.map(({ id, overrides }) => [id, policyOverrides.parse(overrides)]));
      const refused = found.map(({ licenseId, decisions }) => ({
        overrides: own.get(licenseId) ?? {},
        decisions: decisions.map(pastOf).filter(({ code }) => code !== null),
      }));
      return {
        days: DAYS,
        licenses: licenses.length,
        refused: refused.reduce((sum, { decisions }) => sum + decisions.length, 0),
        /** There are licenses or decisions that were not looked at. */
        cut: capped || found.some(({ decisions }) => decisions.length === each),
        ...advisePolicy(rules, refused),
      };
    });
  };
}
