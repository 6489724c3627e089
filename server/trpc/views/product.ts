import type { Products } from "../../authority/product-service.ts";
import { publicId } from "../../domain/ids.ts";

type Summary = Awaited<ReturnType<Products["list"]>>[number];
type Detail = Awaited<ReturnType<Products["get"]>>;

export function productSummary({ id, code, name, keyPrefix, createdAt, archivedAt, _count }: Summary) {
  const { features, meters, policies } = _count;
  return {
    id: publicId("product", id),
    code,
    name,
    keyPrefix,
    createdAt,
    archivedAt,
    features,
    meters,
    policies,
  };
}

export function productDetail(product: Detail) {
  const { id, code, name, description, keyPrefix, createdAt, archivedAt, features, meters } = product;
  return {
    id: publicId("product", id),
    code,
    name,
    description,
    keyPrefix,
    createdAt,
    archivedAt,
    features: features.map((feature) => ({
      id: publicId("feature", feature.id),
      code: feature.code,
      name: feature.name,
      description: feature.description,
      kind: feature.kind,
      archivedAt: feature.archivedAt,
    })),
    meters: meters.map((meter) => ({
      id: publicId("meter", meter.id),
      code: meter.code,
      name: meter.name,
      unit: meter.unit,
      archivedAt: meter.archivedAt,
    })),
  };
}
