import { z } from "zod";
import { wayTo } from "#server/domain/places.ts";
import { button, facts, template, text } from "../template.ts";

/** News about licenses, for the people who look after them at a customer; each can choose not to get it. */

const DAY_MINUTES = 24 * 60;

const license = z.object({
  /** Whose choice it is what comes to this address. */
  userId: z.string(),
  /** The customer's. */
  place: z.string(),
  licenseId: z.string(),
  customer: z.string(),
  product: z.string(),
  /** The last characters of the key. */
  key: z.string(),
});
const EXAMPLE = {
  userId: "usr_01jdezv3k8e2rbq5x0m9n7t4wa",
  place: "cus_01jdezs9m4f6rt2w7x3k8b5ncv",
  licenseId: "lic_01jdezt0c5fy3a1v8w6k2d9hme",
  customer: "Northwind",
  product: "Renderer",
  key: "RNDR-…-7QK2M",
};

const about = ({ customer, product, key }: z.infer<typeof license>) =>
  [
    ["Product", product],
    ["License", key],
    ["Customer", customer],
  ] as const;

const days = (count: number) => (count === 1 ? "one day" : `${count} days`);
const because = (customer: string) => `You look after the licenses of ${customer}.`;
const ask = (supportEmail: string | null, name: string) =>
  supportEmail === null ? `Ask ${name}` : `Write to ${supportEmail}`;

export const noticeTemplates = {
  "license-expiring": template({
    when: "A license ends within 30 days, 7 days or one day; once for each.",
    payload: license.extend({ daysLeft: z.int(), expiresAt: z.string() }),
    example: { ...EXAMPLE, daysLeft: 7, expiresAt: "1 December 2026" },
    goodForMinutes: DAY_MINUTES,
    notice: "license_expiring",
    content: ({ daysLeft, expiresAt, ...of }, { name, supportEmail, portalUrl }) => ({
      subject: `Your license for ${of.product} ends in ${days(daysLeft)}`,
      headline: `${of.product} ends in ${days(daysLeft)}`,
      preview: `The license of ${of.customer} ends on ${expiresAt}.`,
      blocks: [
        facts(...about(of), ["Ends on", expiresAt]),
        text(`${ask(supportEmail, name)} to renew it, so that nobody is interrupted.`),
        button("See the license", `${portalUrl}${wayTo(of.place, `/portal/licenses/${of.licenseId}`)}`),
      ],
      reason: because(of.customer),
    }),
  }),
  "seats-short": template({
    when: "A floating seat was asked for and none was free; at most once a day for each license.",
    payload: license.extend({ seats: z.int() }),
    example: { ...EXAMPLE, seats: 25 },
    goodForMinutes: DAY_MINUTES,
    notice: "seats_short",
    content: ({ seats, ...of }, { name, supportEmail, portalUrl }) => ({
      subject: `All seats of ${of.product} are taken`,
      headline: `All seats of ${of.product} are taken`,
      preview: `Somebody at ${of.customer} asked for a seat, and none was free.`,
      blocks: [
        text(`Somebody asked for a seat, and all ${seats} were taken.`),
        facts(...about(of), ["Seats", String(seats)]),
        text(`In the portal you see who holds them. ${ask(supportEmail, name)} for more of them.`),
        button(
          "See who holds them",
          `${portalUrl}${wayTo(of.place, `/portal/seats?licenseId=${of.licenseId}`)}`,
        ),
      ],
      reason: because(of.customer),
    }),
  }),
  "credits-short": template({
    when: "Less than a tenth of the last credits is left, or they are used up; once for each grant, and once a day.",
    payload: license.extend({ meter: z.string(), balance: z.int() }),
    example: { ...EXAMPLE, meter: "Render minutes", balance: 84 },
    goodForMinutes: DAY_MINUTES,
    notice: "credits_short",
    content: ({ meter, balance, ...of }, { name, supportEmail, portalUrl }) => {
      const left = new Intl.NumberFormat("en").format(balance);
      const headline = balance > 0 ? `${meter}: ${left} left` : `${meter} are used up`;
      return {
        subject: `${of.product}: ${headline}`,
        headline,
        preview: `The license of ${of.customer} runs out of ${meter}.`,
        blocks: [
          facts(...about(of), [meter, `${left} left`]),
          text(`${ask(supportEmail, name)} for more, so that nobody is interrupted.`),
          button("See what was used", `${portalUrl}${wayTo(of.place, "/portal/usage")}`),
        ],
        reason: because(of.customer),
      };
    },
  }),
};
