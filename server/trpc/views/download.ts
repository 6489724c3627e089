import type { Downloads } from "../../authority/download-service.ts";
import { publicId } from "../../domain/ids.ts";

type Row = Awaited<ReturnType<Downloads["list"]>>[number];
type OwnRow = Awaited<ReturnType<Downloads["listOwn"]>>[number];

export function downloadView({ id, name, version, platform, url, createdAt }: Row) {
  return { id: publicId("download", id), name, version, platform, url, createdAt };
}

export function ownDownload({ product, ...row }: OwnRow) {
  return { ...downloadView(row), product: { id: publicId("product", product.id), name: product.name } };
}
