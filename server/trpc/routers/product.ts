import * as downloadInput from "../../authority/download-input.ts";
import * as input from "../../authority/product-input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";
import { downloadView } from "../views/download.ts";
import { productDetail, productSummary } from "../views/product.ts";

const read = authorised("product:read");
const write = authorised("product:write");

export const productRouter = router({
  list: read.query(async ({ ctx }) => {
    const products = await ctx.services.products.list(ctx.actor);
    return products.map(productSummary);
  }),

  get: read
    .input(input.productId)
    .query(async ({ ctx, input: { id } }) => productDetail(await ctx.services.products.get(ctx.actor, id))),

  sdk: read
    .input(input.productId)
    .query(({ ctx, input: { id } }) => ctx.services.products.sdk(ctx.actor, id)),

  create: write.input(input.productFields).mutation(async ({ ctx, input: fields }) => {
    const { id } = await ctx.services.products.create(ctx.actor, fields);
    return { id: publicId("product", id) };
  }),

  update: write
    .input(input.updateProduct)
    .mutation(({ ctx, input: { id, ...fields } }) => ctx.services.products.update(ctx.actor, id, fields)),

  setArchived: write
    .input(input.archiveProduct)
    .mutation(({ ctx, input: { id, archived } }) =>
      ctx.services.products.setArchived(ctx.actor, id, archived),
    ),

  addFeature: write.input(input.addFeature).mutation(async ({ ctx, input: { productId, ...fields } }) => {
    const { id } = await ctx.services.products.addFeature(ctx.actor, productId, fields);
    return { id: publicId("feature", id) };
  }),

  updateFeature: write
    .input(input.updateFeature)
    .mutation(({ ctx, input: { id, ...fields } }) =>
      ctx.services.products.updateFeature(ctx.actor, id, fields),
    ),

  setFeatureArchived: write
    .input(input.archiveFeature)
    .mutation(({ ctx, input: { id, archived } }) =>
      ctx.services.products.setFeatureArchived(ctx.actor, id, archived),
    ),

  addMeter: write.input(input.addMeter).mutation(async ({ ctx, input: { productId, ...fields } }) => {
    const { id } = await ctx.services.products.addMeter(ctx.actor, productId, fields);
    return { id: publicId("meter", id) };
  }),

  updateMeter: write
    .input(input.updateMeter)
    .mutation(({ ctx, input: { id, ...fields } }) =>
      ctx.services.products.updateMeter(ctx.actor, id, fields),
    ),

  downloads: read.input(downloadInput.productDownloads).query(async ({ ctx, input: { productId } }) => {
    const downloads = await ctx.services.downloads.list(ctx.actor, productId);
    return downloads.map(downloadView);
  }),

  addDownload: write
    .input(downloadInput.addDownload)
    .mutation(async ({ ctx, input: { productId, ...fields } }) => {
      const { id } = await ctx.services.downloads.add(ctx.actor, productId, fields);
      return { id: publicId("download", id) };
    }),

  removeDownload: write
    .input(downloadInput.removeDownload)
    .mutation(({ ctx, input: { id } }) => ctx.services.downloads.remove(ctx.actor, id)),

  setMeterArchived: write
    .input(input.archiveMeter)
    .mutation(({ ctx, input: { id, archived } }) =>
      ctx.services.products.setMeterArchived(ctx.actor, id, archived),
    ),
});
