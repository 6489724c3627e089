import type { Actor } from "../domain/actor.ts";
import { invalidField } from "../domain/errors.ts";
import { publicId } from "../domain/ids.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import { newUuid } from "../platform/ids.ts";
import { type Auditable, recordAudit } from "./audit.ts";
import { present } from "./missing.ts";
import type { Trust, Tx } from "./ports.ts";
import type {
  FeatureChange,
  FeatureFields,
  MeterChange,
  MeterFields,
  ProductChange,
  ProductFields,
} from "./product-input.ts";
import * as store from "./product-store.ts";
import { namingTaken } from "./taken.ts";

export type Products = ReturnType<typeof createProducts>;

/** What is licensed. A method that names a thing throws `not_found` when the tenant has none of that id. */
export function createProducts(deps: { database: Database; clock: Clock; trust: Pick<Trust, "rootKey"> }) {
  const { database, clock, trust } = deps;

  /** Runs a change and its audit entry in one transaction. */
  async function change(
    actor: Actor,
    subjectKind: string,
    subjectId: string,
    action: string,
    work: (tx: Tx) => Promise<{ readonly before: Auditable; readonly after: Auditable }>,
  ): Promise<void> {
    await database.withTenant(actor.tenantId, async (tx) => {
      const values = await work(tx);
      await recordAudit(tx, actor, clock, {
        action: `${subjectKind}.${action}`,
        subjectKind,
        subjectId,
        ...values,
      });
    });
  }

  const archivedAt = (archived: boolean) => (archived ? clock.now() : null);
  const archiving = (archived: boolean) => (archived ? "archived" : "restored");

  return {
    list: (actor: Actor) =>
      database.withTenant(actor.tenantId, (tx) => store.listProducts(tx, actor.tenantId)),

    get: (actor: Actor, id: string) =>
      database.withTenant(actor.tenantId, async (tx) =>
        present(await store.findProductWithCatalog(tx, actor.tenantId, id), "product"),
      ),

    /** What an application's developer needs to embed: nothing of it is secret. */
    async sdk(actor: Actor, id: string) {
      const { tenantId } = actor;
      const product = await database.withTenant(tenantId, async (tx) =>
        present(await store.findProduct(tx, tenantId, id), "product"),
      );
      const tenant = await database.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId } });
      return { tenant: tenant.slug, product: product.code, rootKey: await trust.rootKey(tenantId) };
    },

    /** Throws `invalid_request` naming code or key prefix when another product of the tenant has it. */
    async create(actor: Actor, fields: ProductFields) {
      const id = newUuid();
      const creating = change(actor, "product", id, "created", async (tx) => {
        await store.insertProduct(tx, { tenantId: actor.tenantId, id, createdAt: clock.now(), ...fields });
        return { before: null, after: fields };
      });
      await namingTaken(creating, {
        code: `Another product already has the code ${fields.code}.`,
        key_prefix: `Another product already has the key prefix ${fields.keyPrefix}.`,
      });
      return { id };
    },

    update: (actor: Actor, id: string, fields: ProductChange) =>
      change(actor, "product", id, "updated", async (tx) => {
        const { name, description } = present(await store.findProduct(tx, actor.tenantId, id), "product");
        await store.updateProduct(tx, actor.tenantId, id, fields);
        return { before: { name, description }, after: fields };
      }),

    /** An archived product's licenses go on; no new ones are issued. */
    setArchived: (actor: Actor, id: string, archived: boolean) =>
      change(actor, "product", id, archiving(archived), async (tx) => {
        const before = present(await store.findProduct(tx, actor.tenantId, id), "product");
        const after = { archivedAt: archivedAt(archived) };
        await store.updateProduct(tx, actor.tenantId, id, after);
        return { before: { archivedAt: before.archivedAt }, after };
      }),

    async addFeature(actor: Actor, productId: string, fields: FeatureFields) {
      const id = newUuid();
      const adding = change(actor, "feature", id, "created", async (tx) => {
        await openProduct(tx, actor, productId);
        const row = { tenantId: actor.tenantId, id, productId, createdAt: clock.now(), ...fields };
        await store.insertFeature(tx, row);
        return { before: null, after: { productId: publicId("product", productId), ...fields } };
      });
      await namingTaken(adding, { code: `This product already has a feature ${fields.code}.` });
      return { id };
    },

    updateFeature: (actor: Actor, id: string, fields: FeatureChange) =>
      change(actor, "feature", id, "updated", async (tx) => {
        const { name, description } = present(await store.findFeature(tx, actor.tenantId, id), "feature");
        await store.updateFeature(tx, actor.tenantId, id, fields);
        return { before: { name, description }, after: fields };
      }),

    /** Published policies keep granting an archived feature; a new version cannot. */
    setFeatureArchived: (actor: Actor, id: string, archived: boolean) =>
      change(actor, "feature", id, archiving(archived), async (tx) => {
        const before = present(await store.findFeature(tx, actor.tenantId, id), "feature");
        const after = { archivedAt: archivedAt(archived) };
        await store.updateFeature(tx, actor.tenantId, id, after);
        return { before: { archivedAt: before.archivedAt }, after };
      }),

    async addMeter(actor: Actor, productId: string, fields: MeterFields) {
      const id = newUuid();
      const adding = change(actor, "meter", id, "created", async (tx) => {
        await openProduct(tx, actor, productId);
        const row = { tenantId: actor.tenantId, id, productId, createdAt: clock.now(), ...fields };
        await store.insertMeter(tx, row);
        return { before: null, after: { productId: publicId("product", productId), ...fields } };
      });
      await namingTaken(adding, { code: `This product already has a meter ${fields.code}.` });
      return { id };
    },

    updateMeter: (actor: Actor, id: string, fields: MeterChange) =>
      change(actor, "meter", id, "updated", async (tx) => {
        const { name, unit } = present(await store.findMeter(tx, actor.tenantId, id), "meter");
        await store.updateMeter(tx, actor.tenantId, id, fields);
        return { before: { name, unit }, after: fields };
      }),

    /** Published policies keep counting on an archived meter; a new version cannot. */
    setMeterArchived: (actor: Actor, id: string, archived: boolean) =>
      change(actor, "meter", id, archiving(archived), async (tx) => {
        const before = present(await store.findMeter(tx, actor.tenantId, id), "meter");
        const after = { archivedAt: archivedAt(archived) };
        await store.updateMeter(tx, actor.tenantId, id, after);
        return { before: { archivedAt: before.archivedAt }, after };
      }),
  };
}

/** The product, if something can still be added to it. */
export async function openProduct(tx: Tx, actor: Actor, productId: string) {
  const product = await store.findProductWithCatalog(tx, actor.tenantId, productId);
  if (product === null) throw invalidField("/productId", "There is no such product; choose one of the list.");
  if (product.archivedAt !== null)
    throw invalidField("/productId", "This product is archived; restore it first.");
  return product;
}
