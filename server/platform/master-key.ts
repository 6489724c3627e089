import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of everything wrapped, so that a later scheme can tell its own from this one. */
const SCHEME = 1;
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

/** AES-256-GCM under a key derived from the master key; the result is scheme, nonce, ciphertext, tag. */
export function localKeyWrapper(masterKeyBase64: string): KeyWrapper {
  const key = derive(masterKeyBase64, "signet/key-wrapping");
  return {
    async wrap(plaintext, aad) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(aad, "utf8"));
      return Buffer.concat([
        Buffer.of(SCHEME),
        nonce,
        cipher.update(plaintext),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
    },
    async unwrap(wrapped, aad) {
      try {
        return open(key, Buffer.from(wrapped), aad);
      } catch (cause) {
        throw new Error(
          `The stored secret for ${aad} cannot be opened: it was altered, or SIGNET_MASTER_KEY is not the one it was stored under.`,
          { cause },
        );
      }
    },
  };
}

function open(key: Buffer, wrapped: Buffer, aad: string): Buffer {
  if (wrapped[0] !== SCHEME || wrapped.length < 1 + NONCE_BYTES + TAG_BYTES)
    throw new Error("unknown scheme");
  const nonce = wrapped.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(aad, "utf8"))
    .setAuthTag(wrapped.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(wrapped.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
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
