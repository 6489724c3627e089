import { z } from "zod";

/** What PostgreSQL's text and jsonb cannot hold, and what no field should: a turned direction makes one name look like another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is looking for
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/;

function text(missing: string, lengthMax: number) {
  return z
    .string({ error: missing })
    .trim()
    .max(lengthMax, `Use at most ${lengthMax} characters.`)
    .refine((value) => value.isWellFormed() && !UNPRINTABLE.test(value), "Leave out control characters.");
}

/** A text a person must fill in. */
export function requiredText(missing: string, lengthMax: number) {
  return text(missing, lengthMax).min(1, missing);
}

/** A text that may be left empty. */
export function optionalText(lengthMax: number) {
  return text("Enter a text.", lengthMax);
}

export const nameField = requiredText("Enter a name.", 120);
export const descriptionField = optionalText(2_000).default("");

/** What programs call a thing: in tokens, in the SDK, in URLs. It never changes. */
export const codeField = z
  .string({ error: "Enter a code." })
  .regex(
    /^[a-z0-9][a-z0-9-]{1,48}$/,
    "Use 2 to 49 lower-case letters, digits and dashes, beginning with a letter or a digit.",
  );

export const emailField = z
  .string({ error: "Enter an e-mail address." })
  .trim()
  .toLowerCase()
  .max(254, "Use at most 254 characters.")
  .pipe(z.email("Enter an e-mail address, such as ada@example.com."));

/** Which page of a list: the cursor is the `nextCursor` of the page before. */
export const pageFields = {
  cursor: z.string({ error: "The cursor is the nextCursor of the page before." }).max(300).nullish(),
  limit: z
    .int("Ask for a whole number of rows.")
    .min(1, "Ask for at least 1.")
    .max(100, "Ask for at most 100.")
    .default(25),
};
