import * as input from "../../authority/license-batch-input.ts";
import type { LicenseBatches } from "../../authority/license-batch-service.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";

const read = authorised("license:read");
const issue = authorised("license:issue");

type Batch = Awaited<ReturnType<LicenseBatches["step"]>>;

function progress({ id, total, done, refused, customersCreated, finishedAt }: Batch) {
  return { id: publicId("licenseBatch", id), total, done, refused, customersCreated, finishedAt };
}

function batch(found: Awaited<ReturnType<LicenseBatches["get"]>>) {
  const { fileName, createdAt, createdByName } = found;
  return { ...progress(found), fileName, createdAt, createdBy: createdByName };
}

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
    const { id } = await ctx.services.licenseBatches.importFile(ctx.actor, request);
    return { id: publicId("licenseBatch", id) };
  }),

  issueMany: issue.input(input.issueManyLicenses).mutation(async ({ ctx, input: request }) => {
    const { id } = await ctx.services.licenseBatches.issueMany(ctx.actor, request);
    return { id: publicId("licenseBatch", id) };
  }),

  step: issue
    .input(input.licenseBatchId)
    .mutation(async ({ ctx, input: { id } }) =>
      progress(await ctx.services.licenseBatches.step(ctx.actor, id)),
    ),
});
