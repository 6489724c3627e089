import type { Actor } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import { licenseStatus, validity } from "../domain/license-state.ts";
import { effectivePolicy, policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { recordAudits } from "./audit.ts";
import { applyEntitlements } from "./entitlements-store.ts";
import type { IssueLicenses } from "./license-input.ts";
import { newLicenseKey } from "./license-keys.ts";
import * as store from "./license-store.ts";
import { refuseContradictions } from "./policy-rules.ts";
import { findPolicyForIssue } from "./policy-store.ts";
import type { Tx, Vault } from "./ports.ts";
import { receivingCustomer } from "./receiving-customer.ts";

export interface IssuedLicense {
  readonly id: string;
  /** Shown this once; afterwards only an audited reveal gives it. */
  readonly key: string;
}

/** Grants of a policy's newest version to a customer. */
export function createIssuing(deps: { database: Database; clock: Clock; vault: Vault }) {
  const { database, clock, vault } = deps;

  /** What is issued, once every part of the request has been found good. */
  async function plan(tx: Tx, { tenantId }: Actor, request: IssueLicenses, now: Date) {
    await receivingCustomer(tx, tenantId, request.customerId);
    const policy = await findPolicyForIssue(tx, tenantId, request.policyId);
    if (policy === null) throw invalidField("/policyId", "There is no such policy; choose one of the list.");
    const { product, versions } = policy;
    const version = versions[0];
    if (policy.archivedAt !== null)
      throw invalidField("/policyId", "This policy is archived; restore it first.");
    if (product.archivedAt !== null)
      throw invalidField("/policyId", "This policy's product is archived; restore it first.");
    if (version === undefined)
      throw invalidField("/policyId", "Publish this policy before issuing licenses under it.");

    const { rules } = effectivePolicy(policyRules.parse(version.rules), request.overrides);
    refuseContradictions(rules, product, "/overrides");
    const byActivation = rules.validFrom === "first_activation";
    if (byActivation && request.startsAt !== undefined) {
      throw invalidField("/startsAt", "This policy counts from the first activation; leave the start empty.");
    }
    const validFrom = byActivation ? null : (request.startsAt ?? now);
    const ends = validFrom === null ? { expiresAt: null, graceUntil: null } : validity(rules, validFrom);
    return {
      policy,
      product,
      version,
      rules,
      times: { validFrom, ...ends, suspendedAt: null, revokedAt: null },
    };
  }

  return {
    /**
     * Issues licenses and returns their keys. Throws `invalid_request` naming what cannot be: a customer or policy that is
     * unknown or archived, a policy never published, overrides that do not go together.
     */
    async issue(actor: Actor, request: IssueLicenses): Promise<IssuedLicense[]> {
      const { tenantId } = actor;
      const cipher = await vault.cipher(tenantId);
      const now = clock.now();
      return database.withTenant(tenantId, async (tx) => {
        const { policy, product, version, rules, times } = await plan(tx, actor, request, now);
        const { customerId, note, overrides, count } = request;
        const firstIndex = await store.allocateStatusIndexes(tx, tenantId, count);
        const made = Array.from({ length: count }, (_, offset) => {
          const { key, stored } = newLicenseKey(product.keyPrefix, cipher);
          return { id: newUuid(), key, stored, statusIndex: firstIndex + offset };
        });
        await store.insertLicenses(
          tx,
          made.map(({ id, stored, statusIndex }) => ({
            tenantId,
            id,
            customerId,
            productId: product.id,
            policyId: policy.id,
            policyVersionId: version.id,
            note,
            ...stored,
            statusIndex,
            overrides,
            effective: rules,
            issuedAt: now,
            issuedType: rules.type,
            ...times,
            updatedAt: now,
            announcedStatus: licenseStatus(times, now),
            activationsMax: rules.activationsMax,
            activationsCeiling: rules.activationsMax,
          })),
        );
        await applyEntitlements(
          tx,
          tenantId,
          made.map(({ id }) => id),
          clock,
        );
        await recordAudits(
          tx,
          actor,
          clock,
          made.map(({ id }) => ({
            action: "license.issued",
            subjectKind: "license",
            subjectId: id,
            before: null,
            after: {
              customerId: publicId("customer", customerId),
              policyId: publicId("policy", policy.id),
              policyVersion: version.number,
              note,
              overrides,
              validFrom: times.validFrom,
              expiresAt: times.expiresAt,
            },
          })),
        );
        return made.map(({ id, key }) => ({ id, key }));
      });
    },
  };
}
