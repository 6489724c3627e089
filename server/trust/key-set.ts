import type { KeyObject } from "node:crypto";
import { KEY_USE_OF, type KeyUse, type TokenKind, type WorkingTokenKind } from "#sdk/wire.ts";
import type { WorkingKey } from "./bundle.ts";
import { type TokenSigner, tokenSigner } from "./jws.ts";
import { openPrivateKey, openPublicKey } from "./keys.ts";
import type { StoredKey } from "./trust-store.ts";

/** A tenant's working keys as of one trust bundle, opened and ready. */
export interface KeySet {
  /** `seq` of the bundle these keys were read with. */
  readonly seq: number;
  readonly keys: readonly WorkingKey[];
  /** Signs one kind of token with the active key of its use, never past that key's own end. */
  signer(kind: WorkingTokenKind): TokenSigner & { readonly notAfter: Date };
  /** The public key a token names, if it may still be trusted for this kind of token. */
  verifier(kind: WorkingTokenKind, kid: string): KeyObject | undefined;
}

export function openKeySet(
  seq: number,
  keys: readonly (WorkingKey & Pick<StoredKey, "privateCipher">)[],
  decrypt: (purpose: string, cipher: Uint8Array) => Buffer,
): KeySet {
  const signers = new Map<TokenKind, TokenSigner & { readonly notAfter: Date }>();
  const publicKeys = new Map<string, { readonly use: KeyUse; readonly key: KeyObject }>();
  for (const key of keys) {
    if (key.status === "active" || key.status === "retired" || key.status === "announced")
      publicKeys.set(key.kid, { use: key.use, key: openPublicKey(key.publicX) });
  }

  return {
    seq,
    keys,
    signer(kind) {
      const ready = signers.get(kind);
      if (ready !== undefined) return ready;
      const use = KEY_USE_OF[kind];
      const key = keys.findLast((candidate) => candidate.use === use && candidate.status === "active");
      if (key?.privateCipher === undefined || key.privateCipher === null)
        throw new Error(`The tenant has no active ${use} key to sign with; rotate that key.`);
      const privateKey = openPrivateKey(decrypt(keyPurpose(use, key.kid), key.privateCipher));
      const opened = { ...tokenSigner(kind, key.kid, privateKey), notAfter: key.notAfter };
      signers.set(kind, opened);
      return opened;
    },
    verifier(kind, kid) {
      const known = publicKeys.get(kid);
      return known?.use === KEY_USE_OF[kind] ? known.key : undefined;
    },
  };
}

/** What a private key is sealed for: its use and id, so that one cannot be swapped for another. */
export function keyPurpose(use: KeyUse | "root", kid: string): string {
  return `signing-key/${use}/${kid}`;
}
