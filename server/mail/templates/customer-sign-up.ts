import { z } from "zod";
import { wayTo } from "#server/domain/places.ts";
import { button, note, template, text } from "../template.ts";

/** Mails about signing up with a license key. */

export const KEY_SIGN_UP_MINUTES = 24 * 60;

const WEEK_MINUTES = 7 * 24 * 60;
const EXAMPLE_TOKEN = "0Xq7fK2mVtY8sB4nR6cW1zD9hJ3gL5pA";
const NOT_YOU = "If this was not you, do nothing: nothing happens without the link.";

export const customerSignUpTemplates = {
  "customer-sign-up": template({
    when: "Somebody signs up with a license key and this address.",
    payload: z.object({ product: z.string(), token: z.string() }),
    example: { product: "Renderer", token: EXAMPLE_TOKEN },
    goodForMinutes: KEY_SIGN_UP_MINUTES,
    content: ({ product, token }, { name, portalUrl }) => ({
      subject: `Confirm your address to see your license from ${name}`,
      headline: "Confirm your address",
      preview: `Then you see your license of ${product}.`,
      blocks: [
        text(`A license key of ${product} was entered with this address. Confirm that the address is yours.`),
        button("Confirm my address", `${portalUrl}/join/confirm/${token}`),
        note(`The link works once, within 24 hours. ${NOT_YOU}`),
      ],
      reason: "Somebody entered this address together with a license key.",
    }),
  }),
  "customer-sign-up-known": template({
    when: "Somebody signs up with a license key and an address that sees the license already.",
    payload: z.object({ product: z.string() }),
    example: { product: "Renderer" },
    goodForMinutes: KEY_SIGN_UP_MINUTES,
    content: ({ product }, { portalUrl }) => ({
      subject: "You can see this license already",
      headline: "You can see this license already",
      preview: "Sign in instead of signing up again.",
      blocks: [
        text(`A license key of ${product} was entered with this address, which sees that license already.`),
        button("Sign in", `${portalUrl}/sign-in`),
        note("If this was not you, do nothing: nothing was changed."),
      ],
      reason: "Somebody entered this address together with a license key.",
    }),
  }),
  "join-request": template({
    when: "Somebody with a license key asks a customer's managers to be let in.",
    payload: z.object({ email: z.string(), place: z.string() }),
    example: { email: "ben@northwind.example", place: "cus_01jdezs9m4f6rt2w7x3k8b5ncv" },
    goodForMinutes: WEEK_MINUTES,
    content: ({ email, place }, { name, portalUrl }) => ({
      subject: `${email} asks to see your licenses from ${name}`,
      headline: "Somebody asks to be let in",
      preview: `${email} entered one of your license keys.`,
      blocks: [
        text(`${email} entered one of your license keys from ${name} and asks to see your licenses.`),
        button("Let them in, or not", `${portalUrl}${wayTo(place, "/portal/people")}`),
        note("Let in only people you know: whoever has a key may have got it from anybody."),
      ],
      reason: "You are a manager of these licenses.",
    }),
  }),
  "join-request-staff": template({
    when: "Somebody with a license key asks to be let in to a customer that has no manager yet.",
    payload: z.object({ email: z.string(), customer: z.string(), place: z.string(), id: z.string() }),
    example: {
      email: "ben@northwind.example",
      customer: "Northwind Studio",
      place: "ten_01jdezs9m4f6rt2w7x3k8b5ncv",
      id: "cus_01jdezs9m4f6rt2w7x3k8b5ncv",
    },
    goodForMinutes: WEEK_MINUTES,
    content: ({ email, customer, place, id }, { portalUrl }) => ({
      subject: `${email} asks to see the licenses of ${customer}`,
      headline: "Somebody asks to be let in",
      preview: `${customer} has no manager yet, so that you decide.`,
      blocks: [
        text(`${email} entered a license key of ${customer}, which has no manager yet who could decide.`),
        button("Let them in, or not", `${portalUrl}${wayTo(place, `/admin/customers/${id}`)}`),
        note("Let in only people you know: whoever has a key may have got it from anybody."),
      ],
      reason: "You may change this customer.",
    }),
  }),
  "join-declined": template({
    when: "Whoever decides about a request to be let in declines it.",
    payload: z.object({ product: z.string() }),
    example: { product: "Renderer" },
    goodForMinutes: WEEK_MINUTES,
    content: ({ product }, { name, supportEmail }) => ({
      subject: `Your request to see licenses from ${name}`,
      headline: "You were not let in",
      preview: "Whoever looks after the licenses declined your request.",
      blocks: [
        text(
          `You entered a license key of ${product} and asked to see the licenses it belongs to. Whoever looks after them has declined that.`,
        ),
        text(
          `If you think it should be otherwise, talk to whoever gave you the key${supportEmail === null ? "" : `, or write to ${supportEmail}`}. You can ask again at any time.`,
        ),
        note(`The license itself is not touched: ${product} works as before wherever it is activated.`),
      ],
      reason: "You asked to be let in with a license key and this address.",
    }),
  }),
};
