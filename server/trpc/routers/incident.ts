import { acknowledgeIncident } from "../../authority/incident-service.ts";
import { authorised, router } from "../init.ts";
import { incident } from "../views/incident.ts";

export const incidentRouter = router({
  list: authorised("incident:read").query(async ({ ctx }) => {
    const { items, checkedAt } = await ctx.services.incidents.list(ctx.actor);
    return { items: items.map(incident), checkedAt };
  }),

  acknowledge: authorised("incident:acknowledge")
    .input(acknowledgeIncident)
    .mutation(({ ctx, input }) => ctx.services.incidents.acknowledge(ctx.actor, input)),
});
