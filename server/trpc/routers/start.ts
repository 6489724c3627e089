import { chooseStart, issueFirst } from "../../authority/guided-start-input.ts";
import { authorised, router } from "../init.ts";
import { guidedStart } from "../views/start.ts";

// Each step makes and publishes things, so that the whole way is for those who may do all of it.
const staff = authorised("policy:publish");

export const startRouter = router({
  get: staff.query(async ({ ctx }) => {
    const start = await ctx.services.guidedStart.get(ctx.actor);
    return start === undefined ? null : guidedStart(start);
  }),

  choose: staff
    .input(chooseStart)
    .mutation(({ ctx, input }) => ctx.services.guidedStart.choose(ctx.actor, input)),

  chooseAgain: staff.mutation(({ ctx }) => ctx.services.guidedStart.chooseAgain(ctx.actor)),

  issue: staff.input(issueFirst).mutation(async ({ ctx, input: { customerName } }) => {
    const { key } = await ctx.services.guidedStart.issue(ctx.actor, customerName);
    return { key: key ?? null };
  }),
});
