import type { TenantCipher } from "../authority/ports.ts";
import { randomSecret } from "../platform/ids.ts";

const PURPOSE = "webhook-secret";
const SECRET_BYTES = 32;
/** As Standard Webhooks writes secrets, so that its libraries take them as they are. */
const PREFIX = "whsec_";

export function newSecret(): string {
  return PREFIX + Buffer.from(randomSecret(SECRET_BYTES), "base64url").toString("base64");
}

export function sealSecret(cipher: TenantCipher, secret: string): Uint8Array<ArrayBuffer> {
  return cipher.encrypt(PURPOSE, Buffer.from(secret));
}

export function openSecret(cipher: TenantCipher, sealed: Uint8Array): string {
  return cipher.decrypt(PURPOSE, sealed).toString();
}
