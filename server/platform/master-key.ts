import { hkdfSync } from "node:crypto";
import { seal, unseal } from "./seal.ts";

const KEY_BYTES = 32;
const APP_ROLE = "signet_app";

/** Encrypts small secrets at rest under a key that never leaves it: the environment's master key here, a KMS elsewhere. */
export interface KeyWrapper {
  /** `aad` names what the secret is for; the same text is needed to open it. */
  wrap(plaintext: Uint8Array, aad: string): Promise<Uint8Array>;
  /** Throws when the bytes were altered, wrapped for another `aad`, or wrapped under another master key. */
  unwrap(wrapped: Uint8Array, aad: string): Promise<Uint8Array>;
}

/** The 32 bytes that a base64 master key stands for, or undefined when it is not one. */
export function decodeMasterKey(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, "base64");
  const wellFormed = /^[A-Za-z0-9+/_-]{43}=?$/.test(base64.trim());
  return wellFormed && bytes.length === KEY_BYTES ? bytes : undefined;
}

/**
 * Seals under a key derived from the master key. While that is being replaced, `previous` opens what is still sealed under
 * the one before it.
 */
export function localKeyWrapper(masterKeyBase64: string, previous?: string): KeyWrapper {
  const key = derive(masterKeyBase64, "signet/key-wrapping");
  const before = previous === undefined ? undefined : derive(previous, "signet/key-wrapping");
  return {
    async wrap(plaintext, aad) {
      return seal(key, plaintext, aad);
    },
    async unwrap(wrapped, aad) {
      try {
        return unseal(key, wrapped, aad);
      } catch (cause) {
        const opened = before && tryUnseal(before, wrapped, aad);
        if (opened !== undefined) return opened;
        throw new Error(
          `The stored secret for ${aad} cannot be opened: it was altered, or SIGNET_MASTER_KEY is not the one it was stored under.`,
          { cause },
        );
      }
    },
  };
}

function tryUnseal(key: Uint8Array, wrapped: Uint8Array, aad: string): Buffer | undefined {
  try {
    return unseal(key, wrapped, aad);
  } catch {
    return undefined;
  }
}

/** The password of the database role `signet_app`, so that no second secret has to be kept. */
export function deriveDatabasePassword(masterKeyBase64: string): string {
  return derive(masterKeyBase64, "signet/database-role").toString("base64url");
}

/** The owner's URL → the one the processes use: same host and database, role `signet_app`, its derived password. */
export function databaseAppUrl(databaseUrl: string, masterKeyBase64: string): string {
  const url = new URL(databaseUrl);
  url.username = APP_ROLE;
  url.password = deriveDatabasePassword(masterKeyBase64);
  return url.toString();
}

/** A value that tells one master key from another and nothing about either: stored, it finds out a wrong key at start. */
export function masterKeyCheck(masterKeyBase64: string): string {
  return derive(masterKeyBase64, "signet/master-key-check").toString("base64url");
}

function derive(masterKeyBase64: string, purpose: string): Buffer {
  const masterKey = decodeMasterKey(masterKeyBase64);
  if (masterKey === undefined) throw new Error("The master key must be 32 bytes in base64.");
  return Buffer.from(hkdfSync("sha256", masterKey, Buffer.alloc(0), purpose, KEY_BYTES));
}
