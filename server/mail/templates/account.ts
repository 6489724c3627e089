import { z } from "zod";
import { button, note, template, text } from "../template.ts";

/** Mails about a person's own account: each holds a link that opens something once. */

export const SIGN_UP_MINUTES = 24 * 60;
export const PASSWORD_RESET_MINUTES = 60;
export const SIGN_IN_MINUTES = 15;

const EXAMPLE_TOKEN = "0Xq7fK2mVtY8sB4nR6cW1zD9hJ3gL5pA";
const NOT_YOU = "If this was not you, do nothing: nothing happens without the link.";

const withToken = z.object({ token: z.string() });

export const accountTemplates = {
  "sign-up": template({
    when: "Somebody signs up for a trial with this address.",
    payload: z.object({ name: z.string(), company: z.string(), token: z.string() }),
    example: { name: "Ada Lovelace", company: "Analytical Engines", token: EXAMPLE_TOKEN },
    goodForMinutes: SIGN_UP_MINUTES,
    content: ({ name, company, token }, { portalUrl }) => ({
      subject: "Confirm your address to start your trial",
      headline: `Welcome, ${name}`,
      preview: `One click, and the trial of ${company} begins.`,
      blocks: [
        text(`Confirm that this address is yours, choose a password, and the trial of ${company} begins.`),
        button("Confirm and begin", `${portalUrl}/sign-up/${token}`),
        note(`The link works once, within 24 hours. ${NOT_YOU}`),
      ],
      reason: "Somebody entered this address to sign up.",
    }),
  }),
  "sign-up-known": template({
    when: "Somebody signs up with an address that has an account already.",
    payload: z.object({}),
    example: {},
    goodForMinutes: SIGN_UP_MINUTES,
    content: (_, { portalUrl }) => ({
      subject: "You already have an account",
      headline: "You already have an account",
      preview: "Sign in instead of signing up again.",
      blocks: [
        text("Somebody, probably you, tried to sign up with this address, but it has an account already."),
        button("Sign in", `${portalUrl}/sign-in`),
        text(`If you forgot the password, choose a new one at ${portalUrl}/forgot-password.`),
        note("If this was not you, do nothing: nothing was changed."),
      ],
      reason: "Somebody entered this address to sign up.",
    }),
  }),
  "password-reset": template({
    when: "Somebody asks for a new password.",
    payload: withToken,
    example: { token: EXAMPLE_TOKEN },
    goodForMinutes: PASSWORD_RESET_MINUTES,
    content: ({ token }, { portalUrl }) => ({
      subject: "Choose a new password",
      headline: "Choose a new password",
      preview: "The link works once, within an hour.",
      blocks: [
        text("A new password was asked for. Until you choose one, the old one goes on working."),
        button("Choose a new password", `${portalUrl}/reset-password/${token}`),
        note(
          `The link works once, within an hour; it signs out every device and disconnects identity providers. ${NOT_YOU}`,
        ),
      ],
      reason: "Somebody asked for a new password for the account of this address.",
    }),
  }),
  "password-changed": template({
    when: "The password of an account was replaced by a link that was mailed.",
    payload: z.object({
      at: z.string(),
      disconnected: z.int().default(0),
      authenticatorRemoved: z.boolean().default(false),
    }),
    example: { at: "24 November 2026, 10:15 UTC", disconnected: 1, authenticatorRemoved: true },
    goodForMinutes: 24 * 60,
    content: ({ at, disconnected, authenticatorRemoved }, { portalUrl }) => ({
      subject: "Your password was changed",
      headline: "Your password was changed",
      preview: "Every device was signed out.",
      blocks: [
        text(`The password of your account was replaced on ${at}, and every device was signed out.`),
        ...(disconnected === 0
          ? []
          : [
              text(
                "Identity providers that opened it were disconnected, whoever connected them; connect yours again at your account.",
              ),
            ]),
        ...(authenticatorRemoved
          ? [
              text(
                "Its authenticator app was removed, since it was set up before anybody had proved this address; set up yours at your account.",
              ),
            ]
          : []),
        text(`If this was not you, choose another one now at ${portalUrl}/forgot-password.`),
      ],
      reason: "It is about the security of the account of this address.",
    }),
  }),
  "sign-in": template({
    when: "Somebody asks for a link to sign in with, instead of a password.",
    payload: withToken,
    example: { token: EXAMPLE_TOKEN },
    goodForMinutes: SIGN_IN_MINUTES,
    content: ({ token }, { portalUrl }) => ({
      subject: "Your link to sign in",
      headline: "Sign in",
      preview: "The link works once, within 15 minutes.",
      blocks: [
        button("Sign in", `${portalUrl}/sign-in/${token}`),
        note(`The link works once, within 15 minutes. ${NOT_YOU}`),
      ],
      reason: "Somebody asked for a link to sign in to the account of this address.",
    }),
  }),
};
