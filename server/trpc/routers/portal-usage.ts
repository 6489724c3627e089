import { listLedger } from "../../authority/account-input.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownLedgerLine, ownMeter } from "../views/own-usage.ts";

const read = customerAuthorised("license:read");

/** A customer's credits. */
export const ownUsageRouter = router({
  meters: read.query(async ({ ctx }) => {
    const { meters, ...shown } = await ctx.services.ownUsage.meters(ctx.customer);
    return { ...shown, meters: meters.map(ownMeter) };
  }),

  ledger: read.input(listLedger).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.ownUsage.ledger(ctx.customer, query);
    return { items: items.map(ownLedgerLine), nextCursor };
  }),
});
