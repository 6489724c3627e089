import { z } from "zod";
import { idOf } from "../domain/ids.ts";

export const listAudit = z
  .strictObject({
    /** `license`, or more of it: `license.revoked`. */
    action: z
      .string()
      .max(60, "Use at most 60 characters.")
      .regex(/^[a-z_.]*$/, "An action looks like license.revoked.")
      .optional(),
    userId: idOf("user").optional(),
    correlationId: z.string().max(100, "Use at most 100 characters.").optional(),
    /** The `nextCursor` of the page before. */
    cursor: z
      .string()
      .regex(/^[1-9][0-9]{0,9}$/, "The cursor is the nextCursor of the page before.")
      .nullish(),
    limit: z
      .int("Ask for a whole number of rows.")
      .min(1, "Ask for at least 1.")
      .max(100, "Ask for at most 100.")
      .default(50),
  })
  .prefault({});
export type ListAudit = z.output<typeof listAudit>;
