import { Prisma } from "#prisma/generated/client.ts";
import type { PolicyRules } from "../domain/policy.ts";
import type { Tx } from "./ports.ts";

const POLICIES_MAX = 500;
/** Licenses are counted up to here; beyond, "1,000+" says enough and costs nothing. */
export const COUNT_CAP = 1_000;

export function listPolicies(tx: Tx, tenantId: string, productId: string | undefined) {
  return tx.policy.findMany({
    where: { tenantId, ...(productId === undefined ? { product: { lab: false } } : { productId }) },
    orderBy: [{ archivedAt: { sort: "asc", nulls: "first" } }, { name: "asc" }],
    take: POLICIES_MAX,
    include: {
      product: { select: { id: true, code: true, name: true } },
      versions: {
        orderBy: { number: "desc" },
        take: 1,
        select: { id: true, number: true, publishedAt: true },
      },
    },
  });
}

export function findPolicy(tx: Tx, tenantId: string, id: string) {
  return tx.policy.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

/** With its product and every version, newest first. */
export function findPolicyWithVersions(tx: Tx, tenantId: string, id: string) {
  return tx.policy.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: {
      product: { select: { id: true, code: true, name: true } },
      versions: { orderBy: { number: "desc" } },
    },
  });
}

/** With the version that new licenses are issued under, and its product's whole catalogue. */
export function findPolicyForIssue(tx: Tx, tenantId: string, id: string) {
  return tx.policy.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: {
      product: { include: { features: true, meters: true } },
      versions: { orderBy: { number: "desc" }, take: 1 },
    },
  });
}

/** All policies of these codes, and this one, each as `findPolicyForIssue` has it. */
export function findPoliciesForImport(tx: Tx, tenantId: string, codes: readonly string[], id: string | null) {
  return tx.policy.findMany({
    where: { tenantId, OR: [{ code: { in: [...codes] } }, ...(id === null ? [] : [{ id }])] },
    include: {
      product: { include: { features: true, meters: true } },
      versions: { orderBy: { number: "desc" }, take: 1 },
    },
  });
}

/** These versions, each with its policy and product, and with the product's whole catalogue. */
export function findVersionsWithCatalogue(tx: Tx, tenantId: string, ids: readonly string[]) {
  return tx.policyVersion.findMany({
    where: { tenantId, id: { in: [...ids] } },
    include: { policy: { include: { product: { include: { features: true, meters: true } } } } },
  });
}

/** These versions, each with its policy and product. */
export function findVersions(tx: Tx, tenantId: string, ids: readonly string[]) {
  return tx.policyVersion.findMany({
    where: { tenantId, id: { in: [...ids] } },
    include: { policy: { include: { product: true } } },
  });
}

/** A version with its policy's product and whole catalogue. */
export function findVersion(tx: Tx, tenantId: string, id: string) {
  return tx.policyVersion.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: { policy: { include: { product: { include: { features: true, meters: true } } } } },
  });
}

export function findNewestVersion(tx: Tx, tenantId: string, policyId: string) {
  return tx.policyVersion.findFirst({ where: { tenantId, policyId }, orderBy: { number: "desc" } });
}

/** Of each of these policies that was ever published, with its product's whole catalogue. */
export function findNewestVersions(tx: Tx, tenantId: string, policyIds: readonly string[]) {
  return tx.policyVersion.findMany({
    where: { tenantId, policyId: { in: [...policyIds] } },
    orderBy: [{ policyId: "asc" }, { number: "desc" }],
    distinct: ["policyId"],
    include: { policy: { include: { product: { include: { features: true, meters: true } } } } },
  });
}

/** Nobody else edits or publishes the policy until the transaction ends. */
export async function lockPolicy(tx: Tx, tenantId: string, id: string): Promise<void> {
  await tx.$queryRaw`
    SELECT id FROM policy WHERE tenant_id = ${tenantId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
}

export async function insertPolicy(tx: Tx, data: Prisma.PolicyUncheckedCreateInput): Promise<void> {
  await tx.policy.create({ data });
}

export async function updatePolicy(
  tx: Tx,
  tenantId: string,
  id: string,
  data: Prisma.PolicyUncheckedUpdateInput,
): Promise<void> {
  await tx.policy.update({ where: { tenantId_id: { tenantId, id } }, data });
}

export async function setDraft(
  tx: Tx,
  tenantId: string,
  id: string,
  draft: PolicyRules | null,
  updatedAt: Date,
): Promise<void> {
  await updatePolicy(tx, tenantId, id, { draft: draft ?? Prisma.DbNull, updatedAt });
}

export async function insertVersion(tx: Tx, data: Prisma.PolicyVersionUncheckedCreateInput): Promise<void> {
  await tx.policyVersion.create({ data });
}

/** How many licenses each version of a policy has, counted up to the cap over the whole policy. */
export async function countLicensesByVersion(tx: Tx, tenantId: string, policyId: string) {
  return tx.$queryRaw<{ versionId: string; count: number }[]>`
    SELECT policy_version_id AS "versionId", count(*)::integer AS count
      FROM (SELECT policy_version_id FROM license
             WHERE tenant_id = ${tenantId}::uuid AND policy_id = ${policyId}::uuid LIMIT ${COUNT_CAP}) AS counted
     GROUP BY policy_version_id`;
}

export async function countLicensesByPolicy(tx: Tx, tenantId: string, policyIds: readonly string[]) {
  return tx.$queryRaw<{ policyId: string; count: number }[]>`
    SELECT p.id AS "policyId", counted.count
      FROM unnest(${policyIds}::uuid[]) AS p (id)
     CROSS JOIN LATERAL (
       SELECT count(*)::integer AS count
         FROM (SELECT 1 FROM license l
                WHERE l.tenant_id = ${tenantId}::uuid AND l.policy_id = p.id LIMIT ${COUNT_CAP}) AS capped) AS counted`;
}
