import type { AuthorityState, EntryKind } from "../domain/authority-plan.ts";
import { policyRules } from "../domain/policy.ts";
import type { Tx } from "./ports.ts";

/** What an account defines, and the stored ids of it. */
export interface Account {
  readonly state: AuthorityState;
  readonly idOf: (kind: EntryKind, product: string, code: string) => string | undefined;
  /** The number of a policy's newest version; 0: never published. */
  readonly versionOf: (policyId: string) => number;
}

export async function readAccount(tx: Tx, tenantId: string): Promise<Account> {
  const products = await tx.product.findMany({
    where: { tenantId, lab: false },
    include: {
      features: true,
      meters: true,
      policies: { include: { versions: { orderBy: { number: "desc" }, take: 1 } } },
    },
  });
  const ids = new Map<string, string>();
  const versions = new Map<string, number>();
  const key = (kind: EntryKind, product: string, code: string) => `${kind} ${product} ${code}`;
  const state: AuthorityState = {
    products: Object.fromEntries(
      products.map(({ id, code, name, description, keyPrefix, archivedAt, features, meters, policies }) => {
        ids.set(key("product", code, code), id);
        for (const feature of features) ids.set(key("feature", code, feature.code), feature.id);
        for (const meter of meters) ids.set(key("meter", code, meter.code), meter.id);
        for (const policy of policies) {
          ids.set(key("policy", code, policy.code), policy.id);
          versions.set(policy.id, policy.versions[0]?.number ?? 0);
        }
        const product = {
          name,
          description,
          keyPrefix,
          archived: archivedAt !== null,
          features: Object.fromEntries(
            features.map((feature) => [
              feature.code,
              {
                name: feature.name,
                description: feature.description,
                kind: feature.kind,
                archived: feature.archivedAt !== null,
              },
            ]),
          ),
          meters: Object.fromEntries(
            meters.map((meter) => [
              meter.code,
              { name: meter.name, unit: meter.unit, archived: meter.archivedAt !== null },
            ]),
          ),
          policies: Object.fromEntries(
            policies.map((policy) => [
              policy.code,
              {
                name: policy.name,
                description: policy.description,
                archived: policy.archivedAt !== null,
                rules: policy.versions[0] === undefined ? null : policyRules.parse(policy.versions[0].rules),
                draft: policy.draft === null ? null : policyRules.parse(policy.draft),
              },
            ]),
          ),
        };
        return [code, product];
      }),
    ),
  };
  return {
    state,
    idOf: (kind, product, code) => ids.get(key(kind, product, code)),
    versionOf: (policyId) => versions.get(policyId) ?? 0,
  };
}

/** Nobody else changes what is there, nor publishes, until the transaction ends; each kind in the order of its ids. */
export async function lockAccount(tx: Tx, tenantId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM product WHERE tenant_id = ${tenantId}::uuid ORDER BY id FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT id FROM feature WHERE tenant_id = ${tenantId}::uuid ORDER BY id FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT id FROM meter WHERE tenant_id = ${tenantId}::uuid ORDER BY id FOR NO KEY UPDATE`;
  await tx.$queryRaw`SELECT id FROM policy WHERE tenant_id = ${tenantId}::uuid ORDER BY id FOR NO KEY UPDATE`;
}
