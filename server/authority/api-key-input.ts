import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { SCOPES } from "../domain/scopes.ts";
import { nameField } from "./input.ts";

const OVERLAP_HOURS_MAX = 30 * 24;

export const createApiKey = z.strictObject({
  name: nameField,
  scopes: z
    .array(z.enum(SCOPES, `Choose of: ${SCOPES.join(", ")}.`), "Say what the key may do.")
    .min(1, "Choose at least one thing the key may do.")
    .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope))),
  /** A backend's own Ed25519 key, as the base64url `x` of its JWK, for requests that it signs; null: a secret is made. */
  publicKey: z
    .string("Enter the public key.")
    .regex(/^[A-Za-z0-9_-]{43}$/, "Enter the x of an Ed25519 public key: 43 base64url characters.")
    .nullable()
    .default(null),
  /** Null: until it is revoked. */
  expiresAt: z.date("Enter a date.").nullable().default(null),
});
export type CreateApiKey = z.output<typeof createApiKey>;

export const apiKeyId = z.strictObject({ id: idOf("apiKey") });
export const rotateApiKey = apiKeyId.extend({
  /** How long the old key goes on beside the new. */
  overlapHours: z
    .int("Enter a whole number of hours.")
    .min(0, "At least 0 hours.")
    .max(OVERLAP_HOURS_MAX, `At most ${OVERLAP_HOURS_MAX} hours.`)
    .default(24),
});
