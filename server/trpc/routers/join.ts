import { z } from "zod";
import { emailField, requiredText } from "../../authority/input.ts";
import { open, router } from "../init.ts";

/** For whoever holds a license key of a vendor's: the way to see that license here. */
export const joinRouter = router({
  request: open
    .input(
      z.strictObject({
        vendor: requiredText("Say whose license it is.", 120),
        licenseKey: requiredText("Enter the license key.", 200),
        email: emailField,
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.keySignUp.request({ ...input, ip: ctx.ip })),

  confirm: open
    .input(z.strictObject({ token: z.string().max(200) }))
    .mutation(({ ctx, input }) => ctx.services.keySignUp.confirm(input.token)),
});
