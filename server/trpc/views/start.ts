import type { GuidedStart } from "../../authority/guided-start-service.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

type Start = NonNullable<Awaited<ReturnType<GuidedStart["get"]>>>;

export function guidedStart({ kind, product, policy, license }: Start) {
  const entry = ({ code, name, archivedAt }: { code: string; name: string; archivedAt: Date | null }) => ({
    code,
    name,
    archivedAt,
  });
  return {
    kind,
    product: {
      id: publicId("product", product.id),
      code: product.code,
      name: product.name,
      features: product.features.map((feature) => ({
        ...entry(feature),
        description: feature.description,
        kind: feature.kind,
      })),
      meters: product.meters.map((meter) => ({ ...entry(meter), unit: meter.unit })),
    },
    policy: {
      id: publicId("policy", policy.id),
      name: policy.name,
      rules: policy.rules,
      hasDraft: policy.hasDraft,
      version: policy.version?.number ?? null,
    },
    license: license && {
      id: publicId("license", license.id),
      keyHint: keyHint(product.keyPrefix, license.keyHint),
      customer: { id: publicId("customer", license.customer.id), name: license.customer.name },
      firstUse: license.firstUse && {
        operation: license.firstUse.operation,
        at: license.firstUse.at,
        correlationId: license.firstUse.correlationId,
        device: license.firstUse.device,
      },
      refusal: license.refusal && {
        at: license.refusal.at,
        correlationId: license.refusal.correlationId,
        explanation: license.refusal.explanation,
      },
    },
  };
}
