import { z } from "zod";
import { ROLES } from "#server/domain/actor.ts";
import { button, note, template, text } from "../template.ts";

/** Longer than an invitation lives, it would invite nobody. */
const INVITATION_MINUTES = 7 * 24 * 60;
const EXAMPLE_TOKEN = "ten_01jdezt0c5fy3a1v8w6k2d9hme.0Xq7fK2mVtY8sB4nR6cW1zD9hJ3gL5pA";
const ONCE = "The link works once, within 7 days. If you did not expect it, do nothing.";

export const invitationTemplates = {
  "invitation-team": template({
    when: "A colleague is invited to the team.",
    payload: z.object({ invitedBy: z.string(), role: z.enum(ROLES), token: z.string() }),
    example: { invitedBy: "Olive Owner", role: "support", token: EXAMPLE_TOKEN },
    goodForMinutes: INVITATION_MINUTES,
    content: ({ invitedBy, role, token }, { name, portalUrl }) => ({
      subject: `${invitedBy} invites you to the team of ${name}`,
      headline: `Join ${name}`,
      preview: `You are invited as ${role}.`,
      blocks: [
        text(`${invitedBy} invites you to work on the licenses of ${name}, as ${role}.`),
        button("Accept the invitation", `${portalUrl}/invite/${token}`),
        note(ONCE),
      ],
      reason: `${invitedBy} entered this address to invite you.`,
    }),
  }),
  "invitation-customer": template({
    when: "A person of a customer is invited to the customer portal.",
    payload: z.object({
      /** A person, and whose they are. */
      invitedBy: z.string(),
      customer: z.string(),
      /** Whether they asked to be let in. */
      asked: z.boolean(),
      token: z.string(),
    }),
    example: {
      invitedBy: "Nia Brandt of Northwind",
      customer: "Northwind",
      asked: false,
      token: EXAMPLE_TOKEN,
    },
    goodForMinutes: INVITATION_MINUTES,
    content: ({ invitedBy, customer, asked, token }, { name, portalUrl }) => ({
      subject: asked ? `You are let in to your licenses from ${name}` : `Your licenses from ${name}`,
      headline: asked ? "You are let in" : `See the licenses of ${customer}`,
      preview: `${invitedBy} gives you access to the licenses of ${customer}.`,
      blocks: [
        text(
          `${asked ? "You asked to be let in: " : ""}${invitedBy} gives you access to the licenses of ${customer} from ${name}: what they allow, on which devices they run, and when they end.`,
        ),
        button("Accept the invitation", `${portalUrl}/invite/${token}`),
        note(ONCE),
      ],
      reason: asked
        ? "You asked to be let in with a license key and this address."
        : `${invitedBy} entered this address to invite you.`,
    }),
  }),
};
