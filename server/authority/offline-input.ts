import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { optionalText, pageFields } from "./input.ts";

/** As long as the longest file that anybody reads. */
const TEXT_LENGTH_MAX = 256 * 1024;

const text = z
  .string({ error: "Bring a file, or paste its text." })
  .trim()
  .min(1, "There is nothing in it; bring a file, or paste its text.")
  .max(TEXT_LENGTH_MAX, "This is larger than any file of a machine.");
/** Which license a typed code is for: a file says it by itself. */
const licenseId = idOf("license").optional();

export const lookAtFile = z.strictObject({ text, licenseId });
export type LookAtFile = z.output<typeof lookAtFile>;

export const takeFile = z.strictObject({
  text,
  licenseId,
  /** What a machine that asked by a code is called. */
  name: optionalText(100).optional(),
});
export type TakeFile = z.output<typeof takeFile>;

export const listExchanges = z
  .strictObject({ licenseId, ...pageFields, direction: z.literal("forward").optional() })
  .prefault({});
export type ListExchanges = z.output<typeof listExchanges>;

const base64url = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, "This is no request of a machine.");
export const keptResponse = z.strictObject({ device: base64url, nonce: base64url });
export type KeptResponse = z.output<typeof keptResponse>;
