import { authorised, router } from "../init.ts";

const staff = authorised("settings:write");

export const promotionRouter = router({
  get: staff.query(({ ctx }) => ctx.services.promotion.get(ctx.actor)),
  promote: staff.mutation(({ ctx }) => ctx.services.promotion.promote(ctx.actor)),
});
