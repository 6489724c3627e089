import { authorised, router } from "../init.ts";
import { overviewView } from "../views/overview.ts";

export const overviewRouter = router({
  get: authorised("license:read").query(async ({ ctx }) =>
    overviewView(await ctx.services.overview.get(ctx.actor)),
  ),
});
