import * as input from "../../authority/offline-input.ts";
import { authorised, customerAuthorised, router } from "../init.ts";
import { exchangeRow, seenFile, takenFile } from "../views/offline.ts";

const read = authorised("license:read");
/** A response activates a device, so whoever may issue a license may answer for one. */
const write = authorised("license:issue");

/** Files of machines without a network, at the vendor's. Looking is a mutation because a file is too long for an address. */
export const offlineRouter = router({
  look: write
    .input(input.lookAtFile)
    .mutation(async ({ ctx, input: file }) => seenFile(await ctx.services.offlineDesk.look(ctx.actor, file))),

  take: write
    .input(input.takeFile)
    .mutation(async ({ ctx, input: file }) =>
      takenFile(await ctx.services.offlineDesk.take(ctx.actor, file)),
    ),

  exchanges: read.input(input.listExchanges).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.offlineDesk.exchanges(ctx.actor, query);
    return { items: items.map(exchangeRow), nextCursor };
  }),

  response: write
    .input(input.keptResponse)
    .mutation(({ ctx, input: of }) => ctx.services.offlineDesk.response(ctx.actor, of)),

  snapshot: read.mutation(({ ctx }) => ctx.services.offlineDesk.snapshot(ctx.actor)),
});

const bring = customerAuthorised("device:activate");

/** The same at a customer's, for its own licenses. */
export const ownOfflineRouter = router({
  look: bring
    .input(input.lookAtFile)
    .mutation(async ({ ctx, input: file }) =>
      seenFile(await ctx.services.offlineDesk.look(ctx.customer, file)),
    ),

  take: bring
    .input(input.takeFile)
    .mutation(async ({ ctx, input: file }) =>
      takenFile(await ctx.services.offlineDesk.take(ctx.customer, file)),
    ),

  exchanges: bring.input(input.listExchanges).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.offlineDesk.exchanges(ctx.customer, query);
    return { items: items.map(exchangeRow), nextCursor };
  }),

  response: bring
    .input(input.keptResponse)
    .mutation(({ ctx, input: of }) => ctx.services.offlineDesk.response(ctx.customer, of)),

  snapshot: bring.mutation(({ ctx }) => ctx.services.offlineDesk.snapshot(ctx.customer)),
});
