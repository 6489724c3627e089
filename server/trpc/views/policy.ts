import type { Policies } from "../../authority/policy-service.ts";
import { publicId } from "../../domain/ids.ts";

type Summary = Awaited<ReturnType<Policies["list"]>>[number];
type Detail = Awaited<ReturnType<Policies["get"]>>;
type Impact = Awaited<ReturnType<Policies["impact"]>>;

const productRef = ({ id, code, name }: Summary["product"]) => ({ id: publicId("product", id), code, name });

export function policySummary(policy: Summary) {
  const { id, code, name, product, newestVersion, hasDraft, licenses, updatedAt, archivedAt } = policy;
  return {
    id: publicId("policy", id),
    code,
    name,
    product: productRef(product),
    newestVersion: newestVersion && {
      id: publicId("policyVersion", newestVersion.id),
      number: newestVersion.number,
      publishedAt: newestVersion.publishedAt,
    },
    hasDraft,
    licenses,
    updatedAt,
    archivedAt,
  };
}

export function policyDetail(policy: Detail) {
  const { id, code, name, description, product, draft, changes, versions, createdAt, updatedAt, archivedAt } =
    policy;
  const { revision, latestEdit } = policy;
  return {
    id: publicId("policy", id),
    code,
    name,
    description,
    product: productRef(product),
    draft,
    /** What a change of the draft is based on. */
    revision,
    latestEdit,
    changes,
    versions: versions.map((version) => ({ ...version, id: publicId("policyVersion", version.id) })),
    createdAt,
    updatedAt,
    archivedAt,
  };
}

export function policyImpact({ licenses: { leftExamples, ...licenses }, ...impact }: Impact) {
  return {
    ...impact,
    licenses: {
      ...licenses,
      leftExamples: leftExamples.map(({ licenseId, reason }) => ({
        licenseId: publicId("license", licenseId),
        reason,
      })),
    },
  };
}
