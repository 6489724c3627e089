import * as input from "../../authority/policy-input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";
import { policyDetail, policyImpact, policySummary } from "../views/policy.ts";

const read = authorised("policy:read");
const write = authorised("policy:write");
const publish = authorised("policy:publish");

export const policyRouter = router({
  list: read.input(input.listPolicies).query(async ({ ctx, input: filter }) => {
    const policies = await ctx.services.policies.list(ctx.actor, filter);
    return policies.map(policySummary);
  }),

  get: read
    .input(input.policyId)
    .query(async ({ ctx, input: { id } }) => policyDetail(await ctx.services.policies.get(ctx.actor, id))),

  diff: read
    .input(input.diffVersions)
    .query(({ ctx, input: { from, to } }) => ctx.services.policies.diff(ctx.actor, from, to)),

  impact: read
    .input(input.policyImpact)
    .query(async ({ ctx, input: request }) =>
      policyImpact(await ctx.services.policies.impact(ctx.actor, request)),
    ),

  suggestions: read
    .input(input.policyId)
    .query(({ ctx, input: { id } }) => ctx.services.policies.suggestions(ctx.actor, id)),

  create: write.input(input.createPolicy).mutation(async ({ ctx, input: fields }) => {
    const { id } = await ctx.services.policies.create(ctx.actor, fields);
    return { id: publicId("policy", id) };
  }),

  update: write
    .input(input.updatePolicy)
    .mutation(({ ctx, input: { id, ...fields } }) => ctx.services.policies.update(ctx.actor, id, fields)),

  saveDraft: write
    .input(input.savePolicyDraft)
    .mutation(({ ctx, input: { id, rules, basedOn } }) =>
      ctx.services.policies.saveDraft(ctx.actor, id, rules, basedOn),
    ),

  discardDraft: write
    .input(input.editPolicy)
    .mutation(({ ctx, input: { id, basedOn } }) =>
      ctx.services.policies.discardDraft(ctx.actor, id, basedOn),
    ),

  publish: publish.input(input.editPolicy).mutation(async ({ ctx, input: { id, basedOn } }) => {
    const { versionId, number } = await ctx.services.policies.publish(ctx.actor, id, basedOn);
    return { versionId: publicId("policyVersion", versionId), number };
  }),

  setArchived: write
    .input(input.archivePolicy)
    .mutation(({ ctx, input: { id, archived } }) =>
      ctx.services.policies.setArchived(ctx.actor, id, archived),
    ),

  moveLicenses: publish.input(input.moveLicenses).mutation(async ({ ctx, input: request }) => {
    const { moved, left, next } = await ctx.services.licenses.movePolicy(ctx.actor, request);
    return {
      moved,
      left: left.map(({ licenseId, reason }) => ({ licenseId: publicId("license", licenseId), reason })),
      next: next === null ? null : publicId("license", next),
    };
  }),
});
