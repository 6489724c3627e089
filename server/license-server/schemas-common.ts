import { z } from "zod";

/** Schemas with a name of their own in the OpenAPI document. */
export const namedSchemas = z.registry<{ id: string }>();

/** Text a database and a terminal can hold: no control characters, no half surrogates. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

export function base64url(lengthMin: number, lengthMax: number) {
  const length = lengthMin === lengthMax ? `${lengthMin}` : `${lengthMin} to ${lengthMax}`;
  const pattern = new RegExp(`^[A-Za-z0-9_-]{${lengthMin},${lengthMax}}$`);
  return z.string().regex(pattern, `must be ${length} base64url characters`);
}

export function shortText(lengthMax: number) {
  return z.string().min(1).max(lengthMax).regex(PRINTABLE, "must not contain control characters");
}

/** What the vendor calls a thing of the catalogue: `a product`, `a meter`. */
export function codeOf(what: string) {
  return z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, `must be ${what} code`);
}
