import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { optionalText } from "./input.ts";

/** What the column of an event's number can hold. */
const SEQ_MAX = 2 ** 31 - 1;
const NOT_A_CURSOR = "The cursor is the nextCursor of the page before.";

export const listAudit = z
  .strictObject({
    /** `license`, or more of it: `license.revoked`. */
    action: z
      .string()
      .max(60, "Use at most 60 characters.")
      .regex(/^[a-z_.]*$/, "An action looks like license.revoked.")
      .optional(),
    userId: idOf("user").optional(),
    correlationId: optionalText(128).optional(),
    /** The `nextCursor` of the page before. */
    cursor: z
      .string()
      .regex(/^[1-9][0-9]{0,9}$/, NOT_A_CURSOR)
      .refine((cursor) => Number(cursor) <= SEQ_MAX, NOT_A_CURSOR)
      .nullish(),
    limit: z
      .int("Ask for a whole number of rows.")
      .min(1, "Ask for at least 1.")
      .max(100, "Ask for at most 100.")
      .default(50),
  })
  .prefault({});
export type ListAudit = z.output<typeof listAudit>;
