import { identityProviderId, saveIdentityProvider } from "../../authority/identity-provider-service.ts";
import { publicId } from "../../domain/ids.ts";
import { authorised, router } from "../init.ts";

const write = authorised("apikey:write");

export const identityProviderRouter = router({
  list: authorised("apikey:read").query(async ({ ctx }) => {
    const providers = await ctx.services.identityProviders.list(ctx.actor);
    return providers.map(({ id, ...provider }) => ({ id: publicId("identityProvider", id), ...provider }));
  }),

  save: write.input(saveIdentityProvider).mutation(async ({ ctx, input }) => {
    const { id } = await ctx.services.identityProviders.save(ctx.actor, input);
    return { id: publicId("identityProvider", id) };
  }),

  remove: write
    .input(identityProviderId)
    .mutation(({ ctx, input: { id } }) => ctx.services.identityProviders.remove(ctx.actor, id)),
});
