import { fromBase64url } from "./encoding.ts";
import { configurationInvalid } from "./errors.ts";
import type { PublicKeyJwk } from "./wire.ts";

/** The tenant's public Ed25519 root key: the base64url `x` the portal shows (43 characters), or a JWK holding it. */
export type RootKey = string | PublicKeyJwk;

/**
 * The root key's `x`.
 *
 * @throws SignetError `configuration_invalid` when it is no such key.
 */
export function rootKeyX(rootKey: RootKey): string {
  const isKey = typeof rootKey === "string" || (rootKey?.kty === "OKP" && rootKey.crv === "Ed25519");
  const x = typeof rootKey === "string" ? rootKey : rootKey?.x;
  if (isKey && typeof x === "string" && fromBase64url(x)?.length === 32) return x;
  throw configurationInvalid(
    "The option `rootKey` must be the tenant's root key: 43 characters of base64url, or an Ed25519 public JWK.",
  );
}
