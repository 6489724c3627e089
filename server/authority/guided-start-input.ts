import { z } from "zod";
import { START_KINDS } from "../domain/guided-start.ts";
import { nameField } from "./input.ts";
import { productFields } from "./product-input.ts";

/** What is sold, and the product as it is to be called: where code or prefix is taken, a free one near it is. */
export const chooseStart = z.strictObject({
  kind: z.enum(START_KINDS, "Choose what you sell."),
  product: productFields.pick({ name: true, code: true, keyPrefix: true }),
});
export type ChooseStart = z.output<typeof chooseStart>;

export const issueFirst = z.strictObject({ customerName: nameField });
