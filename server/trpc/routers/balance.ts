import * as input from "../../authority/account-input.ts";
import { authorised, router } from "../init.ts";
import { accountDetail, accountRow, ledgerLine, ticketView } from "../views/balance.ts";

const read = authorised("license:read");
const change = authorised("credit:change");

export const balanceRouter = router({
  list: read.input(input.listAccounts).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.balances.list(ctx.actor, query);
    return { items: items.map(accountRow), nextCursor };
  }),

  meters: read.query(({ ctx }) => ctx.services.balances.meters(ctx.actor)),

  get: read
    .input(input.oneAccount)
    .query(async ({ ctx, input: { id } }) => accountDetail(await ctx.services.balances.get(ctx.actor, id))),

  tickets: read.input(input.listTickets).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.balances.tickets(ctx.actor, query);
    return { items: items.map(ticketView), nextCursor };
  }),

  ledger: read.input(input.listLedger).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.balances.ledger(ctx.actor, query);
    return { items: items.map(ledgerLine), nextCursor };
  }),

  grant: change
    .input(input.grantCredits)
    .mutation(({ ctx, input: request }) => ctx.services.balances.grant(ctx.actor, request)),

  refund: change
    .input(input.refundCharge)
    .mutation(({ ctx, input: request }) => ctx.services.balances.refund(ctx.actor, request)),

  adjust: change
    .input(input.adjustBalance)
    .mutation(({ ctx, input: request }) => ctx.services.balances.adjust(ctx.actor, request)),
});
