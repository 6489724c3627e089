import { z } from "zod";
import { nameField } from "./input.ts";

export const tenantFields = z.strictObject({
  slug: z
    .string({ error: "Enter an address." })
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$/,
      "Use up to 48 lower-case letters, digits and dashes, beginning and ending with a letter or a digit.",
    ),
  name: nameField,
  mode: z.enum(["trial", "production"], "Choose trial or production."),
});
export type TenantFields = z.output<typeof tenantFields>;
