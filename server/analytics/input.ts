import { z } from "zod";
import { spanOf } from "../domain/analytics-period.ts";
import { idOf } from "../domain/ids.ts";

const ANY_DAY = new Date(0);

/** What every chart is asked with. */
const question = {
  period: z
    .string()
    .refine(
      (text) => spanOf(text, ANY_DAY) !== undefined,
      "Choose 24h, 7d, 30d, 90d, 12m or two days: 2030-01-01..2030-01-31.",
    ),
  productId: idOf("product").optional(),
  customerId: idOf("customer").optional(),
};

export const readChart = z.strictObject(question);
export type ReadChart = z.output<typeof readChart>;

export const readSeats = z.strictObject({ ...question, licenseId: idOf("license").optional() });
export type ReadSeats = z.output<typeof readSeats>;

export const readUsage = z.strictObject({ ...question, meterId: idOf("meter").optional() });
export type ReadUsage = z.output<typeof readUsage>;

/** Each table that can be downloaded: what a chart or a list shows. */
export const TABLES = [
  "seats",
  "renewals",
  "denials",
  "activations",
  "usage",
  "usage_customers",
  "versions",
  "platforms",
  "trials",
] as const;

export const readTable = z.strictObject({
  table: z.enum(TABLES, "Choose one of the tables."),
  ...readSeats.shape,
  ...readUsage.shape,
});
export type ReadTable = z.output<typeof readTable>;
