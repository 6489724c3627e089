import type { Prisma } from "#prisma/generated/client.ts";
import type { Tx } from "./ports.ts";

/** A vendor has a handful of products; the bound only keeps one page from ever growing without end. */
const PRODUCTS_MAX = 500;

export function listProducts(tx: Tx, tenantId: string) {
  return tx.product.findMany({
    where: { tenantId, lab: false },
    orderBy: [{ archivedAt: { sort: "asc", nulls: "first" } }, { name: "asc" }],
    take: PRODUCTS_MAX,
    include: {
      _count: {
        select: {
          features: { where: { archivedAt: null } },
          meters: { where: { archivedAt: null } },
          policies: { where: { archivedAt: null } },
        },
      },
    },
  });
}

export function findProduct(tx: Tx, tenantId: string, id: string) {
  return tx.product.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

/** With its whole catalogue, oldest entry first. */
export function findProductWithCatalog(tx: Tx, tenantId: string, id: string) {
  return tx.product.findUnique({
    where: { tenantId_id: { tenantId, id } },
    include: { features: { orderBy: { createdAt: "asc" } }, meters: { orderBy: { createdAt: "asc" } } },
  });
}

export async function insertProduct(tx: Tx, data: Prisma.ProductUncheckedCreateInput): Promise<void> {
  await tx.product.create({ data });
}

export async function updateProduct(
  tx: Tx,
  tenantId: string,
  id: string,
  data: Prisma.ProductUncheckedUpdateInput,
): Promise<void> {
  await tx.product.update({ where: { tenantId_id: { tenantId, id } }, data });
}

export function findFeature(tx: Tx, tenantId: string, id: string) {
  return tx.feature.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

export async function insertFeature(tx: Tx, data: Prisma.FeatureUncheckedCreateInput): Promise<void> {
  await tx.feature.create({ data });
}

export async function updateFeature(
  tx: Tx,
  tenantId: string,
  id: string,
  data: Prisma.FeatureUncheckedUpdateInput,
): Promise<void> {
  await tx.feature.update({ where: { tenantId_id: { tenantId, id } }, data });
}

export function findMeter(tx: Tx, tenantId: string, id: string) {
  return tx.meter.findUnique({ where: { tenantId_id: { tenantId, id } } });
}

export async function insertMeter(tx: Tx, data: Prisma.MeterUncheckedCreateInput): Promise<void> {
  await tx.meter.create({ data });
}

export async function updateMeter(
  tx: Tx,
  tenantId: string,
  id: string,
  data: Prisma.MeterUncheckedUpdateInput,
): Promise<void> {
  await tx.meter.update({ where: { tenantId_id: { tenantId, id } }, data });
}
