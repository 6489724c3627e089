import { z } from "zod";
import { listOwnLicenses } from "../../authority/license-input.ts";
import { MAIL_KINDS } from "../../domain/mail-kinds.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownLicense } from "../views/own-license.ts";
import { ownOfflineRouter } from "./offline.ts";

const read = customerAuthorised("license:read");

/** What an end customer's people can do by themselves. */
export const portalRouter = router({
  licenses: read.input(listOwnLicenses).query(async ({ ctx, input }) => {
    const { items, nextCursor } = await ctx.services.licenses.listOwn(ctx.customer, input);
    return { items: items.map(ownLicense), nextCursor };
  }),

  offline: ownOfflineRouter,

  mailPreferences: read.query(({ ctx: { customer, services } }) => services.mailPreferences.get(customer)),

  setMailPreference: read
    .input(z.strictObject({ kind: z.enum(MAIL_KINDS), wanted: z.boolean() }))
    .mutation(({ ctx: { customer, services }, input: { kind, wanted } }) =>
      services.mailPreferences.set(customer, kind, wanted),
    ),
});
