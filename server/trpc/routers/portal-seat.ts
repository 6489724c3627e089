import * as input from "../../authority/own-input.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownPool } from "../views/own.ts";
import { seatView } from "../views/seat.ts";

const read = customerAuthorised("license:read");

/** The floating seats of a customer's own licenses. */
export const portalSeatRouter = router({
  pools: read.input(input.listOwnPools).query(async ({ ctx: { customer, services }, input: query }) => {
    const { at, items, nextCursor } = await services.ownSeats.pools(customer, query);
    return { at, items: items.map(ownPool), nextCursor };
  }),

  held: read.input(input.listOwnHeldSeats).query(async ({ ctx: { customer, services }, input: query }) => {
    const { at, items, nextCursor } = await services.ownSeats.held(customer, query);
    return { at, items: items.map(seatView), nextCursor };
  }),

  release: customerAuthorised("seat:release")
    .input(input.releaseOwnSeat)
    .mutation(({ ctx: { customer, services }, input: { leaseId } }) =>
      services.ownSeats.release(customer, leaseId),
    ),
});
