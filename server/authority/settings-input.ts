import { z } from "zod";
import { emailField, requiredText } from "./input.ts";

export const settings = z.strictObject({
  name: requiredText("Enter the name of your company.", 120),
  /** Null: Signet's own colour. */
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, "A colour looks like #0b7285.")
    .nullable(),
  /** Where customers write to; null: nowhere is named. */
  supportEmail: emailField.nullable(),
  twoFactorRequired: z.boolean("Say whether two-factor sign-in is asked for: true or false."),
});
export type Settings = z.output<typeof settings>;
