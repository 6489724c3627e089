import { randomBytes } from "node:crypto";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH, parseLicenseKey } from "#sdk/license-key.ts";
import { invalidField } from "../domain/errors.ts";
import type { TenantCipher, Vault } from "./ports.ts";

/** Bound to the key's encryption and to its look-up hash, here and in the runtime plane. */
const PURPOSE = "license-key";
const HINT_LENGTH = 5;

/** A license key as the database holds it: found by its hash, opened only by the tenant's cipher. */
export interface StoredLicenseKey {
  readonly keyHash: Buffer<ArrayBuffer>;
  readonly keyCipher: Uint8Array<ArrayBuffer>;
  readonly keyHint: string;
}

/** A fresh random key, and what is stored of it. */
export function newLicenseKey(
  prefix: string,
  cipher: TenantCipher,
): { key: string; stored: StoredLicenseKey } {
  const data = randomBytes(LICENSE_KEY_DATA_LENGTH).map((byte) => byte & 31);
  const key = formatLicenseKey(prefix, data);
  return { key, stored: storedLicenseKey(key, cipher) };
}

/** What is stored of a key that was just made. */
export function storedLicenseKey(key: string, cipher: TenantCipher): StoredLicenseKey {
  const parsed = parseLicenseKey(key);
  if (!parsed.ok) throw new Error("A new license key could not be read back.");
  return {
    keyHash: cipher.keyedHash(PURPOSE, parsed.body),
    keyCipher: cipher.encrypt(PURPOSE, Buffer.from(key, "utf8")),
    keyHint: parsed.body.slice(-HINT_LENGTH),
  };
}

/** The key itself. */
export async function openLicenseKey(vault: Vault, tenantId: string, keyCipher: Uint8Array): Promise<string> {
  return openWith(await vault.cipher(tenantId), keyCipher);
}

export function openWith(cipher: TenantCipher, keyCipher: Uint8Array): string {
  return cipher.decrypt(PURPOSE, keyCipher).toString("utf8");
}

/** The look-up hash of a text that is a whole license key, or undefined when it is not one. */
export async function licenseKeyHash(
  vault: Vault,
  tenantId: string,
  text: string,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const parsed = parseLicenseKey(text);
  if (!parsed.ok) return undefined;
  const cipher = await vault.cipher(tenantId);
  return cipher.keyedHash(PURPOSE, parsed.body);
}

/** Throws `invalid_request` for what is no whole license key, whoever's: its check characters say so by themselves. */
export function mustBeLicenseKey(text: string, pointer: string): void {
  const parsed = parseLicenseKey(text);
  if (!parsed.ok) throw invalidField(pointer, parsed.reason);
}
