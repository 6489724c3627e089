import type { Actor } from "../domain/actor.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { changedTerms, graceEnd } from "../domain/license-terms.ts";
import {
  effectivePolicy,
  type PolicyOverrides,
  type PolicyRules,
  policyOverrides,
  policyRules,
} from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { recordAudits } from "./audit.ts";
import { applyEntitlements } from "./entitlements-store.ts";
import { createLicenseChanger, type LockedLicense } from "./license-change.ts";
import { lockLicensesToMove, type MoveFilter, moveLicenses } from "./license-move-store.ts";
import { present } from "./missing.ts";
import { refuseContradictions, unfitReason } from "./policy-rules.ts";
import { findVersion } from "./policy-store.ts";
import type { SeatChanges } from "./ports.ts";

/** Licenses moved in one transaction: few enough to hold their locks for a moment only. */
const MOVED_AT_ONCE_MAX = 500;

export interface MoveResult {
  readonly moved: number;
  /** Licenses whose own overrides do not go together with the new version; they stay where they are. */
  readonly left: readonly { readonly licenseId: string; readonly reason: string }[];
  /** Where to go on; null when every license was looked at. */
  readonly next: string | null;
}

/** The rules of single licenses: their own overrides, and the policy version they are under. */
export function createLicenseTerms(deps: { database: Database; clock: Clock; seatChanges: SeatChanges }) {
  const { database, clock, seatChanges } = deps;
  const change = createLicenseChanger(deps);

  return {
    /** Replaces what the license changes about its policy. Devices already active stay, whatever the new maximum. */
    setOverrides: (actor: Actor, id: string, overrides: PolicyOverrides) =>
      change(actor, id, (license) => {
        refuseRevoked(license);
        const before = policyRules.parse(license.effective);
        const { rules } = effectivePolicy(policyRules.parse(license.policyVersion.rules), overrides);
        refuseContradictions(rules, license.product, "/overrides");
        if (rules.validFrom !== before.validFrom) {
          throw invalidField(
            "/overrides/validFrom",
            "When validity begins is settled as a license is issued.",
          );
        }
        return {
          action: "license.overridden",
          data: { overrides, ...ruleColumns(license, rules), ...changedTerms(license, before, rules) },
          before: { overrides: policyOverrides.parse(license.overrides) },
          after: { overrides },
        };
      }),

    setNote: (actor: Actor, id: string, note: string) =>
      change(actor, id, (license) => ({
        action: "license.noted",
        data: { note },
        before: { note: license.note },
        after: { note },
      })),

    /** Puts one license under another version of its policy; its end and its overrides stay. */
    moveToVersion: (actor: Actor, id: string, versionId: string) =>
      change(actor, id, async (license, _now, tx) => {
        refuseRevoked(license);
        const version = await findVersion(tx, actor.tenantId, versionId);
        if (version === null || version.policyId !== license.policyId) {
          throw invalidField("/versionId", "There is no such version of this license's policy.");
        }
        const overrides = policyOverrides.parse(license.overrides);
        const { rules } = effectivePolicy(policyRules.parse(version.rules), overrides);
        refuseContradictions(rules, version.policy.product, "/versionId");
        return {
          action: "license.moved",
          data: {
            policyVersionId: versionId,
            ...ruleColumns(license, rules),
            graceUntil: graceEnd(license.expiresAt, rules),
          },
          before: { policyVersion: license.policyVersion.number },
          after: { policyVersion: version.number },
        };
      }),

    /**
     * Puts the next licenses of a policy that the filter names under one of its versions. Call again with `next` until it is
     * null; running it again from the start moves only what is not there yet.
     */
    async movePolicy(
      actor: Actor,
      request: {
        readonly policyId: string;
        readonly versionId: string;
        readonly after?: string | null | undefined;
      } & MoveFilter,
    ): Promise<MoveResult> {
      const { tenantId } = actor;
      const { policyId, versionId, after, ...filter } = request;
      const { ids, ...result } = await database.withTenant(tenantId, async (tx) => {
        const version = present(await findVersion(tx, tenantId, versionId), "policy version");
        if (version.policyId !== policyId)
          throw invalidField("/versionId", "This version belongs to another policy.");
        const rules = policyRules.parse(version.rules);
        const limit = MOVED_AT_ONCE_MAX;
        const query = { policyId, versionId, filter, after: after ?? undefined, limit };
        const found = await lockLicensesToMove(tx, tenantId, query);
        const judged = found.map((license) => ({
          license,
          reason: unfitReason(rules, policyOverrides.parse(license.overrides), version.policy.product),
        }));
        const moving = judged.filter(({ reason }) => reason === undefined).map(({ license }) => license);
        const ids = moving.map(({ id }) => id);
        const now = clock.now();
        await moveLicenses(tx, tenantId, { ids, versionId, rules, now });
        await applyEntitlements(tx, tenantId, ids, clock);
        await recordAudits(
          tx,
          actor,
          clock,
          moving.map(({ id, policyVersion }) => ({
            action: "license.moved",
            subjectKind: "license",
            subjectId: id,
            before: { policyVersion },
            after: { policyVersion: version.number },
          })),
        );
        return {
          ids,
          moved: moving.length,
          left: judged.flatMap(({ license, reason }) =>
            reason === undefined ? [] : [{ licenseId: license.id, reason }],
          ),
          next: found.length < limit ? null : (found.at(-1)?.id ?? null),
        };
      });
      for (const id of ids) seatChanges.announce(tenantId, id);
      return result;
    },
  };
}

/** The columns that say the same as `effective`, because the database enforces them. */
function ruleColumns(license: LockedLicense, rules: PolicyRules) {
  const { activationsMax } = rules;
  return {
    effective: rules,
    activationsMax,
    activationsCeiling: activationsMax === null ? null : Math.max(activationsMax, license.activationCount),
  };
}

function refuseRevoked(license: LockedLicense): void {
  if (license.revokedAt === null) return;
  throw new SignetError(
    "invalid_request",
    "This license is revoked, which is final: its rules can no longer change.",
  );
}
