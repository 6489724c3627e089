import * as input from "../../authority/api-key-input.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";

const read = authorised("apikey:read");
const write = authorised("apikey:write");

export const apiKeyRouter = router({
  list: read.query(async ({ ctx }) => {
    const keys = await ctx.services.apiKeys.list(ctx.actor);
    return keys.map(({ tenantId: _tenant, createdBy, ...key }) => ({
      ...key,
      id: publicId("apiKey", key.id),
      createdBy: publicId("user", createdBy),
    }));
  }),

  /** The only answer that holds the key's text. */
  create: write.input(input.createApiKey).mutation(async ({ ctx, input: terms }) => {
    const { id, key } = await ctx.services.apiKeys.create(ctx.actor, terms);
    return { id: publicId("apiKey", id), key };
  }),

  rotate: write.input(input.rotateApiKey).mutation(async ({ ctx, input: { id, overlapHours } }) => {
    const rotated = await ctx.services.apiKeys.rotate(ctx.actor, id, overlapHours);
    return { ...rotated, id: publicId("apiKey", rotated.id) };
  }),

  revoke: write
    .input(input.apiKeyId)
    .mutation(({ ctx, input: { id } }) => ctx.services.apiKeys.revoke(ctx.actor, id)),
});
