import { z } from "zod";
import { count, number } from "#server/domain/counts.ts";
import { wayTo } from "#server/domain/places.ts";
import { type Block, button, facts, heading, note, template } from "../template.ts";

/** News about customers' licenses, for a vendor's staff; each can choose not to get it. */

const DAY_MINUTES = 24 * 60;

const license = z.object({
  customer: z.string(),
  product: z.string(),
  /** The last characters of the key. */
  key: z.string(),
});
/** The first few, and how many there are. */
const some = <Row extends z.ZodType>(row: Row) => z.object({ shown: z.array(row), total: z.int() });

const payload = z.object({
  /** Whose choice it is what comes to this address. */
  userId: z.string(),
  /** Whose staff they are. */
  place: z.string(),
  expiring: some(license.extend({ daysLeft: z.int(), expiresAt: z.string() })),
  /** `hours`: in how many of them somebody found no seat. */
  seats: some(license.extend({ seats: z.int(), hours: z.int() })),
  credits: some(license.extend({ meter: z.string(), balance: z.int() })),
});
type Payload = z.infer<typeof payload>;

const NORTHWIND = { customer: "Northwind", product: "Renderer", key: "RNDR-…-7QK2M" };
const CONTOSO = { customer: "Contoso Studios", product: "Renderer", key: "RNDR-…-B3TX9" };

export const staffTemplates = {
  "staff-digest": template({
    when: "Licenses end soon, or lack seats or credits; at most once a day, from 06:00 UTC, to each of your staff who wants it.",
    payload,
    example: {
      userId: "usr_01jdezv3k8e2rbq5x0m9n7t4wa",
      place: "ten_01jdezt0c5fy3a1v8w6k2d9hme",
      expiring: {
        shown: [
          { ...CONTOSO, daysLeft: 1, expiresAt: "25 November 2026" },
          { ...NORTHWIND, daysLeft: 7, expiresAt: "1 December 2026" },
        ],
        total: 11,
      },
      seats: { shown: [{ ...NORTHWIND, seats: 25, hours: 3 }], total: 1 },
      credits: { shown: [{ ...CONTOSO, meter: "Render minutes", balance: 84 }], total: 1 },
    },
    goodForMinutes: DAY_MINUTES,
    notice: "staff_digest",
    content: (digest, { name, portalUrl }) => {
      const subject = summary(digest);
      return {
        subject,
        headline: subject,
        preview: `What happened to the licenses of ${name}’s customers since the last of these mails.`,
        blocks: [
          ...section(
            "End soon",
            digest.expiring,
            ({ daysLeft, expiresAt }) => `in ${count(daysLeft, "day")}, on ${expiresAt}`,
          ),
          ...section(
            "Found no seat free",
            digest.seats,
            ({ seats, hours }) => `${count(seats, "seat")}, all taken in ${count(hours, "hour")}`,
          ),
          ...section("Run out of credits", digest.credits, ({ meter, balance }) =>
            balance > 0 ? `${meter}: ${number(balance)} left` : `${meter}: none left`,
          ),
          button("Open the portal", `${portalUrl}${wayTo(digest.place, "/admin/licenses")}`),
        ],
        reason: `You are on the team of ${name}. This comes once a day at most, and only when there is something to say.`,
      };
    },
  }),
};

function summary({ expiring, seats, credits }: Payload): string {
  const kinds = [
    [expiring.total, "ends soon", "end soon"],
    [seats.total, "lacks seats", "lack seats"],
    [credits.total, "lacks credits", "lack credits"],
  ] as const;
  const parts = kinds
    .filter(([total]) => total > 0)
    .map(([total, one, many], place) => {
      const what = place === 0 ? count(total, "license") : number(total);
      return `${what} ${total === 1 ? one : many}`;
    });
  return new Intl.ListFormat("en", { type: "conjunction" }).format(parts);
}

function section<Row extends z.infer<typeof license>>(
  title: string,
  { shown, total }: { readonly shown: readonly Row[]; readonly total: number },
  value: (row: Row) => string,
): Block[] {
  if (total === 0) return [];
  const more = total - shown.length;
  return [
    heading(title),
    facts(...shown.map((row) => [`${row.customer} · ${row.product} ${row.key}`, value(row)] as const)),
    ...(more > 0 ? [note(`And ${number(more)} more, in the portal.`)] : []),
  ];
}
