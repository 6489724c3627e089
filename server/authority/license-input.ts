import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { LICENSE_STATUSES } from "../domain/license-state.ts";
import { policyOverrides } from "../domain/policy.ts";
import { optionalText, pageFields } from "./input.ts";

const noteField = optionalText(2_000).default("");
export const reasonField = optionalText(500).default("");
export const renewalDays = z
  .int("Enter a whole number of days.")
  .min(1, "Enter at least 1 day.")
  .max(36_500, "Enter at most 36,500 days.");
/** In bounds that leave room for any duration and grace behind it, in a JavaScript date and in the database. */
const dateField = z
  .date("Choose a date.")
  .min(new Date("1970-01-01"), "Choose a date after 1970.")
  .max(new Date("9000-01-01"), "Choose a date before the year 9000.");

export const issueLicenses = z.strictObject({
  customerId: idOf("customer"),
  policyId: idOf("policy"),
  count: z
    .int("Enter a whole number.")
    .min(1, "Issue at least 1.")
    .max(100, "Issue at most 100 at once.")
    .default(1),
  note: noteField,
  /** When validity begins; the moment of issue when left out. */
  startsAt: dateField.optional(),
  overrides: policyOverrides.default({}),
  /** Made by whoever asks: what came twice under it is done once. */
  requestId: z.uuid("A request id is a UUID, made anew for each form.").optional(),
});
export type IssueLicenses = z.output<typeof issueLicenses>;

export const licenseId = z.strictObject({ id: idOf("license") });

/** Which licenses of a tenant; all of them when nothing is said. */
export const filterLicenses = z.strictObject({
  status: z.enum(LICENSE_STATUSES, `Choose one of ${LICENSE_STATUSES.join(", ")}.`).optional(),
  productId: idOf("product").optional(),
  policyId: idOf("policy").optional(),
  customerId: idOf("customer").optional(),
  /** A whole key, the last five characters of one, a license id, or part of a customer's name or of a note. */
  search: optionalText(200).optional(),
});
export type FilterLicenses = z.output<typeof filterLicenses>;

export const listLicenses = filterLicenses.extend(pageFields).prefault({});
export type ListLicenses = z.output<typeof listLicenses>;

/** Why, for the audit log. */
export const changeLicense = z.strictObject({ id: idOf("license"), reason: reasonField });

export const renewLicense = z
  .strictObject({
    id: idOf("license"),
    days: renewalDays.optional(),
    until: dateField.optional(),
  })
  .refine(({ days, until }) => (days === undefined) !== (until === undefined), {
    path: ["days"],
    error: "Say either how many days to add, or until when the license is to last.",
  });
export type RenewLicense = z.output<typeof renewLicense>;

export const transferLicense = z.strictObject({
  id: idOf("license"),
  /** Whose it is, as far as whoever asks has seen: if somebody else was quicker, nothing happens. */
  fromCustomerId: idOf("customer"),
  customerId: idOf("customer"),
  /** What becomes of its devices: they go on for the new customer, or give their places back. */
  devices: z.enum(["keep", "deactivate"], "Choose keep or deactivate."),
  reason: reasonField,
});
export type TransferLicense = z.output<typeof transferLicense>;

export const overrideLicense = z.strictObject({ id: idOf("license"), overrides: policyOverrides });
export const noteLicense = z.strictObject({ id: idOf("license"), note: noteField });
export const moveLicense = z.strictObject({ id: idOf("license"), versionId: idOf("policyVersion") });
export const deviceOfLicense = z.strictObject({ id: idOf("license"), activationId: idOf("activation") });
