import { createHash } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { z } from "zod";

/** OWASP's argon2id minimum: 19 MiB, two passes, one lane. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A new password. Length is what resists guessing; the upper bound keeps hashing cheap. */
export const newPasswordSchema = z
  .string()
  .min(12, "Use at least 12 characters.")
  .max(200, "Use at most 200 characters.");

/** argon2id of the password, as a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2);
}

let decoy: Promise<string> | undefined;

/**
 * Whether the password fits. Without a stored hash it does the same work against a decoy and answers false, so that
 * the time taken does not tell whether an e-mail address is known.
 */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword("a decoy that nobody's password is compared with");
  const fits = await verify(stored ?? (await decoy), password);
  return stored != null && fits;
}

/**
 * A mark of the current password, kept in sessions: changing the password, or setting a first one, ends every session made
 * before.
 */
export function passwordStamp(stored: string | null): string {
  return createHash("sha256")
    .update(stored ?? "")
    .digest("base64url")
    .slice(0, 12);
}
