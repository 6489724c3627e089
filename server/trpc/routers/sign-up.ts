import { z } from "zod";
import { newPasswordSchema } from "../../auth/passwords.ts";
import { emailField, requiredText } from "../../authority/input.ts";
import { open, router } from "../init.ts";

/** For strangers: a trial tenant of their own. */
export const signUpRouter = router({
  request: open
    .input(
      z.strictObject({
        name: requiredText("Enter your name.", 120),
        company: requiredText("Enter the name of your company.", 120),
        email: emailField,
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.signUp.request({ ...input, ip: ctx.ip })),

  complete: open
    .input(z.strictObject({ token: z.string().max(200), password: newPasswordSchema }))
    .mutation(({ ctx, input }) => ctx.services.signUp.complete(input.token, input.password)),
});
