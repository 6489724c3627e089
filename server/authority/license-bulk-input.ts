import { z } from "zod";
import { CHOSEN_LICENSES_MAX } from "../domain/bulk-change.ts";
import { idOf } from "../domain/ids.ts";
import { filterLicenses, reasonField, renewalDays } from "./license-input.ts";

/** Licenses one by one, or all that a list shows over all its pages. */
const chosenLicenses = z.union([
  z.strictObject({
    ids: z
      .array(idOf("license"))
      .min(1, "Choose at least one license.")
      .max(CHOSEN_LICENSES_MAX, "Choose fewer licenses one by one, or all that match."),
  }),
  z.strictObject({ filter: filterLicenses }),
]);
export type ChosenLicenses = z.output<typeof chosenLicenses>;

const withReason = { reason: reasonField };
const changes = {
  suspend: z.strictObject({ action: z.literal("suspend"), ...withReason }),
  reinstate: z.strictObject({ action: z.literal("reinstate"), ...withReason }),
  revoke: z.strictObject({ action: z.literal("revoke"), ...withReason }),
  renew: z.strictObject({ action: z.literal("renew"), days: renewalDays }),
  /** Each to the newest version of its policy. */
  move: z.strictObject({ action: z.literal("move") }),
};

/** As it is kept with a batch, too. */
export const bulkChange = z.discriminatedUnion("action", [
  changes.suspend,
  changes.reinstate,
  changes.revoke,
  changes.renew,
  changes.move,
]);
export type BulkChange = z.output<typeof bulkChange>;

export const countLicenses = filterLicenses;

export const previewChange = z.strictObject({ licenses: chosenLicenses, change: bulkChange });
export type PreviewChange = z.output<typeof previewChange>;

const confirmed = <Change extends z.ZodType<BulkChange>>(change: Change) =>
  z.strictObject({
    licenses: chosenLicenses,
    change,
    /** `seen` of the preview: which licenses these were. */
    seen: z.string().max(64),
    requestId: z.uuid("A request id is a UUID, made anew for each form."),
  });

/** Each action's own, because not everybody may do each. */
export const changeMany = {
  suspend: confirmed(changes.suspend),
  reinstate: confirmed(changes.reinstate),
  revoke: confirmed(changes.revoke),
  renew: confirmed(changes.renew),
  move: confirmed(changes.move),
};
export type ChangeMany = PreviewChange & { readonly seen: string; readonly requestId: string };

/** What one row of such a batch is about. */
export const changeRow = z.strictObject({
  licenseId: z.uuid(),
  /** Which version it moves to, where it moves. */
  versionId: z.uuid().exactOptional(),
});
export type ChangeRow = z.output<typeof changeRow>;
