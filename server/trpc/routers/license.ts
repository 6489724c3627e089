import { allows } from "../../auth/permissions.ts";
import * as input from "../../authority/license-input.ts";
import { readStory } from "../../authority/story-input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";
import { licenseDetail, licenseRow } from "../views/license.ts";
import { story } from "../views/story.ts";

const read = authorised("license:read");
const issue = authorised("license:issue");
const suspend = authorised("license:suspend");

export const licenseRouter = router({
  list: read.input(input.listLicenses).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.licenses.list(ctx.actor, query);
    return { items: items.map(licenseRow), nextCursor };
  }),

  get: read
    .input(input.licenseId)
    .query(async ({ ctx, input: { id } }) => licenseDetail(await ctx.services.licenses.get(ctx.actor, id))),

  story: read.input(readStory).query(async ({ ctx, input: of }) => {
    const changesOf = allows(ctx.actor.role, "audit:read") ? "everything" : "licenses";
    return story(await ctx.services.stories.read(ctx.actor, of, { changesOf }));
  }),

  impact: read
    .input(input.licenseId)
    .query(({ ctx, input: { id } }) => ctx.services.licenses.impact(ctx.actor, id)),

  certificate: read.input(input.licenseId).query(async ({ ctx, input: { id } }) => ({
    certificate: await ctx.services.licenses.certificate(ctx.actor, id),
  })),

  issue: issue.input(input.issueLicenses).mutation(async ({ ctx, input: request }) => {
    const issued = await ctx.services.licenses.issue(ctx.actor, request);
    return { licenses: issued.map(({ id, key }) => ({ id: publicId("license", id), key })) };
  }),

  suspend: suspend
    .input(input.changeLicense)
    .mutation(({ ctx, input: { id, reason } }) => ctx.services.licenses.suspend(ctx.actor, id, reason)),

  reinstate: suspend
    .input(input.changeLicense)
    .mutation(({ ctx, input: { id, reason } }) => ctx.services.licenses.reinstate(ctx.actor, id, reason)),

  renew: issue
    .input(input.renewLicense)
    .mutation(({ ctx, input: request }) => ctx.services.licenses.renew(ctx.actor, request.id, request)),

  transfer: issue
    .input(input.transferLicense)
    .mutation(({ ctx, input: request }) => ctx.services.licenses.transfer(ctx.actor, request)),

  revoke: authorised("license:revoke")
    .input(input.changeLicense)
    .mutation(({ ctx, input: { id, reason } }) => ctx.services.licenses.revoke(ctx.actor, id, reason)),

  setOverrides: issue
    .input(input.overrideLicense)
    .mutation(({ ctx, input: { id, overrides } }) =>
      ctx.services.licenses.setOverrides(ctx.actor, id, overrides),
    ),

  setNote: issue
    .input(input.noteLicense)
    .mutation(({ ctx, input: { id, note } }) => ctx.services.licenses.setNote(ctx.actor, id, note)),

  moveToVersion: issue
    .input(input.moveLicense)
    .mutation(({ ctx, input: { id, versionId } }) =>
      ctx.services.licenses.moveToVersion(ctx.actor, id, versionId),
    ),

  // A mutation, although it only reads: revealing is an act, recorded, and never to be cached or repeated by itself.
  revealKey: authorised("license:reveal")
    .input(input.licenseId)
    .mutation(async ({ ctx, input: { id } }) => ({
      key: await ctx.services.licenses.revealKey(ctx.actor, id),
    })),

  deviceImpact: suspend
    .input(input.deviceOfLicense)
    .query(({ ctx, input: { id, activationId } }) =>
      ctx.services.licenses.deviceImpact(ctx.actor, id, activationId),
    ),

  deactivateDevice: suspend
    .input(input.deviceOfLicense)
    .mutation(({ ctx, input: { id, activationId } }) =>
      ctx.services.licenses.deactivateDevice(ctx.actor, id, activationId),
    ),
});
