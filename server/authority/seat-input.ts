import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { optionalText, pageFields } from "./input.ts";

const NOT_A_CURSOR = "The cursor is the nextCursor of the page before.";
const searchField = optionalText(200).optional();

export const listPools = z
  .strictObject({
    licenseId: idOf("license").optional(),
    productId: idOf("product").optional(),
    customerId: idOf("customer").optional(),
    /** Part of a holder's name. */
    search: searchField,
    ...pageFields,
    limit: pageFields.limit.default(10),
  })
  .prefault({});
export type ListPools = z.output<typeof listPools>;

export const listHeldSeats = z.strictObject({
  licenseId: idOf("license"),
  /** Part of a holder's name. */
  search: searchField,
  ...pageFields,
  cursor: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/, NOT_A_CURSOR)
    .nullish(),
});
export type ListHeldSeats = z.output<typeof listHeldSeats>;

export const releaseSeat = z.strictObject({ leaseId: idOf("lease"), reason: optionalText(500).default("") });
