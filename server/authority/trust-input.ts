import { z } from "zod";
import { KEY_USES } from "#sdk/wire.ts";

const use = z.enum(KEY_USES, "Choose what the key signs: license, activation, lease, ticket or receipt.");

export const bundlePage = z.strictObject({
  /** The browser's infinite list says where it goes. */
  direction: z.literal("forward").optional(),
  /** Only bundles before this one: the `nextBefore` of the page before. */
  cursor: z.int().min(1).max(2_147_483_647).nullish(),
  limit: z.int("Ask for a whole number of rows.").min(1).max(50, "Ask for at most 50.").default(10),
});
export const keyUse = z.strictObject({ use });
export const activateKey = z.strictObject({
  use,
  early: z.boolean("Say whether to take the risk of signing early: true or false.").default(false),
});
export const compromisedKey = z.strictObject({
  kid: z
    .string({ error: "Name the key by its id." })
    .regex(/^[A-Za-z0-9_-]{43}$/, "A key id has 43 characters."),
});

/** OpenSSL's key derivation is fast, so a passphrase must be long to be worth anything. */
export const exportRoot = z.strictObject({
  passphrase: z
    .string({ error: "Enter a passphrase." })
    .min(20, "Use at least 20 characters: whoever finds the file can guess as fast as they like.")
    .max(1_000, "Use at most 1,000 characters."),
});
export const prepareBundle = z.strictObject({
  bundleDays: z
    .int("Enter a whole number of days.")
    .min(30, "At least 30 days.")
    .max(800, "At most 800 days.")
    .default(400),
});
export const signedBundle = z.strictObject({
  bundle: z
    .string({ error: "Enter the signed bundle." })
    .trim()
    .max(2_000_000, "This is too long to be a bundle.")
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, "Enter the whole signed text: three parts with dots between."),
  takeOffline: z.boolean("Say whether to erase the root key here: true or false.").default(false),
});
export const restoreRoot = z.strictObject({
  pem: z.string({ error: "Enter the exported key." }).max(10_000, "This is too long to be a key."),
  passphrase: z
    .string({ error: "Enter the passphrase it was exported with." })
    .max(1_000, "Use at most 1,000 characters."),
});
