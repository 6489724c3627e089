import { publicId } from "../../domain/ids.ts";
import * as input from "../../webhooks/input.ts";
import { authorised, router } from "../init.ts";
import { webhookDelivery, webhookDeliveryDetail, webhookEndpoint } from "../views/webhook.ts";

const read = authorised("webhook:read");
const write = authorised("webhook:write");

export const webhookRouter = router({
  list: read.query(async ({ ctx }) => (await ctx.services.webhooks.list(ctx.actor)).map(webhookEndpoint)),

  create: write.input(input.endpointFields).mutation(async ({ ctx, input: fields }) => {
    const { id, secret } = await ctx.services.webhooks.create(ctx.actor, fields);
    return { id: publicId("webhookEndpoint", id), secret };
  }),

  update: write
    .input(input.updateEndpoint)
    .mutation(({ ctx, input: { id, ...fields } }) => ctx.services.webhooks.update(ctx.actor, id, fields)),

  setEnabled: write
    .input(input.setEnabled)
    .mutation(({ ctx, input: { id, enabled } }) => ctx.services.webhooks.setEnabled(ctx.actor, id, enabled)),

  remove: write
    .input(input.endpointId)
    .mutation(({ ctx, input: { id } }) => ctx.services.webhooks.remove(ctx.actor, id)),

  rotateSecret: write
    .input(input.endpointId)
    .mutation(({ ctx, input: { id } }) => ctx.services.webhooks.rotateSecret(ctx.actor, id)),

  /** A mutation, because that somebody looked is audited. */
  revealSecret: write
    .input(input.endpointId)
    .mutation(({ ctx, input: { id } }) => ctx.services.webhooks.revealSecret(ctx.actor, id)),

  /** Answers when the receiver has, or has not in time. */
  sendTest: write.input(input.endpointId).mutation(async ({ ctx, input: { id } }) => {
    const sent = await ctx.services.webhooks.sendTest(ctx.actor, id);
    return { id: publicId("webhookDelivery", sent.id) };
  }),

  deliveries: read.input(input.listDeliveries).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.webhooks.deliveries(ctx.actor, query);
    return { items: items.map(webhookDelivery), nextCursor };
  }),

  delivery: read
    .input(input.deliveryId)
    .query(async ({ ctx, input: { id } }) =>
      webhookDeliveryDetail(await ctx.services.webhooks.delivery(ctx.actor, id)),
    ),

  replay: write
    .input(input.deliveryId)
    .mutation(({ ctx, input: { id } }) => ctx.services.webhooks.replay(ctx.actor, id)),

  replayable: read
    .input(input.replaySince)
    .query(({ ctx, input: { id, since } }) => ctx.services.webhooks.replayable(ctx.actor, id, since)),

  replaySince: write
    .input(input.replaySince)
    .mutation(({ ctx, input: { id, since } }) => ctx.services.webhooks.replaySince(ctx.actor, id, since)),
});
