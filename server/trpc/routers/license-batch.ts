import * as input from "../../authority/license-batch-input.ts";
import type { LicenseBatches } from "../../authority/license-batch-service.ts";
import * as bulk from "../../authority/license-bulk-input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";

const read = authorised("license:read");
const issue = authorised("license:issue");
const suspend = authorised("license:suspend");

type Batch = Awaited<ReturnType<LicenseBatches["step"]>>;

function progress({ id, total, done, refused, customersCreated, finishedAt }: Batch) {
  return { id: publicId("licenseBatch", id), total, done, refused, customersCreated, finishedAt };
}

function batch(found: Awaited<ReturnType<LicenseBatches["get"]>>) {
  const { fileName, createdAt, createdByName, change } = found;
  return {
    ...progress(found),
    fileName,
    /** What is done to the licenses; null: they are issued. */
    change: change === null ? null : bulk.bulkChange.parse(change),
    createdAt,
    createdBy: createdByName,
  };
}

const begun = ({ id }: { id: string }) => ({ id: publicId("licenseBatch", id) });

/** Many licenses at once. Whoever may issue licenses may add customers too, so that an import may do both. */
export const licenseBatchRouter = router({
  list: read.query(async ({ ctx }) => (await ctx.services.licenseBatches.list(ctx.actor)).map(batch)),

  get: read
    .input(input.licenseBatchId)
    .query(async ({ ctx, input: { id } }) => batch(await ctx.services.licenseBatches.get(ctx.actor, id))),

  // A mutation, although it only reads: a file is too large for an address.
  check: issue.input(input.checkImport).mutation(async ({ ctx, input: request }) => {
    const { before, ...report } = await ctx.services.licenseBatches.check(ctx.actor, request);
    return { ...report, before: before && { id: publicId("licenseBatch", before.id), at: before.at } };
  }),

  importFile: issue.input(input.importLicenses).mutation(async ({ ctx, input: request }) => {
    return begun(await ctx.services.licenseBatches.importFile(ctx.actor, request));
  }),

  issueMany: issue.input(input.issueManyLicenses).mutation(async ({ ctx, input: request }) => {
    return begun(await ctx.services.licenseBatches.issueMany(ctx.actor, request));
  }),

  count: read
    .input(bulk.countLicenses)
    .query(({ ctx, input: filter }) => ctx.services.licenseBatches.countMatching(ctx.actor, filter)),

  // A mutation, although it only reads: what was chosen is too long for an address.
  preview: read.input(bulk.previewChange).mutation(async ({ ctx, input: request }) => {
    const { refused, ...preview } = await ctx.services.licenseBatches.previewChange(ctx.actor, request);
    return {
      ...preview,
      refused: refused.map(({ licenses, ...of }) => ({
        ...of,
        licenses: licenses.map(({ id, keyHint }) => ({ id: publicId("license", id), keyHint })),
      })),
    };
  }),

  suspend: suspend
    .input(bulk.changeMany.suspend)
    .mutation(async ({ ctx, input: request }) =>
      begun(await ctx.services.licenseBatches.beginChange(ctx.actor, request)),
    ),

  reinstate: suspend
    .input(bulk.changeMany.reinstate)
    .mutation(async ({ ctx, input: request }) =>
      begun(await ctx.services.licenseBatches.beginChange(ctx.actor, request)),
    ),

  renew: issue
    .input(bulk.changeMany.renew)
    .mutation(async ({ ctx, input: request }) =>
      begun(await ctx.services.licenseBatches.beginChange(ctx.actor, request)),
    ),

  move: issue
    .input(bulk.changeMany.move)
    .mutation(async ({ ctx, input: request }) =>
      begun(await ctx.services.licenseBatches.beginChange(ctx.actor, request)),
    ),

  revoke: authorised("license:revoke")
    .input(bulk.changeMany.revoke)
    .mutation(async ({ ctx, input: request }) =>
      begun(await ctx.services.licenseBatches.beginChange(ctx.actor, request)),
    ),

  refused: read
    .input(input.licenseBatchId)
    .query(({ ctx, input: { id } }) => ctx.services.licenseBatches.refusedOf(ctx.actor, id)),

  step: issue
    .input(input.licenseBatchId)
    .mutation(async ({ ctx, input: { id } }) =>
      progress(await ctx.services.licenseBatches.step(ctx.actor, id)),
    ),
});
