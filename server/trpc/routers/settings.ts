import { settings } from "../../authority/settings-input.ts";
import { authorised, router } from "../init.ts";

export const settingsRouter = router({
  get: authorised("team:read").query(({ ctx }) => ctx.services.tenantSettings.get(ctx.actor)),

  update: authorised("settings:write")
    .input(settings)
    .mutation(({ ctx, input }) => ctx.services.tenantSettings.update(ctx.actor, input)),
});
