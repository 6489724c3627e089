import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { METRICS } from "./analytics-store.ts";

const PERIODS_MAX = 1_000;
const SIZE_MS = { hour: 3_600_000, day: 86_400_000 };

export const readSeries = z
  .strictObject({
    metric: z.enum(METRICS, "Choose activations, denials, usage or seats_peak."),
    size: z.enum(["hour", "day"], "Choose hour or day."),
    from: z.date("Enter a date."),
    /** Exclusive. */
    until: z.date("Enter a date."),
    productId: idOf("product").optional(),
    customerId: idOf("customer").optional(),
  })
  .refine(({ from, until }) => from < until, {
    path: ["until"],
    message: "Choose a later end than the begin.",
  })
  .refine(({ size, from, until }) => until.getTime() - from.getTime() <= PERIODS_MAX * SIZE_MS[size], {
    path: ["from"],
    message: `Ask for at most ${PERIODS_MAX} hours or days at once.`,
  });
