import { listOwnLicenses } from "../../authority/license-input.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownLicense } from "../views/own-license.ts";

/** What an end customer's people can do by themselves. */
export const portalRouter = router({
  licenses: customerAuthorised.input(listOwnLicenses).query(async ({ ctx, input }) => {
    const { items, nextCursor } = await ctx.services.licenses.listOwn(ctx.customer, input);
    return { items: items.map(ownLicense), nextCursor };
  }),
});
