import type { Actor } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import { effectivePolicy, policyRules } from "../domain/policy.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { recordAudits } from "./audit.ts";
import { type IssuedLicense, insertGrants, type LicenseGrant, timesOf } from "./license-grants.ts";
import type { IssueLicenses } from "./license-input.ts";
import { refuseContradictions } from "./policy-rules.ts";
import { findPolicyForIssue } from "./policy-store.ts";
import type { Tx, Vault } from "./ports.ts";
import { receivingCustomer } from "./receiving-customer.ts";

/** Grants of a policy's newest version to a customer. */
export function createIssuing(deps: { database: Database; clock: Clock; vault: Vault }) {
  const { database, clock, vault } = deps;

  return {
    /**
     * Issues licenses and returns their keys. Throws `invalid_request` naming what cannot be: a customer or policy that is
     * unknown or archived, a policy never published, overrides that do not go together; `idempotency_conflict` when the
     * request's id was used before.
     */
    async issue(actor: Actor, request: IssueLicenses): Promise<IssuedLicense[]> {
      const { tenantId } = actor;
      const cipher = await vault.cipher(tenantId);
      return database.withTenant(tenantId, async (tx) => {
        const grant = await planGrant(tx, tenantId, request, clock.now());
        const grants = Array.from({ length: request.count }, () => grant);
        const { issued, entries } = await insertGrants(tx, { tenantId, cipher, clock }, grants, {
          firstId: request.requestId,
        });
        await recordAudits(tx, actor, clock, entries);
        return issued;
      });
    },
  };
}

/** What is issued, once every part of the request has been found good; the customer is held until the transaction ends. */
export async function planGrant(
  tx: Tx,
  tenantId: string,
  request: Omit<IssueLicenses, "count">,
  now: Date,
): Promise<LicenseGrant> {
  const { customerId, note, overrides, startsAt } = request;
  await receivingCustomer(tx, tenantId, customerId);
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

  const { rules } = effectivePolicy(policyRules.parse(version.rules), overrides);
  refuseContradictions(rules, product, "/overrides");
  if (rules.validFrom === "first_activation" && startsAt !== undefined)
    throw invalidField("/startsAt", "This policy counts from the first activation; leave the start empty.");
  return { customerId, product, version, note, overrides, rules, times: timesOf(rules, startsAt ?? now) };
}
