import * as input from "../../authority/seat-input.ts";
import { authorised, router } from "../init.ts";
import { poolView, seatView } from "../views/seat.ts";

const read = authorised("license:read");

export const seatRouter = router({
  pools: read.input(input.listPools).query(async ({ ctx, input: query }) => {
    const { at, items, nextCursor } = await ctx.services.seats.pools(ctx.actor, query);
    return { at, items: items.map(poolView), nextCursor };
  }),

  held: read.input(input.listHeldSeats).query(async ({ ctx, input: query }) => {
    const { at, items, nextCursor } = await ctx.services.seats.held(ctx.actor, query);
    return { at, items: items.map(seatView), nextCursor };
  }),

  release: authorised("license:suspend")
    .input(input.releaseSeat)
    .mutation(({ ctx, input: { leaseId, reason } }) =>
      ctx.services.seats.release(ctx.actor, leaseId, reason),
    ),
});
