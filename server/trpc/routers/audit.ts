import { listAudit } from "../../authority/audit-input.ts";
import { authorised, router } from "../init.ts";
import { auditEvent } from "../views/event.ts";

const read = authorised("audit:read");

export const auditRouter = router({
  list: read.input(listAudit).query(async ({ ctx, input: query }) => {
    const { items, nextCursor } = await ctx.services.audit.list(ctx.actor, query);
    return { items: items.map(auditEvent), nextCursor };
  }),

  /** How many entries there are, and how far they are sealed. */
  seal: read.query(({ ctx }) => ctx.services.audit.seal(ctx.actor)),

  verify: read.query(({ ctx }) => ctx.services.audit.verify(ctx.actor)),
});
