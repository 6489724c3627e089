import { z } from "zod";
import { parseLicenseKey } from "#sdk/license-key.ts";

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

/** Made by the client; takes effect once per tenant, forever. `.` and `..` could stand in no address. */
export const clientId = shortText(128);
export const ticketId = clientId.regex(/^(?!\.{1,2}$)/, "must not be . or .., which no address can carry");
export const meterCode = codeOf("a meter");
/** In the meter's unit. */
export const amount = z.int().min(1);
export const nonce = base64url(16, 64);

export const publicKeyJwk = z.strictObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: base64url(43, 43),
});

/** Reads the key before anything is looked up, so that a mistyped one is told apart from an unknown one. */
export const licenseKey = z
  .string()
  .max(256)
  .transform((text, context) => {
    const key = parseLicenseKey(text);
    if (key.ok) return key.text;
    context.addIssue({ code: "custom", message: key.reason });
    return z.NEVER;
  });

/** A name for a device that a person recognises. */
export const deviceName = shortText(100);

const deviceMetadata = z.strictObject({
  name: deviceName.exactOptional(),
  platform: shortText(100).exactOptional(),
  appVersion: shortText(100).exactOptional(),
  sdkVersion: shortText(100).exactOptional(),
});

/** What a device says of itself to be activated, online or in a file. */
export const deviceFields = z.strictObject({
  licenseKey,
  product: codeOf("a product"),
  fingerprint: z
    .record(
      z
        .string()
        .regex(
          /^[a-z][a-z0-9_-]{0,31}$/,
          "must be named by 1 to 32 lower-case letters, digits, _ or -, a letter first",
        ),
      base64url(16, 64),
    )
    .refine((components) => {
      const count = Object.keys(components).length;
      return count >= 1 && count <= 16;
    }, "must have 1 to 16 components"),
  deviceKey: publicKeyJwk,
  nonce,
  metadata: deviceMetadata.exactOptional(),
});
