import { z } from "zod";
import { emailField, requiredText } from "../../authority/input.ts";
import { ROLES } from "../../domain/actor.ts";
import { idOf, publicId } from "../../domain/ids.ts";
import { STAFF_DIGEST } from "../../domain/mail-kinds.ts";
import { authorised, open, router } from "../init.ts";

const role = z.enum(ROLES);
const member = z.strictObject({ userId: idOf("user") });
const invitation = z.strictObject({ token: z.string().max(200) });

export const teamRouter = router({
  list: authorised("team:read").query(async ({ ctx }) => {
    const members = await ctx.services.members.list(ctx.actor);
    return members.map((entry) => ({ ...entry, userId: publicId("user", entry.userId) }));
  }),

  changeRole: authorised("team:write")
    .input(member.extend({ role }))
    .mutation(({ ctx, input }) => ctx.services.members.changeRole(ctx.actor, input.userId, input.role)),

  remove: authorised("team:write")
    .input(member)
    .mutation(({ ctx, input }) => ctx.services.members.remove(ctx.actor, input.userId)),

  /** Whether the person gets the daily digest of this vendor. */
  digest: authorised("license:read").query(async ({ ctx }) => ({
    wanted: await ctx.services.mailPreferences.wantsDigest(ctx.actor),
  })),

  setDigest: authorised("license:read")
    .input(z.strictObject({ wanted: z.boolean("Say true or false.") }))
    .mutation(({ ctx, input: { wanted } }) =>
      ctx.services.mailPreferences.set(ctx.actor, STAFF_DIGEST, wanted),
    ),

  invitations: authorised("team:read").query(async ({ ctx }) => {
    const pending = await ctx.services.invitations.pending(ctx.actor);
    return pending.map((entry) => ({ ...entry, id: publicId("invitation", entry.id) }));
  }),

  invite: authorised("team:write")
    .input(z.strictObject({ email: emailField, role }))
    .mutation(async ({ ctx, input }) => {
      const created = await ctx.services.invitations.create(ctx.actor, input);
      return { ...created, id: publicId("invitation", created.id) };
    }),

  revokeInvitation: authorised("team:write")
    .input(z.strictObject({ id: idOf("invitation") }))
    .mutation(({ ctx, input }) => ctx.services.invitations.revoke(ctx.actor, input.id)),

  invitation: open.input(invitation).query(({ ctx, input }) => ctx.services.invitations.preview(input.token)),

  acceptInvitation: open
    .input(
      invitation.extend({
        name: requiredText("Enter your name.", 120),
        password: z.string().min(1, "Enter a password.").max(200),
        code: z.string().max(40).optional(),
      }),
    )
    .mutation(({ ctx, input: { token, ...input } }) =>
      ctx.services.invitations.accept(token, { ...input, ip: ctx.ip }),
    ),

  acceptInvitationByIdentity: open
    .input(invitation.extend({ name: requiredText("Enter your name.", 120) }))
    .mutation(({ ctx, input: { token, name } }) =>
      ctx.services.invitations.acceptByIdentity(token, {
        name,
        session: ctx.presented?.session,
        proven: ctx.presented?.proven,
      }),
    ),
});
