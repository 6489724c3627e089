import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { IMPORT_COLUMN_NAMES, IMPORT_ROWS_MAX } from "../domain/license-import.ts";
import { policyOverrides } from "../domain/policy.ts";
import { optionalText } from "./input.ts";
import { issueLicenses } from "./license-input.ts";

/** More characters than ten thousand rows of what anybody writes; what carries them is bounded by trpc/limits.ts. */
const CSV_LENGTH_MAX = 6_000_000;

const column = z.int().min(0).max(1_000).nullable();
const mapping = z.partialRecord(z.enum(IMPORT_COLUMN_NAMES), column);

export const checkImport = z.strictObject({
  csv: z
    .string({ error: "Choose a file, or paste a table." })
    .max(CSV_LENGTH_MAX, "The file is too large; import it in parts."),
  /** Column by column, where the headings alone do not say it. */
  mapping: mapping.optional(),
  /** Of the rows that name none. */
  policyId: idOf("policy").nullable().default(null),
});
export type CheckImport = z.output<typeof checkImport>;

export const importLicenses = checkImport.extend({
  fileName: optionalText(200).default(""),
  /** Issues the rows that are right and leaves out those that are not; without it one bad row refuses all. */
  leaveOutBad: z.boolean().default(false),
  /** How many imports of just this there were before, as whoever asks has seen: two who ask at once get one. */
  copy: z.int().min(0).max(1_000).default(0),
});
export type ImportLicenses = z.output<typeof importLicenses>;

export const issueManyLicenses = issueLicenses.omit({ count: true }).extend({
  count: z
    .int("Enter a whole number.")
    .min(1, "Issue at least 1.")
    .max(IMPORT_ROWS_MAX, `Issue at most ${IMPORT_ROWS_MAX.toLocaleString("en")} at once.`),
  requestId: issueLicenses.shape.requestId.unwrap(),
});
export type IssueManyLicenses = z.output<typeof issueManyLicenses>;

export const licenseBatchId = z.strictObject({ id: idOf("licenseBatch") });

/** What one row is to be issued as, as it is kept until then. */
export const rowPlan = z.strictObject({
  customer: z.union([
    z.strictObject({ id: z.uuid() }),
    z.strictObject({ name: z.string(), email: z.string().nullable() }),
  ]),
  versionId: z.uuid(),
  note: z.string(),
  overrides: policyOverrides,
  startsAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable(),
});
export type RowPlan = z.output<typeof rowPlan>;
