import { authorised, router } from "../init.ts";

export const healthRouter = router({
  get: authorised("health:read").query(({ ctx }) => ctx.services.health.get(ctx.actor)),
});
