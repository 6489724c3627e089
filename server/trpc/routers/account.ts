import { z } from "zod";
import { newPasswordSchema } from "../../auth/passwords.ts";
import { emailField } from "../../authority/input.ts";
import { idOf, publicId } from "../../domain/ids.ts";
import { open, router, signedIn } from "../init.ts";

const proof = z.strictObject({ code: z.string().trim().min(1, "Enter the code.").max(40) });

const asked = z.strictObject({ email: emailField });

/** A person's own account: staff and customers alike. */
export const accountRouter = router({
  get: signedIn.query(async ({ ctx: { user, services } }) => ({
    name: user.name,
    email: user.email,
    twoFactor: await services.twoFactor.status(user.id),
  })),

  /** How the person can sign in, and the identity that waits to be connected. */
  signIn: signedIn.query(async ({ ctx: { user, services, presented } }) => {
    const proven = presented?.proven;
    const { password, identities } = await services.identities.waysIn(user.id);
    return {
      password,
      identities: identities.map(({ id, ...identity }) => ({
        ...identity,
        id: publicId("userIdentity", id),
      })),
      provider: services.oidc?.name ?? null,
      waiting: proven && {
        label: proven.label,
        standing: await services.identities.standing(proven, user.id),
      },
    };
  }),

  /** Where the person is signed in, and what happened to their ways in. */
  security: signedIn.query(async ({ ctx: { user, services, presented } }) => {
    const [sessions, events] = await Promise.all([
      services.sessions.list(user.id, presented?.session?.sessionId),
      services.accountLog.latest(user.id),
    ]);
    return {
      sessions: sessions.map(({ id, ...session }) => ({ ...session, id: publicId("userSession", id) })),
      events: events.map(({ id, ...event }) => ({ ...event, id: publicId("accountEvent", id) })),
    };
  }),

  endSession: signedIn
    .input(z.strictObject({ id: idOf("userSession") }))
    .mutation(({ ctx, input }) => ctx.services.sessions.end(ctx.user.id, input.id)),

  endOtherSessions: signedIn.mutation(({ ctx: { user, services, presented } }) =>
    services.sessions.endOthers(user.id, presented?.session?.sessionId),
  ),

  linkIdentity: signedIn
    .input(
      z.strictObject({
        password: z.string().min(1, "Enter your password.").max(200),
        code: z.string().max(40).optional(),
      }),
    )
    .mutation(({ ctx, input }) =>
      ctx.services.identities.link(ctx.user, ctx.presented?.proven, { ...input, ip: ctx.ip }),
    ),

  unlinkIdentity: signedIn
    .input(z.strictObject({ id: idOf("userIdentity") }))
    .mutation(({ ctx, input }) => ctx.services.identities.unlink(ctx.user.id, input.id)),

  changePassword: signedIn
    .input(
      z.strictObject({
        current: z.string().min(1, "Enter your present password.").max(200),
        next: newPasswordSchema,
      }),
    )
    .mutation(({ ctx, input }) => ctx.services.account.changePassword(ctx.user, { ...input, ip: ctx.ip })),

  requestPasswordReset: open
    .input(asked)
    .mutation(({ ctx, input }) => ctx.services.accessByMail.requestPasswordReset({ ...input, ip: ctx.ip })),

  resetPassword: open
    .input(z.strictObject({ token: z.string().max(200), password: newPasswordSchema }))
    .mutation(({ ctx, input }) =>
      ctx.services.accessByMail.resetPassword(input.token, input.password, ctx.ip),
    ),

  requestSignIn: open
    .input(asked)
    .mutation(({ ctx, input }) => ctx.services.accessByMail.requestSignIn({ ...input, ip: ctx.ip })),

  unsubscribe: open
    .input(z.strictObject({ token: z.string().max(200) }))
    .mutation(({ ctx, input }) => ctx.services.unsubscribing.turnOff(input.token)),

  beginTwoFactor: signedIn.mutation(({ ctx }) => ctx.services.twoFactor.begin(ctx.user)),

  confirmTwoFactor: signedIn
    .input(proof.extend({ password: z.string().max(200).optional() }))
    .mutation(({ ctx, input }) =>
      ctx.services.twoFactor.confirm({ ...input, userId: ctx.user.id, ip: ctx.ip }),
    ),

  renewRecoveryCodes: signedIn
    .input(proof)
    .mutation(({ ctx, input }) =>
      ctx.services.twoFactor.renewRecoveryCodes({ ...input, userId: ctx.user.id, ip: ctx.ip }),
    ),

  disableTwoFactor: signedIn
    .input(proof)
    .mutation(({ ctx, input }) =>
      ctx.services.twoFactor.disable({ ...input, userId: ctx.user.id, ip: ctx.ip }),
    ),
});
