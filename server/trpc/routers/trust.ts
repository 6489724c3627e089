import * as input from "../../authority/trust-input.ts";
import { authorised, router } from "../init.ts";

const read = authorised("trust:read");
const rotate = authorised("trust:rotate");

export const trustRouter = router({
  get: read.query(({ ctx }) => ctx.services.trustKeys.list(ctx.actor)),

  bundles: read
    .input(input.bundlePage)
    .query(({ ctx, input: { cursor, limit } }) =>
      ctx.services.trustKeys.bundles(ctx.actor, { before: cursor ?? undefined, limit }),
    ),

  announceKey: rotate
    .input(input.keyUse)
    .mutation(({ ctx, input: { use } }) => ctx.services.trustKeys.announce(ctx.actor, use)),

  activateKey: rotate
    .input(input.activateKey)
    .mutation(({ ctx, input: { use, early } }) => ctx.services.trustKeys.activate(ctx.actor, use, early)),

  replaceCompromisedKey: rotate
    .input(input.compromisedKey)
    .mutation(({ ctx, input: { kid } }) => ctx.services.trustKeys.compromise(ctx.actor, kid)),

  rotateRoot: rotate.mutation(({ ctx }) => ctx.services.trustKeys.rotateRoot(ctx.actor)),

  replaceCompromisedRoot: rotate.mutation(({ ctx }) =>
    ctx.services.trustKeys.replaceCompromisedRoot(ctx.actor),
  ),

  exportRoot: rotate
    .input(input.exportRoot)
    .mutation(({ ctx, input: { passphrase } }) => ctx.services.trustKeys.exportRoot(ctx.actor, passphrase)),

  prepareBundle: rotate
    .input(input.prepareBundle)
    .mutation(({ ctx, input: { bundleDays } }) =>
      ctx.services.trustKeys.prepareBundle(ctx.actor, bundleDays),
    ),

  takeSignedBundle: rotate
    .input(input.signedBundle)
    .mutation(({ ctx, input: { bundle, takeOffline } }) =>
      ctx.services.trustKeys.takeSignedBundle(ctx.actor, bundle, takeOffline),
    ),

  restoreRoot: rotate
    .input(input.restoreRoot)
    .mutation(({ ctx, input: { pem, passphrase } }) =>
      ctx.services.trustKeys.restoreRoot(ctx.actor, pem, passphrase),
    ),
});
