import type { Actor } from "../domain/actor.ts";
import { SignetError } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { recordAudit } from "./audit.ts";
import type { DownloadFields } from "./download-input.ts";
import { present } from "./missing.ts";
import { openProduct } from "./product-service.ts";

export type Downloads = ReturnType<typeof createDownloads>;

/** Of one product: programs for a handful of platforms, in a few versions. */
const DOWNLOADS_MAX = 50;

/** Where customers get a product's program: links that the vendor sets, shown to whoever has a license in force. */
export function createDownloads({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** Newest first. */
    list: ({ tenantId }: Actor, productId: string) =>
      database.withTenant(tenantId, (tx) =>
        tx.download.findMany({
          where: { tenantId, productId, removedAt: null },
          orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        }),
      ),

    /** Throws `invalid_request` when the product has as many as it may. */
    async add(actor: Actor, productId: string, fields: DownloadFields): Promise<{ id: string }> {
      const { tenantId } = actor;
      const id = newUuid();
      await database.withTenant(tenantId, async (tx) => {
        await openProduct(tx, actor, productId);
        const count = await tx.download.count({ where: { tenantId, productId, removedAt: null } });
        if (count >= DOWNLOADS_MAX)
          throw new SignetError(
            "invalid_request",
            `A product has at most ${DOWNLOADS_MAX} downloads; remove one first.`,
          );
        await tx.download.create({ data: { tenantId, id, productId, createdAt: clock.now(), ...fields } });
        await recordAudit(tx, actor, clock, {
          action: "product.download_added",
          subjectKind: "product",
          subjectId: productId,
          before: null,
          after: { downloadId: publicId("download", id), ...fields },
        });
      });
      return { id };
    },

    /** Customers see it no more; the file itself is where it was. Throws `not_found` for one that is not there. */
    async remove(actor: Actor, id: string): Promise<void> {
      const { tenantId } = actor;
      await database.withTenant(tenantId, async (tx) => {
        const removedAt = clock.now();
        const [removed] = await tx.download.updateManyAndReturn({
          where: { tenantId, id, removedAt: null },
          data: { removedAt },
        });
        const { productId, name, version, platform, url } = present(removed, "download");
        await recordAudit(tx, actor, clock, {
          action: "product.download_removed",
          subjectKind: "product",
          subjectId: productId,
          before: { downloadId: publicId("download", id), name, version, platform, url },
          after: null,
        });
      });
    },

    /** Of the products that the customer has a license in force for, newest first. */
    listOwn({ tenantId, customerId }: { readonly tenantId: string; readonly customerId: string }) {
      const now = clock.now();
      return database.withTenant(tenantId, (tx) =>
        tx.download.findMany({
          where: {
            tenantId,
            removedAt: null,
            product: {
              licenses: {
                some: {
                  customerId,
                  suspendedAt: null,
                  revokedAt: null,
                  // One that begins with its first device needs the program before it has begun.
                  OR: [{ validFrom: null }, { validFrom: { lte: now } }],
                  AND: { OR: [{ graceUntil: null }, { graceUntil: { gt: now } }] },
                },
              },
            },
          },
          orderBy: [{ createdAt: "desc" }, { id: "desc" }],
          include: { product: { select: { id: true, name: true } } },
        }),
      );
    },
  };
}
