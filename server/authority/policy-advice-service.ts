import type { Actor } from "../domain/actor.ts";
import { policyOverrides, policyRules } from "../domain/policy.ts";
import { advisePolicy, type LabHistory } from "../domain/policy-advice.ts";
import type { PastDecision } from "../domain/redecision.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { scanLicensesToMove } from "./license-move-store.ts";
import { present } from "./missing.ts";
import { listLabLicenses, listLeasesOf } from "./policy-advice-store.ts";
import { type LicenseDecisions, listDecisionsOf, pastOf } from "./policy-impact-store.ts";
import { findPolicyWithVersions } from "./policy-store.ts";
import type { Tx } from "./ports.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;
/** What is looked at while somebody waits: the newest of each. */
const LICENSES_MAX = 500;
const DECISIONS_MAX = 20_000;
const LEASES_MAX = 20_000;
const LAB_DECISIONS_MAX = 200;

/** Which changes of a policy's rules, its draft's where it has one, would have let in those that were turned away. */
export function createPolicyAdvice({ database, clock }: { database: Database; clock: Clock }) {
  return async function suggestions(actor: Actor, policyId: string) {
    const { tenantId } = actor;
    return database.withTenant(tenantId, async (tx) => {
      const policy = present(await findPolicyWithVersions(tx, tenantId, policyId), "policy");
      const rules = policyRules.parse(policy.draft ?? policy.versions[0]?.rules);
      const versions = new Map(policy.versions.map(({ id, rules }) => [id, policyRules.parse(rules)]));
      const query = { policyId, versionId: null, filter: {}, scannedMax: LICENSES_MAX };
      const { licenses, capped } = await scanLicensesToMove(tx, tenantId, query);
      const now = clock.now();
      const since = new Date(now.getTime() - DAYS * DAY_MS);
      const each = Math.floor(DECISIONS_MAX / Math.max(1, licenses.length));
      const licenseIds = licenses.map(({ id }) => id);
      const found = await listDecisionsOf(tx, tenantId, { licenseIds, since, each });
      const leasesEach = Math.floor(LEASES_MAX / Math.max(1, licenses.length));
      const leases = await listLeasesOf(tx, tenantId, { licenseIds, since, each: leasesEach });
      const known = new Map(licenses.map((license) => [license.id, license]));
      const histories = found.flatMap((row) => {
        const license = known.get(row.licenseId);
        const own = license && versions.get(license.policyVersionId);
        if (license === undefined || own === undefined) return [];
        const begun = begunUnder(row);
        return {
          overrides: policyOverrides.parse(license.overrides),
          decisions: refusalsOf(row),
          leases: (leases.get(row.licenseId) ?? []).filter(({ grantedAt }) => grantedAt >= begun),
          leaseTtlSeconds: own.leaseTtlSeconds,
          heartbeatSeconds: own.heartbeatSeconds,
        };
      });
      const cutLeases = [...leases.values()].some(({ length }) => length === leasesEach);
      return {
        days: DAYS,
        licenses: licenses.length,
        refused: histories.reduce((sum, { decisions }) => sum + decisions.length, 0),
        /** There are licenses or decisions that were not looked at. */
        cut: capped || cutLeases || found.some(({ decisions }) => decisions.length === each),
        ...advisePolicy(rules, histories, { now, lab: await labHistories(tx, tenantId, since) }),
      };
    });
  };
}

async function labHistories(tx: Tx, tenantId: string, since: Date): Promise<LabHistory[]> {
  const lab = await listLabLicenses(tx, tenantId, since);
  const licenseIds = lab.map(({ id }) => id);
  const found = await listDecisionsOf(tx, tenantId, { licenseIds, since, each: LAB_DECISIONS_MAX });
  const rulesOf = new Map(lab.map(({ id, rules }) => [id, policyRules.parse(rules)]));
  return found.flatMap((row) => {
    const rules = rulesOf.get(row.licenseId);
    return rules === undefined ? [] : [{ rules, decisions: refusalsOf(row) }];
  });
}

function refusalsOf({ decisions }: LicenseDecisions): PastDecision[] {
  return decisions.map(pastOf).filter(({ code }) => code !== null);
}

/** Since when a license has been under the rules that it is under; what happened before says nothing about them. */
function begunUnder({ overriddenAt, movedAt }: LicenseDecisions): Date {
  return new Date(Math.max(overriddenAt?.getTime() ?? 0, movedAt?.getTime() ?? 0));
}
