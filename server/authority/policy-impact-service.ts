import type { Actor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { type LicenseStatus, licenseStatus } from "../domain/license-state.ts";
import {
  effectivePolicy,
  type PolicyOverrides,
  type PolicyRules,
  policyOverrides,
  policyRules,
} from "../domain/policy.ts";
import { policyDiff } from "../domain/policy-diff.ts";
import { capacityImpact, createImpactTally, hidesChange } from "../domain/policy-impact.ts";
import { redecide } from "../domain/redecide.ts";
import type { PastDecision } from "../domain/redecision.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { type MoveFilter, type ScannedLicense, scanLicensesToMove } from "./license-move-store.ts";
import { present } from "./missing.ts";
import { countHeldBeyond, type LicenseDecisions, listDecisionsOf, pastOf } from "./policy-impact-store.ts";
import { unfitReason } from "./policy-rules.ts";
import { findPolicyWithVersions } from "./policy-store.ts";
import { findProductWithCatalog } from "./product-store.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;
/** What is looked at while somebody waits: the newest of each. */
const LICENSES_SCANNED_MAX = 10_000;
const LICENSES_JUDGED_MAX = 1_000;
const DECISIONS_JUDGED_MAX = 50_000;
const LICENSES_AT_ONCE = 100;
const LEFT_SHOWN_MAX = 20;

export interface ImpactRequest extends MoveFilter {
  readonly policyId: string;
  /** Where the licenses would go; the draft when left out. */
  readonly versionId?: string | undefined;
}

/** What moving licenses to a policy's draft, or to one of its versions, would do to them. Changes nothing. */
export function createPolicyImpact({ database, clock }: { database: Database; clock: Clock }) {
  return async function impact(actor: Actor, { policyId, versionId, ...filter }: ImpactRequest) {
    const { tenantId } = actor;
    return database.withTenant(tenantId, async (tx) => {
      const policy = present(await findPolicyWithVersions(tx, tenantId, policyId), "policy");
      const product = present(await findProductWithCatalog(tx, tenantId, policy.productId), "product");
      const versions = new Map(
        policy.versions.map(({ id, number, rules }) => [id, { number, rules: policyRules.parse(rules) }]),
      );
      const target = targetOf(policy.draft, versions, versionId);
      const now = clock.now();
      const query = { policyId, versionId: versionId ?? null, filter, scannedMax: LICENSES_SCANNED_MAX };
      const { licenses, capped } = await scanLicensesToMove(tx, tenantId, query);

      const put = createCombiner();
      const judged = licenses.map((license) => {
        const version = versions.get(license.policyVersionId);
        if (version === undefined) throw new Error(`License ${license.id} has a version of another policy.`);
        const overrides = policyOverrides.parse(license.overrides);
        const before = put(license.policyVersionId, version.rules, overrides);
        const reason = unfitReason(target.rules, overrides, product);
        const after = reason === undefined ? put("target", target.rules, overrides) : before;
        const status = licenseStatus(license, now);
        const hides = hidesChange(overrides, version.rules, target.rules);
        return { license, version: version.number, overrides, before, after, reason, status, hides };
      });
      const moving = judged.filter(({ reason }) => reason === undefined);
      const capacities = moving.map(({ license, before, after }) => ({
        licenseId: license.id,
        ...capacityImpact(before, after, license.activationCount),
      }));
      const shrinking = capacities.filter(({ seatsFewer }) => seatsFewer > 0);
      const over = capacities.filter(({ devicesOver }) => devicesOver > 0);

      const since = new Date(now.getTime() - DAYS * DAY_MS);
      const asked = moving.slice(0, LICENSES_JUDGED_MAX);
      const each = Math.floor(DECISIONS_JUDGED_MAX / Math.max(1, asked.length));
      const tally = createImpactTally();
      let cut = asked.length < moving.length;
      for (let first = 0; first < asked.length; first += LICENSES_AT_ONCE) {
        const some = asked.slice(first, first + LICENSES_AT_ONCE);
        const licenseIds = some.map(({ license }) => license.id);
        const found = await listDecisionsOf(tx, tenantId, { licenseIds, since, each });
        const byLicense = new Map(found.map((row) => [row.licenseId, row]));
        for (const { license, overrides, after } of some) {
          const past = byLicense.get(license.id);
          if (past === undefined) continue;
          cut ||= past.decisions.length === each;
          for (const row of past.decisions) {
            const decision = pastOf(row);
            const rules = versions.get(row[7] ?? "")?.rules;
            const before = rules && put(row[7] ?? "", rules, overrides);
            tally.add(
              decision,
              row[8],
              redecide(decision, { after, ...known(decision, license, past, before) }),
            );
          }
        }
      }

      return {
        to: target.number,
        changes: target.changes,
        licenses: {
          moving: moving.length,
          /** There are more: these are among the newest ten thousand of the policy. */
          capped,
          byVersion: counted(moving.map(({ version }) => version)).map(([number, count]) => ({
            number,
            count,
          })),
          byStatus: counted(moving.map(({ status }): LicenseStatus => status)).map(([status, count]) => ({
            status,
            count,
          })),
          /** Have a value of their own for a rule that changes. */
          hidden: moving.filter(({ hides }) => hides).length,
          /** Cannot go there: what they have of their own does not go together with it. */
          left: judged.length - moving.length,
          leftExamples: judged
            .flatMap(({ license, reason }) =>
              reason === undefined ? [] : [{ licenseId: license.id, reason }],
            )
            .slice(0, LEFT_SHOWN_MAX),
        },
        devices: { over: sum(over, ({ devicesOver }) => devicesOver), licenses: over.length },
        seats: {
          outOfService: sum(shrinking, ({ seatsFewer }) => seatsFewer),
          held: await countHeldBeyond(tx, tenantId, shrinking, now),
          licenses: shrinking.length,
        },
        decisions: {
          since,
          /** Of how many licenses, and at most how many of each. */
          licenses: asked.length,
          each,
          /** There are decisions of that time that were not looked at. */
          cut,
          ...tally.result(),
        },
      };
    });
  };
}

type Versions = ReadonlyMap<string, { readonly number: number; readonly rules: PolicyRules }>;

function targetOf(draft: unknown, versions: Versions, versionId: string | undefined) {
  const [newest] = versions.values();
  if (versionId !== undefined) {
    const version = versions.get(versionId);
    if (version === undefined) throw invalidField("/versionId", "There is no such version of this policy.");
    return { ...version, changes: 0 };
  }
  if (draft === null) {
    throw new SignetError("invalid_request", `Nothing has changed since version ${newest?.number ?? 0}.`);
  }
  const rules = policyRules.parse(draft);
  return { number: null, rules, changes: newest === undefined ? 0 : policyDiff(newest.rules, rules).length };
}

/** Rules and overrides put together, once for each pair: thousands of licenses share them. */
function createCombiner() {
  const known = new Map<string, PolicyRules>();
  return (name: string, rules: PolicyRules, overrides: PolicyOverrides): PolicyRules => {
    const key = `${name} ${JSON.stringify(overrides)}`;
    const combined = known.get(key) ?? effectivePolicy(rules, overrides).rules;
    known.set(key, combined);
    return combined;
  };
}

/** What is still known of the circumstances of a decision: what changed since is not. */
function known(
  { at }: PastDecision,
  { expiresAt, updatedAt }: ScannedLicense,
  { overriddenAt, movedAt }: LicenseDecisions,
  before: PolicyRules | undefined,
) {
  const isSame = overriddenAt === null || overriddenAt < at;
  const moves = [overriddenAt, movedAt].flatMap((moment) => moment?.getTime() ?? []);
  return {
    before: isSame && before !== undefined ? before : null,
    end: updatedAt < at ? expiresAt : undefined,
    unchangedSince: moves.length === 0 ? null : new Date(Math.max(...moves)),
  };
}

function counted<Key extends string | number>(keys: readonly Key[]): [Key, number][] {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
