import { allows } from "../../auth/permissions.ts";
import { searchEverything } from "../../authority/search-input.ts";
import { authorised, router } from "../init.ts";
import { searchResults } from "../views/search.ts";

export const searchRouter = router({
  query: authorised("license:read")
    .input(searchEverything)
    .query(async ({ ctx, input: { text } }) => {
      const { role } = ctx.actor;
      const sight = {
        licenses: allows(role, "license:read"),
        customers: allows(role, "customer:read"),
        products: allows(role, "product:read"),
        policies: allows(role, "policy:read"),
        apiKeys: allows(role, "apikey:read"),
        staff: allows(role, "team:read"),
        audit: allows(role, "audit:read"),
      };
      return searchResults(await ctx.services.search.query(ctx.actor, text, sight));
    }),
});
