import { decodeJwt, importJWK, SignJWT } from "jose";
import { randomText, sha256 } from "./encoding.ts";
import { tokenInvalid } from "./errors.ts";
import { DEVICE_KEY, readDocument } from "./state.ts";
import type { StateStorage } from "./storage.ts";

/** Whether an activation token is worth nothing without a proof of the device's key beside it. */
export function needsProof(token: string): boolean {
  // An API key is no token.
  return token.split(".").length === 3 && decodeJwt(token).dpop === true;
}

/** A proof (DPoP, RFC 9449) that this device sends this token to this address now. Each is taken once, so each attempt needs its own. */
export async function proveDevice(
  storage: StateStorage,
  use: { readonly method: string; readonly url: string; readonly token: string; readonly nowMs: number },
): Promise<string> {
  const stored = await readDocument(storage, DEVICE_KEY);
  if (stored === undefined) throw tokenInvalid("device_key");
  const { kty, crv, x } = stored;
  const [url = ""] = use.url.split("?");
  return new SignJWT({ htm: use.method, htu: url, ath: await sha256(use.token) })
    .setProtectedHeader({ alg: "EdDSA", typ: "dpop+jwt", jwk: { kty, crv, x } })
    .setJti(randomText())
    .setIssuedAt(Math.floor(use.nowMs / 1000))
    .sign(await importJWK({ ...stored, alg: "EdDSA" }));
}
