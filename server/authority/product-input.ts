import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { codeField, descriptionField, nameField, requiredText } from "./input.ts";

const unitField = requiredText("Enter a unit, in the plural: render-minutes.", 60);

/** Code and key prefix never change: applications and keys in circulation carry them. */
export const productFields = z.strictObject({
  code: codeField,
  name: nameField,
  description: descriptionField,
  keyPrefix: z
    .string({ error: "Enter a key prefix." })
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9]{2,12}$/, "Use 2 to 12 letters and digits."),
});
export type ProductFields = z.output<typeof productFields>;

export const productChange = productFields.pick({ name: true, description: true });
export type ProductChange = z.output<typeof productChange>;

/** What kind of value a feature has never changes: published policies grant values of that kind. */
export const featureFields = z.strictObject({
  code: codeField,
  name: nameField,
  description: descriptionField,
  kind: z.enum(["flag", "limit", "value"], "Choose flag, limit or value."),
});
export type FeatureFields = z.output<typeof featureFields>;

export const featureChange = featureFields.pick({ name: true, description: true });
export type FeatureChange = z.output<typeof featureChange>;

export const meterFields = z.strictObject({ code: codeField, name: nameField, unit: unitField });
export type MeterFields = z.output<typeof meterFields>;

export const meterChange = meterFields.pick({ name: true, unit: true });
export type MeterChange = z.output<typeof meterChange>;

const archived = z.boolean("Say whether it is to be archived: true or false.");

export const productId = z.strictObject({ id: idOf("product") });
export const updateProduct = productChange.extend({ id: idOf("product") });
export const archiveProduct = z.strictObject({ id: idOf("product"), archived });
export const addFeature = featureFields.extend({ productId: idOf("product") });
export const updateFeature = featureChange.extend({ id: idOf("feature") });
export const archiveFeature = z.strictObject({ id: idOf("feature"), archived });
export const addMeter = meterFields.extend({ productId: idOf("product") });
export const updateMeter = meterChange.extend({ id: idOf("meter") });
export const archiveMeter = z.strictObject({ id: idOf("meter"), archived });
