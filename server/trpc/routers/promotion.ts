import { authorised, router } from "../init.ts";

const staff = authorised("settings:write");

export const promotionRouter = router({
  trial: authorised("license:read").query(({ ctx }) => ctx.services.promotion.trial(ctx.actor)),
  get: staff.query(({ ctx }) => ctx.services.promotion.get(ctx.actor)),
  promote: staff.mutation(({ ctx }) => ctx.services.promotion.promote(ctx.actor)),
});
